import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asSessionId } from "@countersign/core";
import { byPerson } from "../../test/support/actors.ts";
import { accessRow, madeAt, synapsePerson, synapseTokens } from "../../test/support/moving-people.ts";
import { alice, bob, client, openSessionWorld, random } from "../../test/support/session-world.ts";
import { planPerson } from "../moving/plan-person.ts";

/** A world into which somebody moved with two tokens that are of no device. */
async function openWithTwo() {
	const world = await openSessionWorld("synapse");
	const there = synapsePerson({
		...{ userId: "@mia:localhost", devices: [] },
		accessTokens: synapseTokens.access.map((token) => accessRow({ token, deviceId: null })),
	});
	const { person } = planPerson(there, { serverName: "localhost", now: madeAt });
	assert.ok(person !== undefined);
	const how = { digest: "d", newId: () => random.token() };
	assert.ok(await world.storage.write(({ moved }) => moved.put(person, how)));
	const account = await world.storage.read.accounts.find({ localpart: "mia" });
	assert.ok(account !== undefined);
	return { world, mia: account.id };
}

const [one, other] = synapseTokens.access;

describe("a session without a device", () => {
	test("says who holds its token, and of which device: none", async () => {
		const { world } = await openWithTwo();
		await using _ = world;
		const found = await world.sessions.authenticate(one, {});
		assert.ok(found.ok);
		assert.deepEqual(
			[found.caller.localpart, found.caller.deviceId, found.caller.scope],
			["mia", null, "urn:matrix:client:api:*"],
		);
		assert.deepEqual(world.rows("SELECT * FROM devices"), []);
	});

	test("ends alone, and nothing is told to the homeserver", async () => {
		const { world } = await openWithTwo();
		await using _ = world;
		assert.equal(await world.sessions.endByToken(one), true);
		assert.equal((await world.sessions.authenticate(one, {})).ok, false);
		assert.equal((await world.sessions.authenticate(other, {})).ok, true);
		assert.deepEqual(world.rows("SELECT * FROM homeserver_tasks"), []);
		const [line, ...more] = world.rows("SELECT kind, device_id FROM security_events");
		assert.deepEqual([{ ...line }, more], [{ kind: "device-signed-out", device_id: null }, []]);
	});

	test("is found by its own id, by its own person, and not where it has a device", async () => {
		const { world, mia } = await openWithTwo();
		await using _ = world;
		const { sessions } = world;
		const [first] = await sessions.listOf(mia);
		assert.ok(first !== undefined);
		assert.deepEqual(await sessions.findWithoutDevice(mia, first.id), first);
		assert.equal(await sessions.findWithoutDevice(alice, first.id), undefined);
		const { sessionId } = await world.signIn();
		assert.equal(await sessions.findWithoutDevice(alice, sessionId), undefined);
		const end = { sessionId: first.id, reason: "signed-out", actor: byPerson } as const;
		assert.equal(await sessions.end({ ...end, accountId: bob }), false);
		assert.equal(await sessions.end({ ...end, accountId: mia }), true);
		assert.equal(await sessions.findWithoutDevice(mia, first.id), undefined);
		assert.equal(await sessions.endAllOf(mia, { reason: "signed-out-everywhere", actor: byPerson }), 1);
		assert.equal(await sessions.findWithoutDevice(mia, asSessionId("none")), undefined);
	});

	test("is refreshed, and keeps nothing where its tokens turn up twice", async () => {
		await using world = await openSessionWorld("synapse");
		const { sessions } = world;
		const { refreshToken } = await world.signIn();
		world.rows("UPDATE sessions SET device_id = NULL");
		const refresh = (token: string) => sessions.refresh({ refreshToken: token, clientId: client });
		const next = await refresh(refreshToken);
		assert.ok(next.ok);
		assert.ok((await sessions.authenticate(next.tokens.accessToken, {})).ok);
		assert.ok((await refresh(next.tokens.refreshToken)).ok);
		assert.deepEqual(await refresh(refreshToken), { ok: false, reason: "late" });
		world.advance(60_000);
		assert.deepEqual(await refresh(refreshToken), { ok: false, reason: "reused" });
		assert.deepEqual(await sessions.listKept(alice), []);
		for (const table of ["access_tokens", "refresh_tokens", "homeserver_tasks"])
			assert.deepEqual(world.rows(`SELECT * FROM ${table}`), [], table);
	});
});
