import assert from "node:assert/strict";
import { test } from "node:test";
import { createHealth } from "./health.ts";

test("an outage is said once when it begins and once when it ends, and everybody who asked hears of the end", () => {
	const said: unknown[] = [];
	const line = (level: string) => (facts: unknown, text: string) => void said.push([level, facts, text]);
	const health = createHealth("Synapse", { info: line("info"), warn: line("warn"), error: line("error") });
	const told: string[] = [];
	for (const name of ["one", "other"]) health.onReturn(() => void told.push(name));
	health.note(undefined);
	assert.deepEqual([health.isSilent(), said, told], [false, [], []]);
	for (const reason of ["timeout", "reset"]) {
		health.note(reason);
		assert.equal(health.isSilent(), true);
	}
	assert.deepEqual(said.splice(0), [["warn", { reason: "timeout" }, "Synapse does not answer"]]);
	for (let time = 0; time < 2; time++) {
		health.note(undefined);
		assert.equal(health.isSilent(), false);
	}
	assert.deepEqual(said.splice(0), [["info", {}, "Synapse answers again"]]);
	assert.deepEqual(told, ["one", "other"]);
	health.note("timeout");
	assert.equal(said.length, 1);
});
