import assert from "node:assert/strict";
import type { FormBrowser, Page } from "./form-browser.ts";
import { type ServerOptions, startServer } from "./server.ts";
import { signInThere, startUpstreamProvider } from "./upstream-provider.ts";

/** A server, a service by which people sign in there, and Alice and Bob, whom that knows; Alice has no password here. */
export async function openUpstreamProof(options: ServerOptions = {}) {
	let at = Date.now();
	const provider = await startUpstreamProvider();
	const server = await startServer({ upstream: [provider.config()], clock: () => at, ...options });
	provider.serve(server.url);
	for (const name of ["alice", "bob"])
		provider.people.set(name, {
			preferred_username: name,
			...{ email: `${name}@company.example`, email_verified: true },
		});
	provider.person = "alice";
	const there = provider.browser();
	const come = async (browser: FormBrowser, page: Page, label: string | RegExp): Promise<Page> =>
		browser.open((await signInThere(provider, await browser.press(page, label), there)).href);
	/** Presses a button that asks for a proof, and confirms at the service what it asked for. */
	const confirm = async (
		browser: FormBrowser,
		page: Page,
		label: string | RegExp,
		filled: Readonly<Record<string, string>> = {},
	): Promise<Page> => {
		const asks = await browser.press(page, label, filled);
		assert.equal(asks.title, "Confirm it is you", asks.text);
		return come(browser, asks, "Confirm at Company");
	};
	return {
		...{ provider, server, there, come, confirm },
		advance: (ms: number) => {
			at += ms;
		},
		/** Alice, who has no password here. */
		async alice(): Promise<FormBrowser> {
			const browser = server.browser();
			const page = await come(browser, await browser.open("/login"), "Sign in with Company");
			await browser.press(page, "Create account");
			return browser;
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await provider[Symbol.asyncDispose]();
		},
	};
}
