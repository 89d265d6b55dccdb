import assert from "node:assert/strict";
import { test } from "node:test";
import { holdLifetimes, holdLimits, isTaken, mostAlone, mostKept, versionsTaken, withTaken } from "./hold.ts";
import { backupType, defaultKeyType, markTypes, mostHeldBytes, mostOpeningBytes } from "./secrets.ts";

// People are told some of them, and a thief's room is the others: a change of one is a change of the promise.
test("how long things are held, kept and read, and how many", () => {
	assert.deepEqual(holdLifetimes, {
		...{ quietMs: 600_000, heldMs: 3_600_000, keptMs: 604_800_000, readingMs: 600_000 },
	});
	assert.deepEqual(holdLimits, { perWindow: 20, windowMs: 3_600_000 });
	assert.deepEqual([mostKept, mostAlone, mostHeldBytes, mostOpeningBytes], [2, 20, 524_288, 65_536]);
});

test("a newest version goes with all before it, and one that a newer one stands beside alone", () => {
	const first = withTaken({ floor: 0 }, { version: 3, isAlone: true });
	assert.deepEqual(first, { floor: 0, alone: [3] });
	const second = withTaken(first, { version: 1, isAlone: true });
	assert.deepEqual(second, { floor: 0, alone: [1, 3] });
	assert.deepEqual(withTaken(second, { version: 3, isAlone: true }), second);
	assert.deepEqual(withTaken(second, { version: 2, isAlone: false }), { floor: 2, alone: [3] });
	assert.deepEqual(withTaken(second, { version: 3, isAlone: false }), { floor: 3 });
	assert.deepEqual(withTaken({ floor: 4 }, { version: 2, isAlone: false }), { floor: 4 });
	assert.deepEqual(withTaken({ floor: 4 }, { version: 4, isAlone: true }), { floor: 4 });
	assert.deepEqual(withTaken({ floor: 4, alone: [12] }, { version: 9, isAlone: true }), {
		...{ floor: 4, alone: [9, 12] },
	});
});

test("what was taken away is the floor, all below it, and those taken alone; the floor and those are read back, the newest first", () => {
	const taken = { floor: 2, alone: [4] };
	assert.deepEqual(
		[1, 2, 3, 4, 5].map((version) => isTaken(taken, version)),
		[true, true, false, true, false],
	);
	assert.deepEqual(
		[0, 1].map((version) => isTaken({ floor: 0 }, version)),
		[true, false],
	);
	assert.deepEqual(versionsTaken(taken), [4, 2]);
	assert.deepEqual(versionsTaken({ floor: 1, alone: [4] }), [4, 1]);
	assert.deepEqual(versionsTaken({ floor: 0, alone: [3, 5, 4] }), [5, 4, 3]);
	assert.deepEqual(versionsTaken({ floor: 0 }), [0]);
	assert.deepEqual(versionsTaken({ floor: 0, alone: [] }), [0]);
});

test("account data is known by the names that apps give it", () => {
	assert.deepEqual(
		[defaultKeyType, backupType, ...markTypes],
		[
			"m.secret_storage.default_key",
			"m.megolm_backup.v1",
			"m.org.matrix.custom.backup_disabled",
			"m.key_backup",
		],
	);
});
