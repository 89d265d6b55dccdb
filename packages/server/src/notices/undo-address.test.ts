import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { Notice } from "./ports.ts";
import { undoAddress } from "./undo-address.ts";

const accountId = asAccountId("account-alice");
const [day, now] = [86_400_000, 1_800_000_000_000];
const removed: Notice = {
	...{ eventId: "e", accountId, localpart: "alice", at: now - day, kind: "address-removed" },
	...{
		email: "Alice@x.org",
		wasConfirmed: true,
		isFirstFactor: false,
		isByOperator: false,
		isObjectedTo: false,
	},
};

/** What is done to the addresses of an account that has, and is, this. */
async function doneBy(
	notice: Notice,
	{
		left = [],
		closedAt = null,
	}: { readonly left?: readonly number[]; readonly closedAt?: number | null } = {},
) {
	const done: unknown[] = [];
	const accounts = {
		raiseGeneration: async () => {},
		find: async () => ({ deactivatedAt: closedAt, passwordHash: "h" }),
	};
	const addresses = {
		list: async () => [{}, ...left.map((verifiedAt) => ({ verifiedAt }))],
		remove: async (...args: unknown[]) => done.push(["remove", ...args]),
		confirm: async (person: unknown) => done.push(["confirm", person]) > 0,
	};
	await undoAddress({ accounts, addresses }, notice, now);
	return done;
}

test("an address that was removed is put back, if it was confirmed, unless another one was for a month", async () => {
	const back = [["confirm", { accountId, address: "Alice@x.org", key: "alice@x.org", at: now }]];
	assert.deepEqual(await doneBy(removed), back);
	assert.deepEqual(await doneBy({ ...removed, wasConfirmed: false }), []);
	assert.deepEqual(await doneBy(removed, { closedAt: now - 1 }), []);
	assert.deepEqual(await doneBy(removed, { left: [removed.at - 30 * day + 1] }), back);
	assert.deepEqual(await doneBy(removed, { left: [removed.at - 30 * day] }), []);
});

test("an address that was added is removed, and no other kind of line touches any", async () => {
	const added: Notice = { ...removed, kind: "address-added", wasConfirmed: false };
	assert.deepEqual(await doneBy(added), [["remove", accountId, "alice@x.org"]]);
	assert.deepEqual(await doneBy({ ...removed, kind: "password-changed" }), []);
});

test("what those who run the server did to addresses is undone by nobody's letter", async () => {
	const byOperator = { ...removed, isByOperator: true };
	assert.deepEqual(await doneBy(byOperator), []);
	assert.deepEqual(await doneBy({ ...byOperator, kind: "address-added" }), []);
});
