import assert from "node:assert/strict";
import { test } from "node:test";
import { HomeserverUnavailable } from "./homeserver.ts";
import { StorageUnavailable } from "./transactions.ts";

test("what is away is told apart by name, in a log too", () => {
	assert.equal(String(new HomeserverUnavailable("no answer")), "HomeserverUnavailable: no answer");
	assert.equal(String(new StorageUnavailable("no room")), "StorageUnavailable: no room");
});
