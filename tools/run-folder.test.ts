import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeRunFolder, removeRunFolder } from "./run-folder.ts";

for (const place of [undefined, "/no/such/place", "/proc"]) {
	test(`a folder for a run is made where files are kept in memory${place ? `, and without that (${place}) elsewhere` : ""}`, (t) => {
		const folder = makeRunFolder(place);
		t.after(() => removeRunFolder(folder));
		if (place !== undefined) assert.equal(dirname(folder), tmpdir());
		assert.equal(statSync(folder).mode & 0o777, 0o711, "PostgreSQL, a user of its own, comes to its part");
		mkdirSync(join(folder, "data"));
		writeFileSync(join(folder, "data", "countersign.db"), "");
		removeRunFolder(folder);
		assert.ok(!existsSync(folder));
	});
}
