import assert from "node:assert/strict";
import type { AttackWorld } from "./attack-world.ts";
import type { FormBrowser, Page } from "./form-browser.ts";
import { addressOf } from "./forms-under-attack.ts";
import type { TestMailServer } from "./mail-server.ts";
import { password } from "./server.ts";
import { until } from "./until.ts";

const day = 24 * 3_600_000;

/** The way back of somebody who lost every second factor, step by step. */
export interface LostWay {
	/** Somebody new, with an address that is old enough. */
	person(localpart: string): Promise<{ readonly browser: FormBrowser; readonly address: string }>;
	/** A browser in which the right password was entered, and that is not enough. */
	halfway(
		localpart: string,
		entered?: string,
	): Promise<{ readonly browser: FormBrowser; readonly page: Page }>;
	/** Asks for the letter that begins the time, and tells where it leads. */
	ask(localpart: string, address: string): Promise<string>;
	/** Begins the time, and waits until every address was told. */
	begin(link: string, address: string): Promise<Page>;
	/** Lets the time pass, and tells where the letter leads that comes then. */
	waitFor(address: string, nth?: number): Promise<string>;
	finish(link: string, entered?: string): Promise<Page>;
	/** Lets time pass, once the letters that wait are sent. */
	pass(ms: number): Promise<void>;
}

export function lostWay(world: AttackWorld, mails: TestMailServer): LostWay {
	const { server } = world;
	const linkOf = async (address: string, nth: number, subject: RegExp) => {
		const letter = (await mails.lettersTo(address, nth, subject))[nth - 1];
		return (
			/\/account\/lost-factors\/\S+/.exec(letter?.mail.text ?? "")?.[0] ?? assert.fail(letter?.mail.text)
		);
	};
	const count = async (address: string, subject: RegExp) =>
		(await mails.lettersTo(address, 0, subject)).length;
	const halfway: LostWay["halfway"] = async (username, entered = password) => {
		const browser = server.browser();
		const page = await browser.press(await browser.open("/login"), "Sign in", {
			username,
			password: entered,
		});
		return { browser, page };
	};
	const pass = async (ms: number) => {
		let looks = 0;
		await until(async () => {
			// A letter that the busy machine was too slow for is tried again, by this clock.
			if (++looks % 20 === 0) world.advance(5_000);
			return (await server.rows("mail_tasks")).length === 0;
		});
		world.advance(ms);
	};
	return {
		pass,
		halfway,
		async person(localpart) {
			const browser = await server.register(localpart);
			const address = decodeURIComponent((await addressOf(server, localpart)).split("/").at(-1) ?? "");
			return { browser, address };
		},
		async ask(localpart, address) {
			const nth = (await count(address, /^Have you lost/)) + 1;
			const { browser } = await halfway(localpart);
			await browser.press(await browser.open("/login/lost"), "Send the letter");
			return linkOf(address, nth, /^Have you lost/);
		},
		async begin(link, address) {
			const nth = (await count(address, /^By a letter to your e-mail address/)) + 1;
			const browser = server.browser();
			const page = await browser.press(await browser.open(link), "Begin the seven days");
			await mails.lettersTo(address, nth, /^By a letter to your e-mail address/);
			return page;
		},
		async waitFor(address, nth = 1) {
			await pass(6 * day);
			await mails.lettersTo(address, nth, /^Tomorrow the seven days are over/);
			await pass(day);
			return linkOf(address, nth, /can be taken away now/);
		},
		async finish(link, entered = password) {
			const browser = server.browser();
			return browser.press(await browser.open(link), "Take them away", { password: entered });
		},
	};
}
