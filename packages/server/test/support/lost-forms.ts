import { setUpCodes } from "./codes.ts";
import { addressOf } from "./forms-under-attack.ts";
import { lossLink, seedLoss } from "./lost-factors-rows.ts";
import type { Ready } from "./sent-form.ts";
import { password, type RunningServer } from "./server.ts";

/** Somebody with an old address who is at the second step of signing in; and signed in besides. */
async function lost(server: RunningServer, username: string) {
	const own = await server.register(username);
	const key = decodeURIComponent((await addressOf(server, username)).split("/").at(-1) ?? "");
	await setUpCodes(own, Date.now());
	const browser = server.browser();
	await browser.press(await browser.open("/login"), "Sign in", { username, password });
	const link = (step: "begin" | "finish") => lossLink(server, { step, localpart: username, key });
	return { own, browser, link };
}

/** Each form of the way back of who lost every second factor, as a person of this name is shown it. */
export const lostForms = {
	async asking(server, name) {
		const { browser } = await lost(server, name);
		return { browser, page: await browser.open("/login/lost"), label: "Send the letter" };
	},
	async beginning(server, name) {
		const { browser, link } = await lost(server, name);
		await browser.press(await browser.open("/login/lost"), "Send the letter");
		return { browser, page: await browser.open(await link("begin")), label: "Begin the seven days" };
	},
	async taking(server, name) {
		const { own, link } = await lost(server, name);
		await seedLoss({ server, now: () => Date.now() }, name, Date.now() - 8 * 86_400_000);
		await server.change("UPDATE factor_losses SET told_at = asked_at");
		const page = await own.open(await link("finish"));
		return { browser: own, page, label: "Take them away", filled: { password } };
	},
	async ending(server, name) {
		const browser = await server.register(name);
		await seedLoss({ server, now: () => Date.now() }, name, Date.now());
		return { browser, page: await browser.open("/account/lost-factors"), label: "End it" };
	},
} as const satisfies Readonly<Record<string, (server: RunningServer, name: string) => Promise<Ready>>>;
