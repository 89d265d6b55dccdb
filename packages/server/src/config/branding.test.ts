import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { readConfig } from "./read.ts";

function read(text: string) {
	const file = parseSettingsFile("x.yaml", text);
	assert.ok(file.ok);
	return readConfig({}, file);
}

function taken(text: string) {
	const outcome = read(text);
	assert.ok(outcome.ok, JSON.stringify(outcome));
	return outcome.config;
}

test("operator.name, accent and privacy", () => {
	const of = (line: string) => `operator:\n  ${line}\n`;
	assert.equal(taken("").branding, undefined);
	assert.equal(taken(of("contact: Anna")).branding, undefined);
	assert.deepEqual(
		taken(of('name: Example Society\n  accent: "#1A4fc4"\n  privacy: https://x.org/p')).branding,
		{ name: "Example Society", accent: "#1A4fc4", privacy: "https://x.org/p" },
	);
	const colour = "a colour that can be read on white, like #0f5c4d";
	for (const [line, why] of [
		['accent: "#7fd6bf"', colour],
		['accent: "#fff"', colour],
		["accent: red", colour],
		['name: ""', "a name"],
		['name: "a\\u202eb"', "a name"],
		[`name: ${"x".repeat(41)}`, "40 characters at most"],
		["privacy: javascript:alert(1)", "a link, like https://example.org/privacy"],
	] as const) {
		const outcome = read(of(line));
		assert.ok(!outcome.ok, line);
		assert.ok(outcome.problems[0]?.endsWith(`; expected ${why}`), outcome.problems.join("\n"));
	}
});
