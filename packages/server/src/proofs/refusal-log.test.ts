import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { byPerson } from "../../test/support/actors.ts";
import type { SecurityEvent } from "../audit/index.ts";
import { createRefusalLog } from "./refusal-log.ts";

const event: SecurityEvent = {
	id: "e",
	accountId: asAccountId("a"),
	at: 1,
	kind: "sign-in-refused",
	actor: byPerson,
	detail: {},
};

/** A storage of which the first write fails. */
function failingOnce() {
	const written: SecurityEvent[] = [];
	const told: unknown[] = [];
	const full = new Error("the disk is full");
	let writes = 0;
	const unit = {
		refusals: {
			async note(line: SecurityEvent) {
				if (++writes === 1) throw full;
				written.push(line);
			},
		},
	};
	const storage = { read: unit, write: <T>(work: (it: typeof unit) => Promise<T>) => work(unit) };
	return { log: createRefusalLog(storage, (error) => told.push(error)), written, told, full };
}

test("a line of the log that cannot be written is told, and those after it are written", async () => {
	const { log, written, told, full } = failingOnce();
	log.note(event);
	log.note({ ...event, id: "f" });
	assert.deepEqual([written, told], [[], []], "after the answer, not before");
	await log.flush();
	assert.deepEqual(told, [full]);
	assert.deepEqual(
		written.map(({ id }) => id),
		["f"],
	);
	await log.flush();
});
