import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./nearest.ts";

test("a name is near that is one step away, or one for every three of its characters", () => {
	for (const [typed, name] of [
		["prot", "port"],
		["por", "port"],
		["porrt", "port"],
		["part", "port"],
		["ab", "abc"],
		["x", "y"],
		["oprt-sx", "port-s"],
		["srever_name", "server_name"],
		["servernamex", "server_name"],
		["log.levle", "log.level"],
	] as const)
		assert.equal(nearest(typed, [name]), name, typed);
	for (const [typed, name] of [
		["prto", "ports-x"],
		["opxt", "port"],
		["p", "port"],
		["tarp", "port"],
		["abcd", "ab"],
		["xyz", "abc"],
		["sxrxexr_nxme", "server_name"],
		["", "ab"],
		["ca", "abc"],
	] as const)
		assert.equal(nearest(typed, [name]), undefined, typed);
});

test("of several the nearest is meant, and of equals the first", () => {
	assert.equal(nearest("database_fil", ["database", "data", "database_file"]), "database_file");
	assert.equal(nearest("hosts", ["posts", "host", "hosts"]), "hosts");
	assert.equal(nearest("cat", ["bat", "hat"]), "bat");
	assert.equal(nearest("cat", []), undefined);
});
