import assert from "node:assert/strict";
import type { UpstreamConfig } from "../../src/config/index.ts";
import type { FormBrowser, Page } from "./form-browser.ts";
import { type ServerOptions, startServer } from "./server.ts";
import { signInThere, startUpstreamProvider } from "./upstream-provider.ts";

/** The button on the sign-in page. */
export const label = "Sign in with Company";

/** A server, a service by which people sign in there, and Alice, whom that knows. */
export async function openUpstream(instead: Partial<UpstreamConfig> = {}, options: ServerOptions = {}) {
	const provider = await startUpstreamProvider();
	const server = await startServer({ upstream: [provider.config(instead)], ...options });
	provider.serve(server.url);
	provider.people.set("s-1", {
		...{ name: "Alice Example", preferred_username: "alice" },
		...{ email: "alice@company.example", email_verified: true },
	});
	provider.person = "s-1";
	const begin = async (browser: FormBrowser, next = ""): Promise<Page> =>
		browser.press(await browser.open(`/login${next}`), label);
	const rows = async (table: string) => server.rows(table);
	return {
		...{ provider, server, begin, rows },
		/** The whole way, as far as this server's last page. */
		async come(browser: FormBrowser, next = ""): Promise<Page> {
			return browser.open((await signInThere(provider, await begin(browser, next))).href);
		},
		/** The same from this button of this page. */
		async comeBy(browser: FormBrowser, page: Page, button: string): Promise<Page> {
			return browser.open((await signInThere(provider, await browser.press(page, button))).href);
		},
		/** A new person's way to an account. */
		async register(browser: FormBrowser, username?: string): Promise<Page> {
			const page = await browser.open((await signInThere(provider, await begin(browser))).href);
			assert.equal(page.title, "Choose a name", page.text);
			return browser.press(page, "Create account", username === undefined ? {} : { username });
		},
		isSignedIn: async (browser: FormBrowser) =>
			(await browser.open("/account/")).url.pathname === "/account/",
		async [Symbol.asyncDispose]() {
			await server.close();
			await provider[Symbol.asyncDispose]();
		},
	};
}
