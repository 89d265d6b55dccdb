import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { asAccountId, asSessionId, type Transactions } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { createActivity } from "./activity.ts";
import { useNotes } from "./lifetimes.ts";
import type { SessionRecords, StoredAccess, TokenRecords } from "./ports.ts";

interface Unit {
	readonly sessions: Pick<SessionRecords, "touch">;
	readonly tokens: Pick<TokenRecords, "noteFirstUse">;
}

const token: StoredAccess = {
	...{
		sessionId: asSessionId("s"),
		accountId: asAccountId("a"),
		clientId: "c",
		deviceId: asDeviceId("d"),
		scope: "",
		localpart: "alice",
	},
	...{ admin: false, ended: false, deviceKept: false, locked: false, createdAt: 0, expiresAt: 300_000 },
	...{ used: false, lastUsedAt: 0, lastAddress: null },
};

/** A storage that writes down what it is told, or fails as often as asked. */
function recorder(failures = 0) {
	const written: unknown[] = [];
	let left = failures;
	let tries = 0;
	const unit: Unit = {
		sessions: { touch: async (use) => void written.push(use) },
		tokens: { noteFirstUse: async (hash, at) => void written.push({ hash, at }) },
	};
	const storage: Transactions<Unit> = {
		read: unit,
		write(work) {
			tries += 1;
			if (left === 0) return work(unit);
			left -= 1;
			return Promise.reject(new Error("disk"));
		},
	};
	return { storage, written, tries: () => tries };
}

const noted = [
	{ hash: "h", at: 60_000 },
	{ sessionId: asSessionId("s"), at: 60_000, address: "192.0.2.1" },
];

test("notes that could not be written are kept and written later, with what came meanwhile", async () => {
	const { storage, written } = recorder(1);
	const activity = createActivity(storage);
	activity.note("h", token, { at: 60_000, address: "192.0.2.1" });
	await assert.rejects(activity.flush(), /disk/);
	assert.deepEqual(written, []);
	await activity.close();
	assert.deepEqual(written, noted);
});

test("notes that a timer could not write are tried again at the next, without anybody's doing", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const { storage, written, tries } = recorder(2);
	const activity = createActivity(storage);
	activity.note("h", token, { at: 60_000, address: "192.0.2.1" });
	for (const count of [1, 2, 3]) {
		assert.equal(tries(), count - 1, "not before its time");
		t.mock.timers.tick(useNotes.collectMs);
		assert.equal(tries(), count);
		// The failure, and what follows from it, is a few promises away.
		await setImmediate();
	}
	assert.deepEqual(written, noted);
	t.mock.timers.tick(useNotes.collectMs);
	assert.equal(tries(), 3, "what is written is done");
	await activity.close();
});

test("closing writes down what is left, once", async () => {
	const { storage, written } = recorder();
	const activity = createActivity(storage);
	activity.note("h", token, { at: 60_000, address: "192.0.2.1" });
	activity.note("h", token, { at: 60_000, address: "192.0.2.1" });
	await activity.close();
	await activity.close();
	assert.deepEqual(written, noted);
});

test("a first use keeps its first time", async () => {
	const { storage, written } = recorder();
	const activity = createActivity(storage);
	activity.note("h", token, { at: 1, address: undefined });
	activity.note("h", token, { at: 2, address: undefined });
	await activity.close();
	assert.deepEqual(written, [{ hash: "h", at: 1 }]);
});

test("thousands of notes go in several transactions, so that nobody waits for all of them", async () => {
	const { storage, written } = recorder();
	let transactions = 0;
	const counting: Transactions<Unit> = {
		...storage,
		write(work) {
			transactions += 1;
			return storage.write(work);
		},
	};
	const activity = createActivity(counting);
	for (let n = 0; n < 1_000; n += 1) activity.note(`h${n}`, token, { at: 1 });
	await activity.close();
	assert.equal(written.length, 1_000);
	assert.equal(transactions, 5);
});
