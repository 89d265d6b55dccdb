import { createFormBrowser } from "../../packages/server/test/support/form-browser.ts";
import { password } from "../../packages/server/test/support/server.ts";

/** Everybody signs in over and over, each in a new browser, until they are to stop; resolves with how often. */
export type SignIns = (until: AbortSignal) => Promise<number>;

/** So many at once. */
export const signingIn = 8;

/** Registers them, each at one of these servers in turn. */
export async function createSignIns(ports: readonly number[]): Promise<SignIns> {
	const people = Array.from({ length: signingIn }, (_, at) => ({
		base: `http://localhost:${ports[at % ports.length]}/`,
		username: `signing-in-${at}`,
	}));
	for (const { base, username } of people) {
		const browser = createFormBrowser(base);
		await browser.press(await browser.open("/register"), "Create account", { username, password });
	}
	return async (until) => {
		let count = 0;
		const keepOn = async ({ base, username }: (typeof people)[number]) => {
			while (!until.aborted) {
				const browser = createFormBrowser(base);
				const { url } = await browser.press(await browser.open("/login"), "Sign in", { username, password });
				if (url.pathname !== "/account/") throw new Error(`not signed in: ${url.pathname}`);
				count += 1;
			}
		};
		await Promise.all(people.map(keepOn));
		return count;
	};
}
