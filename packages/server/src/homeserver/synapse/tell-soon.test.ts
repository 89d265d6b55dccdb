import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { createTellSoon } from "./tell-soon.ts";

test("what a person waits for has been told when the wait is over", async () => {
	const told: string[] = [];
	const tellSoon = createTellSoon(
		{
			async deliver(accountId) {
				await new Promise(setImmediate);
				told.push(accountId);
			},
		},
		{ isSilent: () => false },
	);
	await tellSoon(asAccountId("account-alice"));
	assert.deepEqual(told, ["account-alice"]);
});

test("nobody waits long for a homeserver that hangs, and not at all for one that is known to be silent", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	let [asked, isSilent] = [0, false];
	const tellSoon = createTellSoon(
		{
			deliver() {
				asked++;
				return new Promise(() => {});
			},
		},
		{ isSilent: () => isSilent },
	);
	const waiting = tellSoon(asAccountId("account-alice"));
	t.mock.timers.tick(1_000);
	await waiting;
	isSilent = true;
	await tellSoon(asAccountId("account-alice"));
	assert.equal(asked, 1);
});
