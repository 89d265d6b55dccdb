/** The key by which refresh tokens follow each other changes when a move is settled. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { madeAt, refreshRow, synapsePerson } from "../../test/support/moving-people.ts";
import { openSessionWorld, random, type SessionWorld } from "../../test/support/session-world.ts";
import { createMoveGate, type MoveState, settle, writeMove } from "../moving/index.ts";
import { planPerson } from "../moving/plan-person.ts";
import { drawSuccessorKey } from "./successor-keys.ts";
import { successorOf, tokenHash } from "./token-format.ts";

const row = refreshRow();
const day = 24 * 60 * 60_000;
const usual = new Uint8Array(32).fill(9);

/** Somebody of Synapse's with one refresh token is here, and their move is not settled. */
async function openSwitched(): Promise<SessionWorld> {
	const world = await openSessionWorld("synapse");
	const there = synapsePerson({ userId: "@mia:localhost", accessTokens: [], refreshTokens: [row] });
	const { person } = planPerson(there, { serverName: "localhost", now: madeAt });
	assert.ok(person !== undefined);
	const own = { kind: "argon2id" } as const;
	const move: MoveState = {
		...{ source: "synapse", state: "switched", passwords: { forNew: own, ofMost: own }, sealTo: null },
		...{ startedAt: 1, passedAt: 1, switchedAt: 1, settledAt: null },
	};
	await world.storage.write(async (unit) => {
		await drawSuccessorKey(unit, { random, now: 1 });
		await unit.moved.put(person, { digest: "d", newId: () => random.token() });
		await writeMove(unit, move);
	});
	return world;
}

const settleIn = (world: SessionWorld) => settle(world.storage, { now: world.clock(), random, usual });

async function refresh(world: SessionWorld, refreshToken: string): Promise<string> {
	const outcome = await world.sessions.refreshCompat({ refreshToken });
	assert.ok(outcome.ok, JSON.stringify(outcome));
	assert.ok((await world.sessions.authenticate(outcome.tokens.accessToken, {})).ok);
	await world.sessions.flush();
	return outcome.tokens.refreshToken;
}

/** Every key that the data tell, as a thief would read them. */
function keysIn(world: SessionWorld): readonly Uint8Array[] {
	const texts = world
		.rows("SELECT value FROM settings")
		.flatMap(({ value }) => String(value).match(/[\w-]{43}/g) ?? []);
	return [usual, ...texts.map((text) => new Uint8Array(Buffer.from(text, "base64url")))];
}

/** Whether a thief with these keys and the token that Synapse still has computes one that counts. */
function isComputed(world: SessionWorld, keys: readonly Uint8Array[]): boolean {
	const live = new Set(
		world.rows("SELECT hash FROM refresh_tokens WHERE consumed_at IS NULL").map(({ hash }) => hash),
	);
	let reached = [row.token];
	for (let step = 0; step < 6; step += 1) {
		reached = reached.flatMap((token) => keys.map((key) => successorOf(token, key)));
		if (reached.some((token) => live.has(tokenHash(token)))) return true;
	}
	return false;
}

describe("when a move is settled", () => {
	test("whoever has the data of before and a token of Synapse's computes no token any more", async () => {
		await using world = await openSwitched();
		let token = row.token;
		for (let turn = 0; turn < 3; turn += 1) token = await refresh(world, token);
		const stolen = keysIn(world);
		assert.ok(isComputed(world, stolen), "the way back needs it");
		assert.equal(await settleIn(world), true);
		await refresh(world, token);
		assert.ok(!isComputed(world, stolen));
	});

	test("nor does who steals the data a week later, because the old key is gone", async () => {
		await using world = await openSwitched();
		const token = await refresh(world, row.token);
		await settleIn(world);
		await refresh(world, token);
		const gate = await createMoveGate(world.storage, world.clock);
		assert.ok(isComputed(world, keysIn(world)), "within the week both keys are there");
		world.advance(7 * day - 1);
		await gate.job.run();
		assert.ok(isComputed(world, keysIn(world)));
		world.advance(1);
		await gate.job.run();
		assert.ok(!isComputed(world, keysIn(world)));
	});

	test("a refresh whose answer was lost before is answered again as it was, for a week", async () => {
		await using world = await openSwitched();
		const lost = await world.sessions.refreshCompat({ refreshToken: row.token });
		assert.ok(lost.ok);
		await settleIn(world);
		world.advance(7 * day - 1);
		const again = await world.sessions.refreshCompat({ refreshToken: row.token });
		assert.ok(again.ok);
		assert.equal(again.tokens.refreshToken, lost.tokens.refreshToken);
		world.advance(1);
		assert.deepEqual(await world.sessions.refreshCompat({ refreshToken: row.token }), {
			ok: false,
			reason: "late",
		});
		await refresh(world, lost.tokens.refreshToken);
	});

	test("a refresh after it is answered again by the new key", async () => {
		await using world = await openSwitched();
		await settleIn(world);
		const first = await world.sessions.refreshCompat({ refreshToken: row.token });
		const again = await world.sessions.refreshCompat({ refreshToken: row.token });
		assert.ok(first.ok && again.ok);
		assert.equal(again.tokens.refreshToken, first.tokens.refreshToken);
	});
});
