import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettingsFile } from "./file.ts";
import { mergeGiven } from "./given.ts";

const secret = ["homeserver", "secret_file"];
const byVariable = { path: secret, value: "b", variable: "COUNTERSIGN_HOMESERVER_SECRET_FILE" };

test("a setting is called what it was set by, and by its path where nobody set it", () => {
	const alone = mergeGiven(undefined, [byVariable]);
	assert.equal(alone.nameOf(secret), "COUNTERSIGN_HOMESERVER_SECRET_FILE");
	assert.equal(alone.nameOf(["homeserver", "synapse"]), "homeserver.synapse");
	const file = parseSettingsFile("s.yaml", "port: 1\nhomeserver:\n  synapse: http://localhost\n");
	assert.ok(file.ok);
	const both = mergeGiven(file, [byVariable]);
	assert.equal(both.nameOf(secret), "COUNTERSIGN_HOMESERVER_SECRET_FILE");
	assert.equal(both.nameOf(["homeserver", "synapse"]), "s.yaml:3: homeserver.synapse");
});

test("what a variable set is not from the file, within a group too", () => {
	const file = parseSettingsFile("s.yaml", "homeserver:\n  secret: a\n  synapse: c\n");
	assert.ok(file.ok);
	const given = mergeGiven(file, [byVariable]);
	assert.deepEqual(given.value, { homeserver: { secret_file: "b", synapse: "c" } });
	assert.deepEqual(
		[secret, ["homeserver", "synapse"]].map((path) => [given.at(path), given.isFromFile(path)]),
		[
			["b", false],
			["c", true],
		],
	);
});
