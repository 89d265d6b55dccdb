import { createFormBrowser } from "../../packages/server/test/support/form-browser.ts";
import {
	approve,
	call,
	type LoggedInDevice,
	loginDevice,
	password,
} from "../../packages/server/test/support/server.ts";
import { uploadOf } from "../cases.ts";
import type { Servers } from "./servers.ts";
import type { Tally } from "./tally.ts";

/** Each of them comes round every five minutes: what one address and one person may do is far more. */
const people = Array.from({ length: 60 }, (_, number) => `person${number}`);
const everyMs = 5_000;

/** Every few seconds somebody signs in with a password and makes a new identity, and somebody logs in the older way. */
export async function startJourneys(
	{ embedded, beside }: Servers,
	tally: Tally,
	stopped: AbortSignal,
): Promise<{ stop(): Promise<void> }> {
	const here = `http://localhost:${embedded.port}/`;
	const there = `http://localhost:${beside.port}/`;
	for (const localpart of people) await Promise.all([here, there].map((url) => register(url, localpart)));
	const signedIn = new Map<string, LoggedInDevice>();
	const running = new Set<Promise<void>>();
	let turn = 0;
	const start = (journey: () => Promise<void>) => {
		const before = performance.now();
		const one = journey()
			.then(() => tally.done(performance.now() - before), tally.failed)
			.finally(() => running.delete(one));
		running.add(one);
	};
	const timer = setInterval(() => {
		const name = `${turn}`;
		const localpart = people[turn++ % people.length] ?? "";
		start(() => signInAndReset(here, { localpart, name, signedIn }));
		start(() => logInTheOlderWay(there, localpart));
	}, everyMs);
	stopped.addEventListener("abort", () => clearInterval(timer));
	return {
		async stop() {
			clearInterval(timer);
			await Promise.all(running);
		},
	};
}

async function register(url: string, username: string): Promise<void> {
	const browser = createFormBrowser(url);
	await browser.press(await browser.open("/register"), "Create account", { username, password });
}

/** The device of the time before is signed out, so that nobody has more and more of them. */
async function signInAndReset(
	url: string,
	{
		localpart,
		name,
		signedIn,
	}: {
		readonly localpart: string;
		readonly name: string;
		readonly signedIn: Map<string, LoggedInDevice>;
	},
): Promise<void> {
	const browser = createFormBrowser(url);
	const device = await loginDevice(url, { localpart, browser });
	const before = signedIn.get(localpart);
	signedIn.set(localpart, device);
	if (before !== undefined)
		// Its access token was over long ago: it is renewed first, as apps do.
		await signOut(url, before);
	const { path, body } = uploadOf(device, name);
	const upload = () => call(url, device.accessToken, { method: "POST", path, body });
	const asked = await upload();
	if (asked.status === 200) return;
	const approval = /"url":"([^"]+)"/.exec(JSON.stringify(asked.body))?.[1];
	if (approval === undefined) throw new Error(`no approval is asked for: ${asked.status}`);
	await approve(browser, approval, localpart);
	const stored = await upload();
	if (stored.status !== 200) throw new Error(`a reset ended with ${stored.status}`);
}

async function signOut(url: string, { clientId, refreshToken }: LoggedInDevice): Promise<void> {
	const body = new URLSearchParams({ client_id: clientId, token: refreshToken });
	const { status } = await fetch(new URL("oauth2/revoke", url), { method: "POST", body });
	if (status !== 200) throw new Error(`a sign-out ended with ${status}`);
}

async function logInTheOlderWay(url: string, user: string): Promise<void> {
	const identifier = { type: "m.id.user", user };
	const body = { type: "m.login.password", identifier, password };
	const { status, body: answer } = await call(url, "", { method: "POST", path: "login", body });
	if (status !== 200) throw new Error(`an older login ended with ${status}`);
	const out = await call(url, answer.access_token, { method: "POST", path: "logout", body: {} });
	if (out.status !== 200) throw new Error(`an older logout ended with ${out.status}`);
}
