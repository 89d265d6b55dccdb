import assert from "node:assert/strict";
import { test } from "node:test";
import { guardedPath } from "../../test/support/guarding-world.ts";
import { isGuardedPath } from "./index.ts";

test("two paths are guarded, to the letter; another spelling of them is another path", () => {
	const both = [guardedPath, guardedPath.replace("/v3/", "/unstable/")];
	for (const path of both) assert.ok(isGuardedPath(path), path);
	for (const path of both)
		for (const other of [
			`${path}/`,
			`/${path}`,
			path.replace("k", "%6B"),
			path.toUpperCase(),
			path.slice(0, -1),
		])
			assert.ok(!isGuardedPath(other), other);
});
