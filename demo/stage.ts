import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discoverAuthMetadata } from "@countersign/client";
import { loginByLoopback } from "@countersign/client/node";
import { silentLog, startCountersign } from "@countersign/server";
import {
	createFormBrowser,
	type FormBrowser,
	type Page,
} from "../packages/server/test/support/form-browser.ts";
import type { SdkDevice } from "../packages/server/test/support/js-sdk.ts";

/** The server and its people, for the time of the story. */
export interface Stage {
	readonly url: string;
	/** Creates an account through the page; the person's browser stays signed in. */
	register(localpart: string): Promise<Person>;
	/** A browser in which nobody is signed in. */
	browser(): FormBrowser;
	close(): Promise<void>;
}

export interface Person {
	readonly userId: string;
	readonly browser: FormBrowser;
	/** What the person types when a page asks who they are. */
	readonly typed: Readonly<Record<string, string>>;
}

/** Starts the real server on a free port, with its data in a folder that is gone afterwards. */
export async function openStage(): Promise<Stage> {
	const dataDirectory = await mkdtemp(join(tmpdir(), "countersign-demo-"));
	const remove = () => rm(dataDirectory, { recursive: true, force: true });
	try {
		const started = await startCountersign(
			{ host: "127.0.0.1", port: 0, dataDirectory, openRegistration: true, trustedProxies: [] },
			{ log: silentLog },
		);
		if (!started.ok) throw new Error(`the server does not start: ${started.reason}`);
		const { publicBase: url, serverName, close } = started.countersign;
		return {
			url,
			browser: () => createFormBrowser(url),
			register: (localpart) => register(url, { localpart, serverName }),
			close: async () => {
				await close();
				await remove();
			},
		};
	} catch (error) {
		await remove();
		throw error;
	}
}

async function register(
	url: string,
	{ localpart, serverName }: { readonly localpart: string; readonly serverName: string },
): Promise<Person> {
	const browser = createFormBrowser(url);
	const typed = { username: localpart, password: `${localpart} has a long password` };
	const home = await browser.press(await browser.open("/register"), "Create account", typed);
	if (home.url.pathname !== "/account/") throw new Error(`${localpart} cannot register: ${home.title}`);
	return { userId: `@${localpart}:${serverName}`, browser, typed };
}

/** Signs an app in as any program does: its listener, the person's browser, the person's consent. */
export async function signInDevice(url: string, person: Person, appName: string): Promise<SdkDevice> {
	const { clientId, deviceId, tokens } = await loginByLoopback({
		metadata: await discoverAuthMetadata(url),
		client: { clientUri: "https://app.example/", clientName: appName },
		async present(asked) {
			const consent = await person.browser.open(asked);
			const { left } = await person.browser.press(consent, "Allow");
			if (left === undefined) throw new Error(`${appName} is not returned to`);
			await (await fetch(left)).body?.cancel();
		},
	});
	const { accessToken, refreshToken } = tokens;
	return { userId: person.userId, deviceId, clientId, accessToken, refreshToken };
}

/** Opens a page in a browser in which nobody is signed in yet, and signs in on the way. */
export async function openSigningIn(browser: FormBrowser, url: string, { typed }: Person): Promise<Page> {
	const page = await browser.open(url);
	const isAsked = page.forms.some(({ action }) => action === "/login");
	return isAsked ? browser.press(page, "Sign in", typed) : page;
}
