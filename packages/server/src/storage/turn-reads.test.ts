import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { connect } from "./sqlite.ts";
import { createTurnReads } from "./turn-reads.ts";

/** A table with one number, a connection that reads it, and one that changes it as another process would. */
async function openCounter(t: TestContext) {
	const directory = await mkdtemp(join(tmpdir(), "countersign-turn-"));
	const file = join(directory, "counter.db");
	const beside = connect(file);
	beside.exec("CREATE TABLE counter (value INTEGER); INSERT INTO counter VALUES (0)");
	const reader = connect(file, true);
	t.after(async () => {
		if (reader.isOpen) reader.close();
		beside.close();
		await rm(directory, { recursive: true });
	});
	return { reader, raise: () => beside.exec("UPDATE counter SET value = value + 1"), beside };
}

function valueIn(connection: DatabaseSync): () => unknown {
	const statement = connection.prepare("SELECT value FROM counter");
	return () => statement.get()?.value;
}

test("a read sees what another process committed just before it was asked for", async (t) => {
	const { reader, raise } = await openCounter(t);
	const inTurn = createTurnReads(reader);
	const value = valueIn(reader);
	for (let round = 1; round <= 20; round++) {
		const earlier = inTurn(value);
		raise();
		assert.equal(await inTurn(value), round);
		await earlier;
	}
});

test("reads of one turn see the same moment, and hold nothing once they are answered", async (t) => {
	const { reader, raise, beside } = await openCounter(t);
	const inTurn = createTurnReads(reader);
	const value = valueIn(reader);
	const reads = [inTurn(value), inTurn(() => [reader.isTransaction, raise()]), inTurn(value)];
	assert.deepEqual(await Promise.all(reads), [0, [true, undefined], 0]);
	assert.equal(reader.isTransaction, false);
	assert.equal(await inTurn(value), 1);
	// Truncating succeeds only while no reader holds on to an older state.
	assert.equal(beside.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy, 0);
});

test("a read that throws fails alone", async (t) => {
	const { reader } = await openCounter(t);
	const inTurn = createTurnReads(reader);
	const broken = inTurn(() => reader.prepare("SELECT nothing FROM counter"));
	const [failed, read] = await Promise.allSettled([broken, inTurn(valueIn(reader))]);
	assert.equal(failed.status, "rejected");
	assert.deepEqual(read, { status: "fulfilled", value: 0 });
});

test("reads of a closed database fail instead of waiting for ever", async (t) => {
	const { reader } = await openCounter(t);
	const inTurn = createTurnReads(reader);
	const value = valueIn(reader);
	const read = inTurn(value);
	reader.close();
	await assert.rejects(read);
	await assert.rejects(inTurn(value));
});
