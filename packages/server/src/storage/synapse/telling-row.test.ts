import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { parseTelling, tellingRow } from "./telling-row.ts";

test("whatever Synapse has to be told comes back out of its row as it was", () => {
	for (const telling of [
		{ kind: "add-user" },
		{ kind: "set-display-name", displayName: "yes" },
		{ kind: "set-display-name", displayName: undefined },
		{ kind: "set-locked", locked: true },
		{ kind: "set-locked", locked: false },
		{ kind: "delete-device", deviceId: asDeviceId("PHONE") },
		{ kind: "delete-all-devices" },
		{ kind: "delete-user", erase: true },
		{ kind: "delete-user", erase: false },
		{ kind: "reactivate-user" },
	] as const)
		assert.deepEqual(parseTelling(tellingRow(telling)), telling);
});

test("a row that means nothing is not taken for the nearest that does", () => {
	for (const [kind, detail] of [
		["set-locked", ""],
		["set-locked", "true"],
		["delete-user", ""],
		["delete-user", "erase"],
		["delete-device", ""],
		["delete-all-devices", "PHONE"],
		["reactivate-user", "no"],
		["add-user", "yes"],
		["delete-devices", ""],
		["", ""],
	] as const)
		assert.equal(parseTelling({ kind, detail }), undefined, `${kind} ${detail}`);
});
