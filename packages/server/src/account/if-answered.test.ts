import assert from "node:assert/strict";
import { test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { ifAnswered } from "./if-answered.ts";

test("nobody waits longer than they have patience for", async () => {
	assert.equal(await ifAnswered(new Promise<string>(() => {}), 1), undefined);
	assert.equal(await ifAnswered(Promise.resolve("said"), 60_000), "said");
});

test("a homeserver that does not answer is a gap, any other failure is one", async () => {
	assert.equal(await ifAnswered(Promise.reject(new HomeserverUnavailable()), 60_000), undefined);
	await assert.rejects(ifAnswered(Promise.reject(new Error("broken")), 60_000), /broken/);
});
