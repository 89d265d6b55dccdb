import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./index.ts";

function read(text: string, environment: Record<string, string> = {}) {
	const file = parseSettingsFile("x.yaml", text);
	assert.ok(file.ok, JSON.stringify(file));
	return readConfig(environment, file);
}

function taken(text: string) {
	const outcome = read(text);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

test("reset.delay_hours", () => {
	const of = (hours: string) => `reset:\n  delay_hours: ${hours}\n`;
	assert.equal(taken("").resetDelayHours, undefined);
	for (const hours of [0, 1, 168]) assert.equal(taken(of(`${hours}`)).resetDelayHours, hours);
	for (const [hours, expected] of [
		["169", "a number of hours, 0 to 168"],
		["-1", "a number of hours, 0 to 168"],
		["1.5", "a whole number of hours"],
		["x", "a number of hours"],
	] as const) {
		const outcome = read(of(hours));
		assert.ok(!outcome.ok && outcome.problems[0]?.endsWith(`; expected ${expected}`), hours);
	}
	const named = readConfig({ COUNTERSIGN_RESET_DELAY_HOURS: "24" });
	assert.equal(named.ok && named.config.resetDelayHours, 24);
	const beside = (rest: string, hours = "1") => {
		const outcome = read(of(hours) + rest);
		return outcome.ok ? [] : outcome.problems.map((problem) => problem.replace(/^.*; /, ""));
	};
	assert.deepEqual(beside("step_up: yes\n"), ["expected step_up: no beside it"]);
	assert.deepEqual(beside("step_up: no\n"), []);
	assert.deepEqual(beside("step_up: yes\n", "0"), []);
	const synapse = `server_name: x.org\npublic_base: https://a.x.org\nhomeserver:\n  synapse: http://127.0.0.1:1\n  secret: ${"s".repeat(16)}\n`;
	assert.deepEqual(beside(`${synapse}  guard: no\n`), ["expected homeserver.guard: yes beside it"]);
	assert.deepEqual(beside(`${synapse}  guard: yes\n`), []);
	assert.deepEqual(beside(synapse), []);
});
