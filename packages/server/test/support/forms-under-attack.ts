import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AttackWorld } from "./attack-world.ts";
import { scan, setUpCodes } from "./codes.ts";
import { enterCode, waitingDevice } from "./device-grant.ts";
import type { Form, FormBrowser, Page } from "./form-browser.ts";
import { leaveBackup } from "./leave-backup.ts";
import { letterLink } from "./letter-link.ts";
import { lossLink, seedLoss } from "./lost-factors-rows.ts";
import { beginFlow } from "./oauth-flow.ts";
import { passwordLink } from "./password-link.ts";
import { makeToken } from "./personal-token.ts";
import type { Route } from "./routes.ts";
import { password, type RunningServer, type ServerOptions } from "./server.ts";
import { addPasskey, softwarePasskey } from "./software-passkey.ts";
import { withoutDevice } from "./without-device.ts";

/** A form of the account pages: who is shown it, where, and how it is filled in to succeed. */
export interface FormUnderAttack<World = AttackWorld> {
	readonly route: string;
	/** Whether it is for people who are not signed in. Default false. */
	readonly stranger?: boolean;
	/** Opens the page in a browser fit for it. Two calls give the form to two browsers. */
	open(world: World, localpart: "alice" | "bob"): Promise<Opened>;
	readonly filled: Readonly<Record<string, string>>;
	/** Whether it is of somebody new with a passkey: nobody is asked for a password alone any more. Default false. */
	readonly ofTheirOwn?: boolean;
	/** Where the server has it. Default: everywhere. */
	readonly on?: ServerOptions;
}

interface Opened {
	readonly browser: FormBrowser;
	readonly page: Page;
	/** What is filled in besides, in answer to this page. */
	readonly answer?: Readonly<Record<string, string>>;
}

type WithServer = Pick<AttackWorld, "server">;

async function signedIn(world: WithServer, localpart: string, path: string) {
	const browser = await world.server.signIn(localpart);
	return { browser, page: await browser.open(path) };
}

export async function stranger(world: AttackWorld, path: string) {
	const browser = world.server.browser();
	return { browser, page: await browser.open(path) };
}

async function deviceOf(world: AttackWorld, localpart: string) {
	const browser = await world.server.signIn(localpart);
	return { browser, device: await world.server.loginDevice({ localpart, browser }) };
}

/** The page of an address that is this person's. */
export async function addressOf(server: RunningServer, localpart: string): Promise<string> {
	const key = `${localpart}${randomUUID()}@example.org`;
	await server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
		SELECT id, '${key}', '${key}', 1, 1 FROM accounts WHERE localpart = '${localpart}'`);
	return `/account/email/${encodeURIComponent(key)}`;
}

/** Where the front page leads whoever says of the latest line there that it was not them. */
export async function noticePathOf(browser: FormBrowser): Promise<string> {
	const { text } = await browser.open("/account/");
	return /href="(\/account\/notices\/[^"]+)"/.exec(text)?.[1] ?? assert.fail("nothing is told of");
}

/** Where the letter about that line leads. */
export async function objectionPath(server: RunningServer, browser: FormBrowser): Promise<string> {
	return letterLink(server, (await noticePathOf(browser)).split("/").at(-1) ?? "");
}

/** Somebody new, with a passkey. */
async function withPasskey({ server }: WithServer) {
	const localpart = `pia-${randomUUID()}`;
	const browser = await server.register(localpart);
	return { localpart, browser, passkey: await addPasskey(browser, { base: server.url }) };
}

/** Every one that there is beside the embedded homeserver. */
export const forms: readonly FormUnderAttack[] = [
	{
		route: "/login",
		stranger: true,
		open: (world) => stranger(world, "/login"),
		filled: { username: "alice", password },
	},
	{ route: "/login", open: (world, who) => signedIn(world, who, "/login?fresh=1"), filled: { password } },
	{
		route: "/register",
		stranger: true,
		open: (world) => stranger(world, "/register"),
		filled: { username: "carol", password },
	},
	{ route: "/logout", open: (world, who) => signedIn(world, who, "/account/"), filled: {} },
	{
		route: "/interaction/:uid",
		open: async (world, who) => signedIn(world, who, (await beginFlow(world.server)).url),
		filled: { decision: "approve" },
	},
	{
		route: "/link",
		async open(world, who) {
			const { userCode } = await waitingDevice(world.server);
			return signedIn(world, who, `/link?code=${userCode}`);
		},
		filled: {},
	},
	{
		route: "/link/:code",
		async open(world, who) {
			const browser = await world.server.signIn(who);
			const { userCode } = await waitingDevice(world.server);
			return { browser, page: await enterCode(browser, userCode) };
		},
		filled: { decision: "approve", own: "yes" },
	},
	{
		route: "/account/reset/:reference",
		async open(world, who) {
			const { browser, device } = await deviceOf(world, who);
			await world.upload(device, `first of ${device.deviceId}`);
			const { path } = await world.ask(device, `second of ${device.deviceId}`);
			return { browser, page: await browser.open(path) };
		},
		filled: { decision: "approve" },
	},
	{
		route: "/account/kept",
		async open(world, who) {
			const { browser, device } = await deviceOf(world, who);
			await leaveBackup(world, device);
			return { browser, page: await browser.open("/account/kept") };
		},
		filled: { decision: "delete" },
	},
	{
		route: "/account/devices/:deviceId",
		async open(world, who) {
			const { browser, device } = await deviceOf(world, who);
			return { browser, page: await browser.open(`/account/devices/${device.deviceId}?delete=1`) };
		},
		filled: {},
	},
	{
		route: "/account/devices/:deviceId/name",
		async open(world, who) {
			const { browser, device } = await deviceOf(world, who);
			return { browser, page: await browser.open(`/account/devices/${device.deviceId}/name`) };
		},
		filled: { name: "Kitchen" },
	},
	{
		route: "/account/sessions/:sessionId",
		async open(world, who) {
			const { browser, device } = await deviceOf(world, who);
			const path = await withoutDevice(world.server, device.deviceId);
			return { browser, page: await browser.open(`${path}?delete=1`) };
		},
		filled: {},
	},
	{
		route: "/account/tokens/new",
		open: (world, who) => signedIn(world, who, "/account/tokens/new"),
		filled: { name: "Weather bot", lifetime: "90", device: "yes", password },
	},
	{
		route: "/account/tokens/:sessionId/replace",
		async open(world, who) {
			const { browser, path } = await makeToken(await world.server.signIn(who));
			return { browser, page: await browser.open(`${path}/replace`) };
		},
		filled: { lifetime: "30", password },
	},
	{
		route: "/account/browsers/:browser",
		async open(world, who) {
			await world.server.signIn(who);
			const { browser, page } = await signedIn(world, who, "/account/browsers");
			const [, other] = /href="(\/account\/browsers\/[\w-]{43})"/.exec(page.text) ?? [];
			return { browser, page: await browser.open(other ?? "no other browser") };
		},
		filled: {},
	},
	{
		route: "/account/browsers/others",
		async open(world, who) {
			await world.server.signIn(who);
			return signedIn(world, who, "/account/browsers/others");
		},
		filled: {},
	},
	{
		route: "/account/profile",
		open: (world, who) => signedIn(world, who, "/account/profile"),
		filled: { displayname: "Alice" },
	},
	{
		route: "/account/password",
		open: (world, who) => signedIn(world, who, "/account/password"),
		filled: { current: password, password: "another battery staple" },
	},
	{
		route: "/account/new-password/:secret",
		open: async (world, who) => signedIn(world, who, await passwordLink(world.server, who)),
		filled: { password: "another battery staple" },
	},
	{
		route: "/account/forgotten-password",
		open: (world, who) => signedIn(world, who, "/account/forgotten-password"),
		filled: { who: "alice" },
	},
	{
		route: "/account/not-me/:token",
		async open(world, who) {
			const { browser } = await deviceOf(world, who);
			return { browser, page: await browser.open(await objectionPath(world.server, browser)) };
		},
		filled: {},
	},
	{
		route: "/account/notices/:id",
		async open(world, who) {
			const { browser } = await deviceOf(world, who);
			return { browser, page: await browser.open(await noticePathOf(browser)) };
		},
		filled: { password },
	},
	{
		route: "/account/notices",
		async open(world, who) {
			const { browser } = await deviceOf(world, who);
			return { browser, page: await browser.open("/account/") };
		},
		filled: {},
	},
	{
		route: "/account/email",
		open: (world, who) => signedIn(world, who, "/account/email"),
		filled: { email: "carol@example.org", password },
	},
	{
		route: "/account/email/:key",
		open: async (world, who) => signedIn(world, who, await addressOf(world.server, who)),
		filled: { decision: "remove", password },
	},
	{
		route: "/account/sign-out-everywhere",
		open: (world, who) => signedIn(world, who, "/account/sign-out-everywhere"),
		filled: {},
	},
	{
		route: "/account/deactivate",
		open: (world, who) => signedIn(world, who, "/account/deactivate"),
		filled: { username: "alice", password },
	},
	{
		route: "/login/passkey",
		stranger: true,
		async open(world) {
			const { passkey } = await withPasskey(world);
			const opened = await stranger(world, "/login");
			return { ...opened, answer: { passkey: passkey.answer(opened.page) } };
		},
		filled: {},
	},
	{
		route: "/login/second",
		stranger: true,
		async open(world) {
			const { localpart: username, passkey } = await withPasskey(world);
			const { browser, page: first } = await stranger(world, "/login");
			const page = await browser.press(first, "Sign in", { username, password });
			return { browser, page, answer: { passkey: passkey.answer(page) } };
		},
		filled: {},
	},
	{
		route: "/login/lost",
		stranger: true,
		async open(world) {
			const username = `lisa-${randomUUID().slice(0, 8)}`;
			const own = await world.server.register(username);
			await addressOf(world.server, username);
			await setUpCodes(own, world.now());
			const { browser, page } = await stranger(world, "/login");
			await browser.press(page, "Sign in", { username, password });
			return { browser, page: await browser.open("/login/lost") };
		},
		filled: {},
	},
	{
		route: "/account/lost-factors/:token",
		async open(world, who) {
			// Whose letter it is, and who is signed in, are two things.
			const localpart = `lisa-${randomUUID().slice(0, 8)}`;
			await world.server.register(localpart);
			const key = decodeURIComponent((await addressOf(world.server, localpart)).split("/").at(-1) ?? "");
			await seedLoss(world, localpart, null);
			return signedIn(world, who, await lossLink(world.server, { step: "begin", localpart, key }));
		},
		filled: {},
	},
	{
		route: "/account/lost-factors",
		async open(world, who) {
			await seedLoss(world, who, world.now());
			return signedIn(world, who, "/account/lost-factors");
		},
		filled: {},
	},
	{
		route: "/account/proofs/new-passkey",
		open: (world, who) => signedIn(world, who, "/account/proofs/new-passkey"),
		filled: { name: "Phone", password },
	},
	{
		route: "/account/proofs",
		async open(world, who) {
			const { browser, page: first } = await signedIn(world, who, "/account/proofs/new-passkey");
			const page = await browser.press(first, "Continue", { name: "Phone", password });
			return { browser, page, answer: { passkey: softwarePasskey(world.server.url).answer(page) } };
		},
		filled: {},
	},
	{
		route: "/account/proofs/codes",
		async open(world, who) {
			const { browser, page: first } = await signedIn(world, who, "/account/proofs/new-codes");
			const page = await browser.press(first, "Continue", { password });
			return { browser, page, answer: { code: scan(page).at(world.now()) } };
		},
		filled: {},
	},
	...["new-codes", "remove-codes", "recovery-codes"].map((page) => ({
		route: `/account/proofs/${page}`,
		open: (world: WithServer, who: string) => signedIn(world, who, `/account/proofs/${page}`),
		filled: { password },
	})),
	{
		route: "/account/proofs/passkeys/:id",
		ofTheirOwn: true,
		async open(world) {
			const { browser, passkey } = await withPasskey(world);
			const [, path = ""] =
				/href="(\/account\/proofs\/passkeys\/[\w-]+)"/.exec((await browser.open("/account/proofs")).text) ??
				[];
			const page = await browser.open(path);
			return { browser, page, answer: { passkey: passkey.answer(page) } };
		},
		filled: {},
	},
	{
		route: "/account/proofs/remove-password",
		ofTheirOwn: true,
		async open(world) {
			const { browser, passkey } = await withPasskey(world);
			const page = await browser.open("/account/proofs/remove-password");
			return { browser, page, answer: { passkey: passkey.answer(page) } };
		},
		filled: {},
	},
];

/** Those that there are beside a homeserver elsewhere alone, where uploads of keys do not pass this server. */
export const formsBesideSynapse: readonly FormUnderAttack<WithServer>[] = [
	{
		route: "/account/sso/:id",
		open: (world, who) =>
			signedIn(world, who, "/_matrix/client/v3/login/sso/redirect?redirectUrl=https://app.example/"),
		filled: { decision: "approve" },
	},
	{
		route: "/account/reset",
		open: (world, who) => signedIn(world, who, "/account/reset"),
		filled: { understood: "yes", password },
	},
];

/** Of the forms on the page, the one that is sent there. */
export function formAt(page: Page, route: string): Form {
	const pattern = new RegExp(`^${route.replace(/:\w+/, "[^/]+")}$`);
	const form = page.forms.find(({ action }) => pattern.test(action));
	return form ?? assert.fail(`${page.status} “${page.title}” has no form for ${route}`);
}

/** Where the server takes forms of its pages, other services' answers apart, so that one that is added is in every test that goes through all of them. */
export function postedRoutes(routes: readonly Route[]): ReadonlySet<string> {
	return new Set(
		routes
			.filter(
				({ method, path }) =>
					method === "POST" && !/^\/(oauth2|authorize|upstream\/(callback|backchannel-logout))/.test(path),
			)
			.map(({ path }) => path),
	);
}
