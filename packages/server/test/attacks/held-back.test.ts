/** Sessions that end while a request of theirs is on its way: whoever sends a body decides when it ends. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openCompatWorld } from "../support/compat-world.ts";
import { bodyOf } from "../support/dehydrated-world.ts";
import { deviceKeys, identityOf } from "../support/device-crypto.ts";
import { type HeldBack, holdBack, type Sending } from "../support/held-back.ts";
import { endpointsForApps, type Route, startServerWithRoutes } from "../support/routes.ts";
import { type LoggedInDevice, password, type RunningServer } from "../support/server.ts";
import { bodiesFor } from "../support/writing-endpoints.ts";

interface Person {
	readonly localpart: string;
	readonly phone: LoggedInDevice;
	readonly browser: Awaited<ReturnType<RunningServer["register"]>>;
}

type End = (server: RunningServer, person: Person) => Promise<unknown>;

const revoke: End = (server, { phone }) =>
	fetch(new URL("oauth2/revoke", server.url), {
		method: "POST",
		body: new URLSearchParams({ token: phone.refreshToken }),
	});

/** How a session ends, and what its app is told. */
const ends: readonly (readonly [how: string, end: End, errcode: string])[] = [
	["signed itself out", revoke, "M_UNKNOWN_TOKEN"],
	[
		"signed out on the account's page",
		async (_server, { browser, phone }) => {
			const page = await browser.open(`/account/devices/${phone.deviceId}?delete=1`);
			return browser.press(page, /^Sign out/, { password });
		},
		"M_UNKNOWN_TOKEN",
	],
	[
		"locked by an operator",
		(server, { localpart }) =>
			server.change(`UPDATE accounts SET locked_at = 1 WHERE localpart = '${localpart}'`),
		"M_USER_LOCKED",
	],
	[
		"of an account that was closed",
		async (_server, { browser, localpart }) =>
			browser.press(await browser.open("/account/deactivate"), /deactivate/i, {
				...{ username: localpart, password },
			}),
		"M_UNKNOWN_TOKEN",
	],
	[
		"replaced by another sign-in under its device id",
		(server, { localpart, browser, phone: { deviceId } }) =>
			server.loginDevice({ localpart, browser, deviceId }),
		"M_UNKNOWN_TOKEN",
	],
];

/** Whatever an app of a person can write. */
const tables = [
	...["accounts", "devices", "device_keys", "one_time_keys", "fallback_keys", "dehydrated_devices"],
	...["cross_signing_keys", "key_signatures", "reset_requests", "account_data", "filters"],
	...[
		"to_device_messages",
		"to_device_sends",
		"key_backups",
		"backed_up_keys",
		"key_changes",
		"stream_positions",
	],
];

async function snapshot(server: RunningServer): Promise<readonly unknown[]> {
	const rows = await Promise.all(tables.map(async (table) => [table, await server.rows(table)] as const));
	return rows.map(([table, found]) => [table, found.map((row) => JSON.stringify(row)).sort()]);
}

async function opened(localpart = "alice") {
	const { server, routes } = await startServerWithRoutes();
	await server.register("bob");
	const bob = await server.loginDevice({ localpart: "bob", deviceId: "BOBSPHONEA" });
	const keys = { device_keys: deviceKeys(bob.userId, bob.deviceId) };
	const oneTime = { one_time_keys: { "signed_curve25519:A": { key: "bob's" } } };
	assert.equal((await server.call(bob, "POST", "keys/upload", { ...keys, ...oneTime })).status, 200);
	const browser = await server.register(localpart);
	const phone = await server.loginDevice({ localpart, browser, deviceId: "PHONEALICE" });
	const backup = { algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: {} };
	assert.equal((await server.call(phone, "POST", "room_keys/version", backup)).status, 200);
	const sendings = bodiesFor(phone, bob);
	const hold = () => {
		const [port = 0] = server.ports();
		return Promise.all(
			sendings.map(async (sending) => ({
				...{ sending, held: await holdBack(port, phone.accessToken, sending) },
			})),
		);
	};
	const person: Person = { localpart, phone, browser };
	return { server, routes, person, sendings, hold, [Symbol.asyncDispose]: () => server.close() };
}

async function releaseAll(all: readonly { sending: { path: string }; held: HeldBack }[]) {
	const answers = [];
	for (const { sending, held } of all) answers.push({ path: sending.path, ...(await held.release()) });
	return answers;
}

/** Answered without reading what is sent. */
const readNone = [
	...["api/v1", "r0", "v3", "unstable"].flatMap(logouts),
	"POST /_matrix/client/v3/delete_devices",
];

/** Who meets here may be signed in nowhere yet. */
const needsNoSession = /\/rendezvous(\/:id)?$/;

function logouts(version: string): readonly string[] {
	return [`POST /_matrix/client/${version}/logout`, `POST /_matrix/client/${version}/logout/all`];
}

/** The endpoints for apps that read a body, as they are mounted. */
async function takingBodies(server: RunningServer, routes: readonly Route[]): Promise<readonly string[]> {
	const found = await endpointsForApps(server, routes, ["POST", "PUT"]);
	return found.filter((each) => !readNone.includes(each) && !needsNoSession.test(each));
}

describe("a session that ends while it holds a body back", () => {
	test("is tried with every endpoint that takes one, and with a body that is taken", async () => {
		await using world = await opened();
		const { server, routes, sendings, hold } = world;
		const tried = sendings.map(({ method, route }) => `${method} ${route}`).sort();
		assert.deepEqual(tried, await takingBodies(server, routes));
		for (const { path, status, body } of await releaseAll(await hold()))
			assert.equal(status, 200, `${path} ${JSON.stringify(body)}`);
	});

	for (const [how, end, errcode] of ends) {
		test(`by being ${how}, does nothing and learns nothing`, async () => {
			await using world = await opened();
			const { server, person, hold } = world;
			const all = await hold();
			await end(server, person);
			const before = await snapshot(server);
			for (const { path, status, body } of await releaseAll(all))
				assert.deepEqual([status, body.errcode], [401, errcode], path);
			assert.deepEqual(await snapshot(server), before);
		});
	}
});

/** What the guard answers, and what is held back of it. A deletion is done without looking for a body. */
function guarded({ userId }: { readonly userId: string }): readonly Sending[] {
	const user = encodeURIComponent(userId);
	const backup = { algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { held: "back" } };
	const unstable = "/_matrix/client/unstable";
	const dehydrated = `${unstable}/org.matrix.msc3814.v1/dehydrated_device`;
	const data = `user/${user}/account_data/m.secret_storage.default_key`;
	const { body } = identityOf(userId, "held back");
	return [
		{ method: "POST", path: `${v3}/keys/device_signing/upload`, body },
		{ method: "POST", path: `${unstable}/keys/device_signing/upload`, body },
		{ method: "POST", path: `${v3}/room_keys/version`, body: backup },
		{ method: "PUT", path: `${v3}/room_keys/version/1`, body: backup },
		{ method: "PUT", path: dehydrated, body: bodyOf({ userId }, "HELDBACKDEHYDRATED") },
		{ method: "PUT", path: `${v3}/${data}`, body: {} },
	];
}

const v3 = "/_matrix/client/v3";

describe("beside a homeserver of its own, a session that ends while it holds a body back", () => {
	for (const [how, end, errcode] of ends) {
		test(`by being ${how}, hands nothing on through the guard`, async () => {
			await using world = await openCompatWorld();
			const { server, homeserver } = world;
			const browser = await server.signIn("alice");
			const phone = await world.loginDevice({ localpart: "alice", browser, deviceId: "PHONEALICE" });
			const [port = 0] = server.ports();
			const held = await Promise.all(
				guarded(phone).map(async (sending) => ({
					...{ sending, held: await holdBack(port, phone.accessToken, sending) },
				})),
			);
			const loginDevice: RunningServer["loginDevice"] = (login) => world.loginDevice(login);
			await end({ ...server, loginDevice }, { localpart: "alice", phone, browser });
			const asked = homeserver.asked.length;
			for (const { path, status, body } of await releaseAll(held))
				assert.deepEqual([status, body.errcode], [401, errcode], path);
			assert.deepEqual(homeserver.asked.slice(asked), []);
		});
	}

	test("is tried with every method of the guard that takes a body", async () => {
		await using world = await openCompatWorld();
		const all = guarded({ userId: "@alice:localhost" });
		for (const path of new Set(all.map((each) => each.path))) {
			const { headers } = await fetch(new URL(path, world.server.url), { method: "OPTIONS" });
			const known = (headers.get("access-control-allow-methods") ?? "").split(", ");
			const tried = all.filter((each) => each.path === path).map(({ method }) => method);
			assert.deepEqual(
				tried,
				known.filter((method) => ["POST", "PUT"].includes(method)),
				path,
			);
		}
	});

	test("gets no new tokens for its refresh token", async () => {
		await using world = await openCompatWorld();
		const { server } = world;
		const [port = 0] = server.ports();
		const logIn = await world.logIn("alice", { refresh_token: true });
		const { access_token: token, refresh_token: refreshToken } = logIn.body;
		const path = "/_matrix/client/v3/refresh";
		const held = await holdBack(port, token, { method: "POST", path, body: { refresh_token: refreshToken } });
		assert.equal((await world.ask("POST", "logout", { token })).status, 200);
		const { status, body } = await held.release();
		assert.deepEqual([status, body.errcode, body.access_token], [401, "M_UNKNOWN_TOKEN", undefined]);
	});
});
