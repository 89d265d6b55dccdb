import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { Notice } from "./ports.ts";
import { undoFactor } from "./undo-factor.ts";

const accountId = asAccountId("account-alice");
const at = 1_800_000_000_000;
const week = 604_800_000;
const line = { eventId: "e", accountId, localpart: "alice", at, wasConfirmed: false, isObjectedTo: false };

/** What goes, of an account whose app of codes is that old. */
async function gone(notice: Pick<Notice, "kind" | "passkey">, now: number, appAt?: number) {
	const done: string[] = [];
	const note = async (what: string) => done.push(what) > 0;
	const unit = {
		passkeys: { remove: (id: string, of: string) => note(`passkey ${id} of ${of}`) },
		oneTimeCodes: {
			find: async () => (appAt === undefined ? undefined : { createdAt: appAt }),
			remove: (of: string) => note(`codes of ${of}`),
		},
		recoveryCodes: {
			removeAllOf: async (of: string) => done.push(`recovery codes of ${of}`),
		},
	};
	await undoFactor(unit, { ...line, ...notice }, now);
	return done;
}

test("what was added goes within a week, and nothing afterwards", async () => {
	const passkey = { kind: "passkey-added", passkey: "P" } as const;
	assert.deepEqual(await gone(passkey, at), ["passkey P of account-alice"]);
	assert.deepEqual(await gone(passkey, at + week - 1), ["passkey P of account-alice"]);
	assert.deepEqual(await gone(passkey, at + week), []);
	assert.deepEqual(await gone({ kind: "recovery-codes-made" }, at + 1), ["recovery codes of account-alice"]);
});

test("an app for codes goes unless another one took its place", async () => {
	assert.deepEqual(await gone({ kind: "codes-added" }, at + 1, at), ["codes of account-alice"]);
	assert.deepEqual(await gone({ kind: "codes-added" }, at + 1, at + 1), []);
	assert.deepEqual(await gone({ kind: "codes-added" }, at + 1), []);
});

test("a line of before the passkey stood in it, and one of another kind, take nothing away", async () => {
	assert.deepEqual(await gone({ kind: "passkey-added" }, at + 1, at), []);
	assert.deepEqual(await gone({ kind: "passkey-removed", passkey: "P" }, at + 1, at), []);
});
