import assert from "node:assert/strict";
import type { FormBrowser } from "./form-browser.ts";
import { password } from "./server.ts";

/** A token for a program, as its person got it. */
export interface PersonalToken {
	readonly browser: FormBrowser;
	readonly token: string;
	readonly deviceId: string | undefined;
	/** Of its page. */
	readonly path: string;
}

/** The one on the page that shows it, if that is the page. */
export function tokenIn(text: string): string | undefined {
	return /mpt_[0-9A-Za-z]+_[0-9A-Za-z]{6}/.exec(text)?.[0];
}

/** Makes one as a person does who has just the password. */
export async function makeToken(
	browser: FormBrowser,
	filled: Readonly<Record<string, string>> = {},
): Promise<PersonalToken> {
	const page = await browser.open("/account/tokens/new");
	const wanted = { name: "Weather bot", lifetime: "90", device: "yes", password, ...filled };
	const shown = await browser.press(page, "Make a token", wanted);
	assert.equal(shown.status, 200, shown.text);
	const [, deviceId] = /Device ID<\/dt><dd><code>([^<]+)/.exec(shown.text) ?? [];
	const [, path] = /href="(\/account\/tokens\/[^"]+)"/.exec(shown.text) ?? [];
	return { browser, token: tokenIn(shown.text) ?? assert.fail(shown.text), deviceId, path: path ?? "none" };
}
