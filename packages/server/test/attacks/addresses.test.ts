/**
 * Behind a proxy every visitor has an address of their own: one who tries too often stops nobody else, and what people
 * read about their sign-ins names who was there. Each attempt limit and each place an address is kept in, with two
 * visitors through real proxies. On PostgreSQL two servers answer them in turn: what each counted for itself would
 * allow twice as many.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { atEmbedded, besideSynapse, ofAddresses } from "../support/address-limits.ts";
import { uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { allowDevice, enterCode, waitingDevice } from "../support/device-grant.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { absentService } from "../support/forms-elsewhere.ts";
import { startHomeserverStandIn } from "../support/homeserver-stand-in.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { mailNowhere } from "../support/mail-nowhere.ts";
import { needsProxy, type ProxyKind, startPrintedProxy } from "../support/printed-proxy.ts";
import { type RunningServer, type ServerOptions, startServer } from "../support/server.ts";
import { visitingFrom } from "../support/visiting-from.ts";

/** Addresses of this machine, with networks of their own. */
const [home, elsewhere] = ["127.0.0.2", "127.0.0.3"] as const;

async function open(kind: ProxyKind, beside: "Synapse" | "nothing", options: ServerOptions = {}) {
	const synapse = beside === "Synapse" ? await startHomeserverStandIn() : undefined;
	const port = await lastingPort();
	const publicBase = `http://localhost:${port}/`;
	const server = await startServer({
		...options,
		behind: { publicBase, trustedProxies: ["127.0.0.1"] },
		...(synapse && {
			homeserver: { synapse: synapse.base, secret: synapse.secret, publicBase, guard: true },
		}),
	});
	const proxy = await startPrintedProxy(kind, port, {
		COUNTERSIGN_PORT: String(server.port),
		COUNTERSIGN_PUBLIC_BASE: publicBase,
		COUNTERSIGN_TRUSTED_PROXIES: "127.0.0.1",
		...(synapse && {
			COUNTERSIGN_SERVER_NAME: "localhost",
			COUNTERSIGN_HOMESERVER_SYNAPSE: synapse.base,
			COUNTERSIGN_HOMESERVER_SECRET: synapse.secret,
			COUNTERSIGN_HOMESERVER_PUBLIC_BASE: publicBase,
		}),
	});
	return {
		server,
		async [Symbol.asyncDispose]() {
			await proxy[Symbol.asyncDispose]();
			await server.close();
			await synapse?.close();
		},
	};
}

interface Limit {
	readonly of: string;
	/** What it is called where it is counted, if that is by the address alone or with it. */
	readonly count?: string;
	/** How many attempts one address has. */
	readonly attempts: number;
	/** Makes one attempt, the how-manieth it is; the status of the answer. */
	readonly attempt: (visitor: Visitor, count: number) => Promise<number>;
}

interface Visitor {
	readonly server: RunningServer;
	/** In which alice is signed in. */
	readonly alice: FormBrowser;
	/** In which nobody is. */
	readonly browser: FormBrowser;
}

const limits: readonly Limit[] = [
	{
		of: "sign-ins begun",
		count: "authorize",
		attempts: 120,
		attempt: ({ server }) => get(server, "authorize?client_id=unknown"),
	},
	{
		of: "registrations of apps",
		count: "client",
		attempts: 60,
		attempt: ({ server }) => post(server, "oauth2/registration"),
	},
	{
		of: "devices that ask",
		count: "device",
		attempts: 60,
		attempt: ({ server }) => post(server, "oauth2/device"),
	},
	{
		of: "user codes",
		count: "user code",
		attempts: 10,
		// Another one each time: the same form, while it is looked at, is one.
		attempt: async ({ alice }, count) =>
			(await enterCode(alice, `BCDF-GHJ${"BCDFGHJKLMNPQRSTVWXZ"[count % 20]}`)).status,
	},
	{
		of: "new accounts",
		count: "register",
		attempts: 300,
		async attempt({ browser }) {
			const page = await browser.open("/register");
			return (
				await browser.press(page, "Create account", { username: "alice", password: "not the right one" })
			).status;
		},
	},
	{ of: "passwords for one person", attempts: 5, attempt: ({ browser }) => signIn(browser, "bob") },
	{
		of: "passwords for many people",
		count: "place",
		attempts: 60,
		attempt: ({ browser }, count) => signIn(browser, `person${count}`),
	},
	{
		of: "sign-ins by the older login API",
		count: "login",
		attempts: 120,
		attempt: ({ server }) => post(server, "_matrix/client/v3/login", noToken),
	},
	{
		of: "sign-ins by browser for the older login API",
		count: "sso",
		attempts: 120,
		attempt: ({ server }) =>
			get(server, "_matrix/client/v3/login/sso/redirect?redirectUrl=https://app.example/"),
	},
];

/** What only the embedded homeserver serves. */
const embeddedLimits: readonly Limit[] = [
	{
		of: "places where two devices meet",
		count: "rendezvous",
		attempts: 20,
		attempt: ({ server }) => post(server, meetingPlace, JSON.stringify({ data: "" })),
	},
	{
		of: "writes where two devices meet",
		count: "rendezvous writes",
		attempts: 120,
		attempt: async ({ server }) =>
			(await fetch(new URL(`${meetingPlace}/nowhere`, server.url), { method: "DELETE" })).status,
	},
];

const more: ServerOptions = { upstream: [absentService], email: mailNowhere };

/** What is there with a mail server, and where other services vouch for people. */
const limitsOfMore: readonly Limit[] = [
	{
		of: "ways to another service",
		count: "upstream",
		attempts: 60,
		attempt: async ({ server }) => {
			const browser = server.browser();
			return (await browser.press(await browser.open("/login"), "Sign in with Company")).status;
		},
	},
	{
		of: "answers of another service",
		count: "upstream answers",
		attempts: 120,
		// Of a browser that has begun: of others nothing is looked up.
		attempt: async ({ server }) => {
			const url = new URL("upstream/callback/company?state=none&code=none", server.url);
			const headers = { cookie: "countersign-elsewhere=none" };
			return (await fetch(url, { headers, redirect: "manual" })).status;
		},
	},
	{
		of: "links for a password that are none",
		count: "password link",
		attempts: 60,
		attempt: ({ server }, count) => get(server, `account/new-password/${noLink(count)}`),
	},
	{
		of: "links for lost factors that are none",
		count: "lost factors link",
		attempts: 60,
		attempt: ({ server }, count) => get(server, `account/lost-factors/${noLink(count)}`),
	},
	{
		of: "letters with a link for a password",
		count: "recovery from",
		attempts: 20,
		attempt: async ({ browser }, count) => {
			const page = await browser.open("/account/forgotten-password");
			return (await browser.press(page, "Send the link", { who: `person${count}` })).status;
		},
	},
	{
		of: "passkeys that are wrong",
		count: "passkeys",
		attempts: 60,
		attempt: async ({ browser }, count) => {
			const page = await browser.open("/login");
			return (await browser.press(page, "Use a passkey", { passkey: JSON.stringify({ id: `${count}` }) }))
				.status;
		},
	},
];

const noLink = (count: number) => `${count}`.padStart(43, "A");

const meetingPlace = "_matrix/client/unstable/io.element.msc4388/rendezvous";

const noToken = JSON.stringify({ type: "m.login.token", token: "a-token-that-there-never-was" });

async function get(server: RunningServer, path: string): Promise<number> {
	return (await fetch(new URL(path, server.url), { redirect: "manual" })).status;
}

async function post(server: RunningServer, path: string, body = ""): Promise<number> {
	return (await fetch(new URL(path, server.url), { method: "POST", body })).status;
}

async function signIn(browser: FormBrowser, username: string): Promise<number> {
	const page = await browser.open("/login");
	return (await browser.press(page, "Sign in", { username, password: "not the right one" })).status;
}

/** Counted by address too, and not tried here. */
const notTried: Readonly<Record<string, string>> = {
	"client secrets": "needs an app with a secret that is guessed",
	captcha: "needs a service that is asked: attacks/captcha.test.ts",
	"registration letters from": "needs another way to register: attacks/registration-letters.test.ts",
	"losses from":
		"whoever is counted has entered a password of somebody with two factors: attacks/lost-factors.test.ts",
	...Object.fromEntries(
		["authorize hour", "client day", "device day", "register day", "sso hour"].map((name) => [
			name,
			"counted of the same address as the shorter one",
		]),
	),
};

test("each limit of an address is tried, by its figure, or it is said why not", () => {
	const rows = [...ofAddresses, ...atEmbedded, ...besideSynapse];
	const tried = [...limits, ...embeddedLimits, ...limitsOfMore].flatMap(({ count, attempts }) =>
		count === undefined ? [] : [[count, attempts] as const],
	);
	const told = [...tried.map(([count]) => count), ...Object.keys(notTried)].sort();
	assert.deepEqual(told, rows.map(([name]) => name).sort());
	for (const [count, attempts] of tried)
		assert.equal(attempts, rows.find(([name]) => name === count)?.[1], count);
});

for (const kind of ["nginx", "caddy"] as const) {
	describe(`behind ${kind}`, needsProxy[kind], () => {
		for (const [beside, those, options] of [
			["Synapse", limits, {}],
			["nothing", embeddedLimits, {}],
			["nothing, with mail and another service", limitsOfMore, more],
		] as const) {
			test(`beside ${beside}, one address has so many attempts, and another has all of its own`, async (t) => {
				await using world = await open(kind, beside === "Synapse" ? beside : "nothing", options);
				const { server } = world;
				const alice = await visitingFrom(home, () => server.register("alice"));
				const visitor: Visitor = { server, alice, browser: server.browser() };
				for (const [at, { of, attempts, attempt }] of those.entries()) {
					await t.test(of, async () => {
						const [one, other] = [`127.0.${at + 1}.2`, `127.0.${at + 1}.3`];
						const answers = await visitingFrom(one, () =>
							inTurns(attempts + 10, (count) => attempt(visitor, count)),
						);
						assert.equal(answers.filter((status) => status !== 429).length, attempts);
						assert.notEqual(await visitingFrom(other, () => attempt(visitor, attempts)), 429);
					});
				}
			});
		}

		test("what is kept and shown of a sign-in names who was there, never the proxy", async () => {
			await using world = await open(kind, "nothing");
			const { server } = world;
			const alice = await visitingFrom(home, () => server.register("alice"));
			const { phone, asked, television } = await visitingFrom(elsewhere, async () => {
				const device = await server.loginDevice({ localpart: "alice", deviceId: "PHONEALICE" });
				const upload = (identity: string) =>
					server.call(device, "POST", uploadPath, identityOf(device.userId, identity).body);
				assert.equal((await upload("first")).status, 200);
				return {
					phone: device,
					asked: (await upload("second")).body.params["m.oauth"].url,
					television: await waitingDevice(server),
				};
			});
			await visitingFrom(home, async () => {
				const approval = await alice.open(asked);
				assert.match(approval.text, /It was asked from 127\.0\.0\.3, but you are at 127\.0\.0\.2/);
				assert.match((await alice.open("/account/devices/PHONEALICE")).text, /Signed in<.*from 127\.0\.0\.3/);
				assert.match((await alice.open("/account/browsers")).text, /from 127\.0\.0\.3/);
				assert.match(
					(await enterCode(alice, television.userCode)).text,
					/asked from 127\.0\.0\.3, but you are at 127\.0\.0\.2/,
				);
				await allowDevice(alice, television.userCode);
			});
			await visitingFrom(elsewhere, async () => {
				assert.equal((await television.poll()).status, 200);
				const form = { grant_type: "refresh_token", client_id: phone.clientId };
				const body = new URLSearchParams({ ...form, refresh_token: phone.refreshToken });
				assert.equal(
					(await fetch(new URL("oauth2/token", server.url), { method: "POST", body })).status,
					200,
				);
			});
			for (const table of keptIn) {
				const addresses = (await server.rows(table)).flatMap((row) =>
					Object.entries(row).flatMap(([name, value]) => (name.endsWith("address") ? [value] : [])),
				);
				assert.ok(addresses.length > 0, table);
				const others = addresses.filter((address) => address !== home && address !== elsewhere);
				assert.deepEqual(others, [], table);
			}
			assert.match(
				(await visitingFrom(home, () => alice.open("/account/security"))).text,
				/from 127\.0\.0\.3/,
			);
		});
	});
}

/** Some at once, so that it is soon done. */
async function inTurns<T>(count: number, work: (at: number) => Promise<T>): Promise<readonly T[]> {
	const results: T[] = [];
	while (results.length < count) {
		const some = Array.from({ length: Math.min(20, count - results.length) }, (_, at) => results.length + at);
		results.push(...(await Promise.all(some.map(work))));
	}
	return results;
}

/** Every table that keeps an address. */
const keptIn = ["browser_sessions", "security_events", "sessions", "reset_requests", "device_authorizations"];
