import assert from "node:assert/strict";
import { test } from "node:test";
import { type EventGroup, eventGroups, kindsOf, parseEventGroup } from "./event-groups.ts";

test("every kind of event is found in one group, and no group is empty", () => {
	const names = Object.keys(eventGroups) as EventGroup[];
	const kinds = names.map(kindsOf);
	assert.ok(kinds.every(({ length }) => length > 0));
	assert.equal(new Set(kinds.flat()).size, kinds.flat().length);
});

test("nothing but the name of a group is one", () => {
	assert.equal(parseEventGroup("devices"), "devices");
	for (const text of [undefined, "", "Devices", "constructor", "__proto__", "devices,identity"]) {
		assert.equal(parseEventGroup(text), undefined);
	}
});
