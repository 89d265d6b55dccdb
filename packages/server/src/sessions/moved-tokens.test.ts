import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { administeringLegacyScope } from "@countersign/protocol";
import { madeAt, refreshPair, synapsePerson, synapseTokens } from "../../test/support/moving-people.ts";
import { openSessionWorld, random } from "../../test/support/session-world.ts";
import { planPerson } from "../moving/plan-person.ts";
import type { SynapsePerson } from "../moving/ports.ts";
import { tokenKind } from "./token-format.ts";

/** A world into which this person has moved. */
async function openWith(changes: Partial<SynapsePerson>) {
	const world = await openSessionWorld("synapse");
	const there = synapsePerson({ userId: "@mia:localhost", ...changes });
	const { person } = planPerson(there, { serverName: "localhost", now: madeAt });
	assert.ok(person !== undefined);
	const how = { digest: "d", newId: () => random.token() };
	assert.ok(await world.storage.write(({ moved }) => moved.put(person, how)));
	return world;
}

const [one, two] = refreshPair();
const pair = { accessTokens: [], refreshTokens: [one, two] };

describe("tokens that moved in", () => {
	test("say who holds them, and end with a sign-out", async () => {
		await using world = await openWith({});
		const { sessions } = world;
		const [token] = synapseTokens.access;
		const found = await sessions.authenticate(token, {});
		assert.ok(found.ok);
		assert.deepEqual([found.caller.localpart, found.caller.deviceId], ["mia", "PHONE"]);
		assert.equal(found.expiresAt, undefined);
		assert.equal((await sessions.authenticate(synapseTokens.access[1], {})).ok, false);
		assert.equal(await sessions.endByToken(token), true);
		assert.equal((await sessions.authenticate(token, {})).ok, false);
	});

	test("are refreshed again and again, at the older API alone", async () => {
		await using world = await openWith(pair);
		const { sessions } = world;
		const asOAuth = await sessions.refresh({ refreshToken: two.token, clientId: "legacy" });
		assert.deepEqual(asOAuth, { ok: false, reason: "unknown" });
		let token = two.token;
		for (let turn = 0; turn < 3; turn += 1) {
			const outcome = await sessions.refreshCompat({ refreshToken: token });
			assert.ok(outcome.ok, `turn ${turn}`);
			assert.match(outcome.tokens.refreshToken, /^syr_Qm9i_/);
			assert.equal(tokenKind(outcome.tokens.accessToken), "compat-access");
			assert.ok((await sessions.authenticate(outcome.tokens.accessToken, {})).ok);
			token = outcome.tokens.refreshToken;
		}
	});

	for (const [used, other] of [
		[one, two],
		[two, one],
	] as const)
		test(`of a pair whose answer was lost ${used.token.slice(0, 8)} goes on, and the other is used up with it`, async () => {
			await using world = await openWith(pair);
			const { sessions } = world;
			const outcome = await sessions.refreshCompat({ refreshToken: used.token });
			assert.ok(outcome.ok);
			assert.ok(
				(await sessions.refreshCompat({ refreshToken: used.token })).ok,
				"its answer may be lost again",
			);
			const late = await sessions.refreshCompat({ refreshToken: other.token });
			assert.deepEqual(late, { ok: false, reason: "late" });
			assert.ok((await sessions.refreshCompat({ refreshToken: outcome.tokens.refreshToken })).ok);
			world.advance(60_000);
			const again = await sessions.refreshCompat({ refreshToken: other.token });
			assert.deepEqual(again, { ok: false, reason: "reused" });
		});

	test("of an administrator carry that, and of nobody else", async () => {
		for (const [admin, scope] of [
			[true, administeringLegacyScope],
			[false, "urn:matrix:client:api:*"],
		] as const) {
			await using world = await openWith({ admin });
			const found = await world.sessions.authenticate(synapseTokens.access[0], {});
			assert.deepEqual(found.ok && [found.caller.scope, found.caller.admin], [scope, admin]);
		}
	});
});
