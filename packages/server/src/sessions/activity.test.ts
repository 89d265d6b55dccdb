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

const address = "192.0.2.1";
const used: StoredAccess = { ...token, used: true };

test("uses of many sessions go in several transactions, too, two hundred in each", async () => {
	const { storage, written, tries } = recorder();
	const activity = createActivity(storage);
	for (let n = 0; n < 401; n += 1) {
		activity.note("h", { ...used, sessionId: asSessionId(`s${n}`) }, { at: 60_000, address });
	}
	await activity.close();
	assert.deepEqual([written.length, tries()], [401, 3]);
});

test("of a token that is known to be used, from where it was used last, nothing is written within a minute", async () => {
	const { storage, written } = recorder();
	const activity = createActivity(storage);
	activity.note("h", { ...used, lastUsedAt: 60_000, lastAddress: address }, { at: 119_999, address });
	await activity.flush();
	assert.deepEqual(written, []);
	activity.note("h", { ...used, lastUsedAt: 60_000, lastAddress: address }, { at: 120_000, address });
	await activity.close();
	assert.deepEqual(written, [{ sessionId: asSessionId("s"), at: 120_000, address }]);
});

test("a use from nowhere known keeps the address of the one before", async () => {
	const { storage, written } = recorder();
	const activity = createActivity(storage);
	activity.note("h", used, { at: 60_000, address });
	activity.note("h", used, { at: 60_001 });
	await activity.close();
	assert.deepEqual(written, [{ sessionId: asSessionId("s"), at: 60_001, address }]);
});

test("what could not be written does not take the place of what came meanwhile", async () => {
	const { storage, written } = recorder();
	let meanwhile: (() => void) | undefined = () => activity.note("h", used, { at: 60_002, address });
	const failing: Transactions<Unit> = {
		...storage,
		write(work) {
			if (meanwhile === undefined) return storage.write(work);
			meanwhile();
			meanwhile = undefined;
			return Promise.reject(new Error("disk"));
		},
	};
	const activity = createActivity(failing);
	activity.note("h", used, { at: 60_001, address });
	await assert.rejects(activity.flush(), /disk/);
	await activity.close();
	assert.deepEqual(written, [{ sessionId: asSessionId("s"), at: 60_002, address }]);
});

test("notes keep no process from ending, and none is written once it is closed", async (t) => {
	const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
	const before = timers();
	const idle = createActivity(recorder().storage);
	idle.note("h", token, { at: 1 });
	assert.equal(timers(), before);
	await idle.close();

	t.mock.timers.enable({ apis: ["setTimeout"] });
	const { storage, tries } = recorder();
	const activity = createActivity(storage);
	activity.note("h", token, { at: 1 });
	await activity.close();
	assert.equal(tries(), 1);
	activity.note("h", token, { at: 2 });
	t.mock.timers.tick(useNotes.collectMs);
	assert.equal(tries(), 1, "the storage may be closed by then");
});

test("a storage that has a quicker way for notes is told by that, and again when it failed", async () => {
	const { storage, tries } = recorder();
	const told: unknown[] = [];
	const activity = createActivity(storage, {
		async write({ tokens, sessions }) {
			told.push(
				tokens.map(({ hash, at }) => ({ hash, at })),
				sessions,
			);
			if (told.length === 2) throw new Error("away");
			return [];
		},
	});
	activity.note("h", token, { at: 60_000, address });
	await assert.rejects(activity.flush(), /away/);
	await activity.close();
	const [first, last] = noted;
	assert.deepEqual(told, [[first], [last], [first], [last]]);
	assert.equal(tries(), 0);
});

test("one message of notes at most is under way, however long it takes, and what came meanwhile goes with the next", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const told: (readonly string[])[] = [];
	const answers: PromiseWithResolvers<readonly string[]>[] = [];
	const activity = createActivity(recorder().storage, {
		write({ tokens }) {
			told.push(tokens.map(({ hash }) => hash));
			const answer = Promise.withResolvers<readonly string[]>();
			answers.push(answer);
			return answer.promise;
		},
	});
	for (const hash of ["h1", "h2", "h3"]) {
		activity.note(hash, token, { at: 1 });
		t.mock.timers.tick(useNotes.collectMs);
		await setImmediate();
	}
	assert.deepEqual(told, [["h1"]]);
	answers[0]?.resolve([]);
	await setImmediate();
	t.mock.timers.tick(useNotes.collectMs);
	assert.deepEqual(told, [["h1"], ["h2", "h3"]]);
	answers[1]?.resolve([]);
	await activity.close();
	assert.equal(told.length, 2);
});

test("who flushes while notes are under way waits for those, and fails with them", async () => {
	const answers: PromiseWithResolvers<readonly string[]>[] = [];
	const activity = createActivity(recorder().storage, {
		write() {
			const answer = Promise.withResolvers<readonly string[]>();
			answers.push(answer);
			return answer.promise;
		},
	});
	activity.note("h", token, { at: 1 });
	const both = Promise.allSettled([activity.flush(), activity.flush()]);
	await setImmediate();
	answers[0]?.reject(new Error("away"));
	assert.deepEqual(
		(await both).map(({ status }) => status),
		["rejected", "rejected"],
	);
	assert.equal(answers.length, 1);
});

test("a first use that was passed over is noted again a second later", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const told: (readonly string[])[] = [];
	const activity = createActivity(recorder().storage, {
		async write({ tokens }) {
			told.push(tokens.map(({ hash }) => hash));
			return told.length === 1 ? ["h1"] : [];
		},
	});
	for (const hash of ["h1", "h2"]) activity.note(hash, token, { at: 1 });
	for (let time = 0; time < 3; time++) {
		t.mock.timers.tick(useNotes.collectMs);
		await setImmediate();
	}
	assert.deepEqual(told, [["h1", "h2"], ["h1"]]);
});

test("who asks for the first uses in a session is told of those that are just being written", async () => {
	const { storage, written } = recorder();
	const answer = Promise.withResolvers<readonly string[]>();
	const activity = createActivity(storage, { write: () => answer.promise });
	activity.note("h", token, { at: 1 });
	const flushed = activity.flush();
	await storage.write((unit) => activity.settle(unit, token.sessionId));
	assert.deepEqual(written, [{ hash: "h", at: 1 }]);
	answer.resolve([]);
	await flushed;
	await storage.write((unit) => activity.settle(unit, token.sessionId));
	assert.equal(written.length, 1, "and no more once they are");
});
