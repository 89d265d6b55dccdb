import assert from "node:assert/strict";
import { describe, test } from "node:test";
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
	return outcome;
}

describe("a second factor that is demanded", () => {
	test("is one of nobody, of administrators or of everybody, after two weeks or as many days as are set", () => {
		assert.equal(taken("").config.secondFactor, undefined);
		for (const demandedOf of ["admins", "everyone"])
			assert.deepEqual(taken(`second_factor:\n  demanded_of: ${demandedOf}\n`).config.secondFactor, {
				demandedOf,
				graceDays: 14,
			});
		for (const days of [0, 1, 90]) {
			const { config } = taken(`second_factor:\n  demanded_of: admins\n  grace_days: ${days}\n`);
			assert.equal(config.secondFactor?.graceDays, days);
		}
		const named = readConfig({ COUNTERSIGN_SECOND_FACTOR_DEMANDED_OF: "everyone" });
		assert.equal(named.ok && named.config.secondFactor?.demandedOf, "everyone");
	});

	test("is told in what it cannot be", () => {
		for (const [lines, expected] of [
			["demanded_of: nobody", "admins or everyone"],
			["demanded_of: yes", "admins or everyone"],
			["demanded_of: admins\n  grace_days: 91", "a number of days, 0 to 90"],
			["demanded_of: admins\n  grace_days: -1", "a number of days, 0 to 90"],
			["demanded_of: admins\n  grace_days: 1.5", "a whole number of days"],
			["demanded_of: admins\n  grace_days: week", "a number of days"],
			["grace_days: 3", "second_factor.demanded_of beside it"],
		] as const) {
			const outcome = read(`second_factor:\n  ${lines}\n`);
			assert.ok(!outcome.ok && outcome.problems[0]?.endsWith(`; expected ${expected}`), lines);
		}
	});

	test("works without mail, and it is said what that leaves open", () => {
		const set = "second_factor:\n  demanded_of: admins\n";
		const [warning, ...more] = taken(set).warnings;
		assert.match(warning ?? "", /^x\.yaml:2: second_factor\.demanded_of is set, and email\.host is not: /);
		assert.deepEqual(more, []);
		assert.deepEqual(taken(`${set}email:\n  host: mail.example.org\n  from: a@example.org\n`).warnings, []);
	});
});
