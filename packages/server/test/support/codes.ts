import { TOTP } from "otpauth";
import type { FormBrowser, Page } from "./form-browser.ts";
import { password } from "./server.ts";

/** An app on a phone that shows one-time codes. */
export interface CodeApp {
	/** The code of that moment. */
	at(now: number): string;
}

/** The app that scans what this page shows. */
export function scan({ text }: Pick<Page, "text">): CodeApp {
	const [, secret] = /name="secret" value="([A-Z2-7]+)"/.exec(text) ?? [];
	if (secret === undefined) throw new Error(`no secret is shown on: ${text}`);
	const totp = new TOTP({ secret });
	return { at: (timestamp) => totp.generate({ timestamp }) };
}

/** Sets an app up in this browser, whose person has a password and no second factor. */
export async function setUpCodes(browser: FormBrowser, now: number): Promise<CodeApp> {
	const page = await browser.open("/account/proofs/new-codes");
	const shown = await browser.press(page, "Continue", { password });
	const app = scan(shown);
	const done = await browser.press(shown, "Use this app", { code: app.at(now) });
	if (done.url.pathname !== "/account/proofs")
		throw new Error(`no app was set up: “${done.title}” ${done.text}`);
	return app;
}

/** Makes recovery codes in this browser, with what its page asks for. */
export async function makeRecoveryCodes(
	browser: FormBrowser,
	proof: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
	const page = await browser.open("/account/proofs/recovery-codes");
	const shown = await browser.press(page, "Make ten codes", proof);
	return [...shown.text.matchAll(/<li>([a-z0-9-]{29})<\/li>/g)].map(([, code = ""]) => code);
}
