import assert from "node:assert/strict";
import type { FormBrowser, Page } from "./form-browser.ts";
import { holdForm } from "./held-back.ts";

/** A form on a page, ready to be sent. */
export interface Ready {
	readonly browser: FormBrowser;
	readonly page: Page;
	readonly label: string | RegExp;
	readonly filled?: Readonly<Record<string, string>>;
}

/** The form as it is sent, always with the cookies that the browser has now. */
export function sender({ browser, page, label, filled = {} }: Ready): Sender {
	const isIt = (text: string) => (typeof label === "string" ? text === label : label.test(text));
	const form = page.forms.find(({ buttons }) => buttons.some((button) => isIt(button.label)));
	assert.ok(form !== undefined, `no ${label} on ${page.title}: ${page.text}`);
	const sends = form.buttons.find((button) => isIt(button.label))?.sends;
	const url = new URL(form.action, page.url);
	const cookie = browser.cookies.headerFor(url);
	const fields = new URLSearchParams({ ...form.fields, ...filled, ...sends });
	const told = (status: number | undefined, location: string | null | undefined, text: string) =>
		`${status} ${location ?? /<h1>([^<]*)/.exec(text)?.[1]}`;
	return {
		async send() {
			const answer = await fetch(url, {
				...{ method: "POST", body: fields, headers: { cookie }, redirect: "manual" },
			});
			return told(answer.status, answer.headers.get("location"), await answer.text());
		},
		async hold() {
			const held = await holdForm(Number(url.port), { path: url.pathname + url.search, cookie, fields });
			return async () => {
				const { status, location, text } = await held.release();
				return told(status, location, text);
			};
		},
	};
}

/** One form, sent as often as wanted. */
export interface Sender {
	send(): Promise<string>;
	/** What sends the rest of it. */
	hold(): Promise<() => Promise<string>>;
}

/** The ways in which a form comes twice. */
export const manners: Readonly<Record<string, (form: Sender) => Promise<readonly string[]>>> = {
	"in turn": async ({ send }) => [await send(), await send()],
	"at once": ({ send }) => Promise.all([send(), send(), send()]),
	"with one on its way while the other is done": async ({ send, hold }) => {
		const release = await hold();
		return [await send(), await release()];
	},
};
