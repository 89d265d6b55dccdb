import assert from "node:assert/strict";
import { test } from "node:test";
import { openTemporaryStorage } from "../../test/support/storage.ts";
import { createPasswordSchemes } from "./schemes.ts";
import { changeMove, type MoveState, readMove } from "./state.ts";

const own = { kind: "argon2id" };
const there = { kind: "bcrypt", cost: 6 } as const;

test("new passwords are of Synapse's kind until the move is settled, and unknown names cost what most have", async (t) => {
	const storage = await openTemporaryStorage("synapse");
	t.after(() => storage.close());
	let now = 1_000_000;
	const schemes = createPasswordSchemes({ storage, clock: () => now });
	assert.deepEqual(await schemes(), { forNew: own, ofMost: own });
	const times = { sealTo: null, startedAt: 1, passedAt: null, switchedAt: null, settledAt: null };
	const set = (state: MoveState["state"]) =>
		changeMove(storage, () => ({
			...{ source: "synapse", state, passwords: { forNew: there, ofMost: there }, ...times },
		}));
	for (const state of ["moving", "switched"] as const) {
		await set(state);
		assert.deepEqual(await schemes(), { forNew: there, ofMost: there });
	}
	const add = (localpart: string, passwordHash: string) =>
		storage.write(({ moved }) =>
			moved.put(
				{
					...{ localpart, passwordHash, displayName: null, admin: false, createdAt: 1 },
					...{ lockedAt: null, deactivatedAt: null, emails: [], links: [], sessions: [] },
				},
				{ digest: localpart, newId: () => localpart },
			),
		);
	await add("a", `$2b$06$${"a".repeat(53)}`);
	await set("settled");
	assert.deepEqual(await schemes(), { forNew: own, ofMost: there });
	for (const name of ["b", "c"]) await add(name, "$argon2id$x");
	assert.deepEqual(await schemes(), { forNew: own, ofMost: there }, "asked once a minute");
	now += 60_000;
	assert.deepEqual(await schemes(), { forNew: own, ofMost: own });
	for (const name of ["d", "e", "f"]) await add(name, "carried:12:$argon2id$x");
	await add("g", "carried:1:$argon2id$x");
	now += 60_000;
	assert.deepEqual(await schemes(), { forNew: own, ofMost: { kind: "carried", version: 12 } });
});

const odd = (state: string, kind = "argon2id") =>
	JSON.stringify({ source: "synapse", state, startedAt: 1, passwords: { forNew: own, ofMost: { kind } } });

test("a row that cannot be read is no state at all, and nobody is served", async (t) => {
	const storage = await openTemporaryStorage("synapse");
	t.after(() => storage.close());
	for (const text of ["", "{}", '{"state":"moving"}', odd("gone"), odd("moving", "md5")]) {
		await storage.write(({ settings }) => settings.set("move", text));
		await assert.rejects(readMove(storage.read), /cannot be read/);
	}
});
