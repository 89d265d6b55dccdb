import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { asDeviceId, type DeviceId } from "@countersign/protocol";
import { byOperator } from "../../test/support/actors.ts";
import { alice, openSessionWorld, random, type SessionWorld } from "../../test/support/session-world.ts";
import { createConnection } from "../homeserver/embedded/index.ts";
import { introspectionAnswer } from "../introspection/answer.ts";
import type { WantedToken } from "./issue-lasting.ts";
import { createLastingTokens } from "./lasting.ts";

const year = 365 * 24 * 3_600_000;
const wanted: WantedToken & { readonly deviceId: DeviceId } = {
	...{ accountId: alice, name: "Weather bridge", deviceId: asDeviceId("BRIDGEDEVICE") },
	scope: "urn:matrix:client:api:*",
};

async function issue(world: SessionWorld, instead: Partial<WantedToken> = {}) {
	const issued = await world.lastingTokens.issue({ ...wanted, ...instead }, byOperator);
	assert.ok(issued.ok, JSON.stringify(issued));
	return issued;
}

async function refusalOf(world: SessionWorld, instead: Partial<WantedToken>) {
	const outcome = await world.lastingTokens.issue({ ...wanted, ...instead }, byOperator);
	return outcome.ok ? "issued" : outcome.reason;
}

describe("a lasting token", () => {
	test("counts years later, for its device and scope, and homeservers are told of no end", async () => {
		await using world = await openSessionWorld();
		const { token, sessionId } = await issue(world);
		assert.match(token, /^mpt_/);
		world.advance(5 * year);
		const found = await world.sessions.authenticate(token, {});
		assert.ok(found.ok);
		assert.equal(found.caller.sessionId, sessionId);
		assert.equal(found.caller.deviceId, "BRIDGEDEVICE");
		assert.equal(found.caller.scope, "urn:matrix:client:api:* urn:matrix:client:device:BRIDGEDEVICE");
		const told = introspectionAnswer(found, world.clock());
		assert.ok(told.active && !("exp" in told) && !("expires_in" in told));
	});

	test("that fails while it is made leaves no device that nobody could sign out", async () => {
		await using world = await openSessionWorld();
		const { storage, clock } = world;
		const refused: Error = new Error("who asked may not any more");
		const tokens = createLastingTokens({
			...{
				storage: { read: storage.read, write: () => Promise.reject<never>(refused) },
				takingBack: storage,
			},
			...{
				clock,
				random,
				homeserver: createConnection({ storage, clock }),
				publicBase: "https://account.example.org/",
			},
		});
		await assert.rejects(tokens.issue(wanted, byOperator), refused);
		assert.equal(await storage.read.devices.find(alice, wanted.deviceId), undefined);
	});

	test("is stored as a hash only", async () => {
		await using world = await openSessionWorld();
		const { token } = await issue(world);
		for (const { name } of world.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))
			assert.ok(!JSON.stringify(world.rows(`SELECT * FROM ${name}`)).includes(token), `in ${name}`);
	});

	test("is listed among the person's devices by its name, with its last use, and marked for what it is", async () => {
		await using world = await openSessionWorld();
		const { token } = await issue(world);
		await world.signIn();
		world.advance(year);
		await world.sessions.authenticate(token, { address: "192.0.2.77" });
		await world.sessions.flush();
		const listed = await world.sessions.listOf(alice);
		const [shown] = listed;
		assert.equal(shown?.clientName, "Weather bridge");
		assert.equal(shown?.lastUsedAt, world.clock());
		assert.equal(shown?.lastAddress, "192.0.2.77");
		assert.deepEqual(
			listed.map(({ lasting }) => lasting),
			[true, false],
		);
		assert.equal(
			(await world.storage.read.devices.find(alice, asDeviceId("BRIDGEDEVICE")))?.displayName,
			"Weather bridge",
		);
		const events = await world.storage.read.events.list(alice, { limit: 10 });
		const line = events.find(({ kind, deviceId }) => kind === "token-issued" && deviceId === "BRIDGEDEVICE");
		assert.deepEqual(line?.actor, byOperator);
	});

	test("ends with its session, by its owner or by itself, and its device goes", async () => {
		await using world = await openSessionWorld();
		const first = await issue(world);
		const reason = "ended-by-operator";
		const which = { sessionId: first.sessionId, accountId: alice, reason, actor: byOperator } as const;
		assert.equal(await world.sessions.end(which), true);
		assert.deepEqual(await world.sessions.authenticate(first.token, {}), { ok: false, reason: "unknown" });
		assert.equal(await world.storage.read.devices.find(alice, asDeviceId("BRIDGEDEVICE")), undefined);
		const second = await issue(world);
		assert.equal(await world.sessions.endByToken(second.token), true);
		assert.deepEqual(await world.sessions.authenticate(second.token, {}), { ok: false, reason: "unknown" });
	});

	test("sleeps while the account is locked and is gone with it", async () => {
		await using world = await openSessionWorld();
		const { token } = await issue(world);
		world.lock(alice, world.clock());
		assert.deepEqual(await world.sessions.authenticate(token, {}), { ok: false, reason: "locked" });
		world.lock(alice, null);
		assert.ok((await world.sessions.authenticate(token, {})).ok);
		world.deactivate(alice);
		assert.deepEqual(await world.sessions.authenticate(token, {}), { ok: false, reason: "ended" });
	});

	test("cannot be refreshed", async () => {
		await using world = await openSessionWorld();
		const { token } = await issue(world);
		const refreshed = await world.sessions.refresh({ refreshToken: token, clientId: "client-one" });
		assert.deepEqual(refreshed, { ok: false, reason: "unknown" });
	});

	test("takes over no device that is signed in: of many who want one, one gets it", async () => {
		await using world = await openSessionWorld();
		const { accessToken } = await world.signIn({ deviceId: asDeviceId("BRIDGEDEVICE") });
		assert.equal(await refusalOf(world, {}), "device-signed-in");
		assert.ok((await world.sessions.authenticate(accessToken, {})).ok);
		const all = await Promise.all(
			Array.from({ length: 10 }, () =>
				world.lastingTokens.issue({ ...wanted, deviceId: asDeviceId("OTHERDEVICE") }, byOperator),
			),
		);
		assert.equal(all.filter(({ ok }) => ok).length, 1);
		assert.ok(
			await world.storage.read.devices.find(alice, asDeviceId("OTHERDEVICE")),
			"the winner's device stays",
		);
	});

	test("administers for an administrator, beside the API, without which no homeserver takes it", async () => {
		await using world = await openSessionWorld();
		await world.storage.write((unit) => unit.accounts.setAdmin(alice, true));
		const { scope } = await issue(world, { scope: "urn:synapse:admin:*" });
		assert.equal(scope, "urn:matrix:client:api:* urn:synapse:admin:* urn:matrix:client:device:BRIDGEDEVICE");
	});

	test("does not administer for somebody who was made no administrator while the homeserver was asked", async () => {
		await using world = await openSessionWorld();
		await world.storage.write((unit) => unit.accounts.setAdmin(alice, true));
		world.homeserver.afterDevice = async () => {
			await world.storage.write((unit) => unit.accounts.setAdmin(alice, false));
		};
		assert.equal(await refusalOf(world, { scope: "urn:synapse:admin:*" }), "not-admin");
		assert.equal(world.rows("SELECT * FROM sessions").length, 0);
	});

	test("is refused for scopes no app could have, for closed accounts, and while the homeserver is silent", async () => {
		await using world = await openSessionWorld();
		assert.equal(await refusalOf(world, { deviceId: asDeviceId("SHORT") }), "scope-refused");
		assert.equal(await refusalOf(world, { scope: "urn:matrix:client:device:ANOTHERONE" }), "scope-refused");
		assert.equal(await refusalOf(world, { scope: "urn:matrix:client:api:* all" }), "scope-refused");
		const admin = { scope: "urn:matrix:client:api:* urn:synapse:admin:*" };
		assert.equal(await refusalOf(world, admin), "not-admin");
		assert.deepEqual(world.homeserver.names, [], "the homeserver is not asked for what is refused anyway");
		assert.equal(await refusalOf(world, { accountId: asAccountId("nobody") }), "account-closed");
		world.homeserver.unavailable = true;
		assert.equal(await refusalOf(world, {}), "homeserver-unavailable");
		world.homeserver.unavailable = false;
		world.deactivate(alice);
		assert.equal(await refusalOf(world, {}), "account-closed");
		assert.equal(world.rows("SELECT * FROM sessions").length, 0);
	});

	test("is known by a client that nobody can use, with the name that the operator gave", async () => {
		await using world = await openSessionWorld();
		const { sessionId } = await issue(world);
		const [row] = world.rows("SELECT id, metadata, created_at FROM clients WHERE id LIKE 'lasting-token-%'");
		assert.equal(row?.created_at, world.clock());
		assert.match(String(row?.id), /^lasting-token-[\w-]{22}$/);
		assert.deepEqual(JSON.parse(String(row?.metadata)), {
			...{ application_type: "native", client_uri: "https://auth.example/", client_name: "Weather bridge" },
			...{ redirect_uris: [], response_types: [], grant_types: [], token_endpoint_auth_method: "none" },
			localized: {},
		});
		const [line] = await world.storage.read.events.list(alice, { limit: 1 });
		const { id, appName: _, ...facts } = line ?? assert.fail();
		assert.ok(id.length >= 32);
		assert.deepEqual(facts, {
			...{ accountId: alice, at: world.clock(), kind: "token-issued", sessionId, deviceId: wanted.deviceId },
			...{ actor: byOperator, detail: { clientId: row?.id } },
		});
	});

	test("has its scopes in the naming in which they were asked for", async () => {
		await using world = await openSessionWorld();
		const unstable = "urn:matrix:org.matrix.msc2967.client:";
		const { scope } = await issue(world, { scope: `${unstable}api:*` });
		assert.equal(scope, `${unstable}api:* ${unstable}device:BRIDGEDEVICE`);
	});

	test("is refused with the scope that nobody knows, and with what is wrong with the others", async () => {
		await using world = await openSessionWorld();
		const unknown = await world.lastingTokens.issue({ ...wanted, scope: "all" }, byOperator);
		assert.deepEqual(unknown, {
			ok: false,
			reason: "scope-refused",
			description: "The scope all is not known",
		});
		const short = await world.lastingTokens.issue({ ...wanted, deviceId: asDeviceId("SHORT") }, byOperator);
		assert.ok(!short.ok && short.reason === "scope-refused" && short.description.length > 10);
	});

	test("that is refused for a device that is signed in leaves its name", async () => {
		await using world = await openSessionWorld();
		await world.signIn({ deviceId: wanted.deviceId });
		assert.equal(await refusalOf(world, {}), "device-signed-in");
		assert.equal((await world.storage.read.devices.find(alice, wanted.deviceId))?.displayName, "Example App");
		assert.equal(world.rows("SELECT id FROM clients WHERE id LIKE 'lasting-token-%'").length, 0);
	});

	test("that is refused while it is issued leaves no device, and one that somebody signed in on meanwhile alone", async () => {
		await using world = await openSessionWorld();
		world.homeserver.afterDevice = async () => world.deactivate(alice);
		assert.equal(await refusalOf(world, {}), "account-closed");
		assert.equal(await world.storage.read.devices.find(alice, wanted.deviceId), undefined);
		await using other = await openSessionWorld();
		other.homeserver.afterDevice = async () => {
			delete other.homeserver.afterDevice;
			await other.signIn({ deviceId: wanted.deviceId });
		};
		assert.equal(await refusalOf(other, {}), "device-signed-in");
		assert.ok(await other.storage.read.devices.find(alice, wanted.deviceId));
	});
});
