import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { createWaysIn } from "../proofs/index.ts";
import type { Notice } from "./ports.ts";
import { undoFactor } from "./undo-factor.ts";

const accountId = asAccountId("account-alice");
const at = 1_800_000_000_000;
const week = 604_800_000;
const services = [{ id: "company", issuer: "https://company.example" }];
const line = {
	eventId: "e",
	accountId,
	localpart: "alice",
	at,
	wasConfirmed: false,
	isFirstFactor: false,
	isByOperator: false,
	isObjectedTo: false,
};

/** What goes, of an account whose app of codes is that old. */
async function gone(
	notice: Pick<Notice, "kind" | "passkey"> & Partial<Notice>,
	now: number,
	{
		appAt,
		later = [],
		passkeys = ["P", "Q"],
		passwordHash = "h",
		isByLetter = true,
		links = [],
	}: {
		readonly links?: readonly { readonly provider: string; readonly subject: string }[];
		readonly appAt?: number;
		readonly later?: readonly Notice["kind"][];
		readonly passkeys?: readonly string[];
		readonly passwordHash?: string | null;
		readonly isByLetter?: boolean;
	} = {},
) {
	const done: string[] = [];
	const note = async (what: string) => done.push(what) > 0;
	const unit = {
		accounts: { raiseGeneration: async () => {}, find: async () => ({ deactivatedAt: null, passwordHash }) },
		passkeys: {
			list: async () => passkeys.map((id) => ({ id, host: "here" })),
			remove: (id: string, of: string) => note(`passkey ${id} of ${of}`),
			removeAllOf: async (of: string) => done.push(`all passkeys of ${of}`),
		},
		oneTimeCodes: {
			find: async () => (appAt === undefined ? undefined : { createdAt: appAt }),
			remove: (of: string) => note(`codes of ${of}`),
		},
		notices: {
			add: async () => {},
			find: async () => undefined,
			object: async () => true,
			list: async (_: string, { since }: { since: number }) =>
				since === at ? later.map((kind) => ({ ...line, kind, at: at + 1 })) : [],
		},
		accountLinks: { list: async () => links, removeAddedAt: async () => {} },
		recoveryCodes: {
			removeAllOf: async (of: string) => done.push(`recovery codes of ${of}`),
		},
	};
	const stays = isByLetter ? async () => true : createWaysIn({ host: "here", services }).isThere;
	await undoFactor(unit, { ...line, ...notice }, { now, stays });
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
	assert.deepEqual(await gone({ kind: "codes-added" }, at + 1, { appAt: at }), ["codes of account-alice"]);
	assert.deepEqual(await gone({ kind: "codes-added" }, at + 1, { appAt: at + 1 }), []);
	assert.deepEqual(await gone({ kind: "codes-added" }, at + 1), []);
});

test("a line of before the passkey stood in it, and one of another kind, take nothing away", async () => {
	assert.deepEqual(await gone({ kind: "passkey-added" }, at + 1, { appAt: at }), []);
	assert.deepEqual(await gone({ kind: "passkey-removed", passkey: "P" }, at + 1, { appAt: at }), []);
});

test("where it was not the first, it goes only if another second factor stands: the mailbox is no way around both", async () => {
	const passkey = { kind: "passkey-added", passkey: "P" } as const;
	const last = { passkeys: ["P"] };
	assert.deepEqual(await gone(passkey, at + 1, last), []);
	assert.deepEqual(await gone(passkey, at + 1, { ...last, appAt: at }), ["passkey P of account-alice"]);
	const codes = { kind: "codes-added" } as const;
	const app = { appAt: at, passkeys: [] };
	assert.deepEqual(await gone(codes, at + 1, app), []);
});

test("with the one that made two factors of one all go that stand there by now, for a week", async () => {
	const all = [
		...["all passkeys of account-alice", "codes of account-alice", "recovery codes of account-alice"],
	];
	const first = { isFirstFactor: true } as const;
	const lines = [{ kind: "passkey-added", passkey: "P" }, { kind: "codes-added" }] as const;
	for (const line of lines) {
		for (const passkeys of [["P"], ["P", "Q"], ["Q"], []])
			for (const app of [{}, { appAt: at }, { appAt: at + 1 }])
				assert.deepEqual(await gone({ ...line, ...first }, at + week - 1, { passkeys, ...app }), all);
		assert.deepEqual(await gone({ ...line, ...first }, at + week), []);
	}
});

test("recovery codes that others took the place of since stay", async () => {
	const made = { kind: "recovery-codes-made" } as const;
	assert.deepEqual(await gone(made, at + 2, { later: ["recovery-codes-made"] }), []);
	assert.deepEqual(await gone(made, at + 2, { later: ["codes-added"] }), ["recovery codes of account-alice"]);
});

test("of an account without a password the only passkey stays where it was said at the pages, and goes by a letter", async () => {
	const passkey = { kind: "passkey-added", passkey: "P", isFirstFactor: true } as const;
	const only = { passkeys: ["P"], passwordHash: null, appAt: at - 1 };
	assert.deepEqual(await gone(passkey, at + 1, { ...only, isByLetter: false }), []);
	const every = [
		...["all passkeys of account-alice", "codes of account-alice", "recovery codes of account-alice"],
	];
	assert.deepEqual(await gone(passkey, at + 1, only), every);
	const others = { ...only, passkeys: ["P", "Q"], isByLetter: false };
	assert.deepEqual(await gone({ ...passkey, isFirstFactor: false }, at + 1, others), [
		"passkey P of account-alice",
	]);
	const linked = { ...only, isByLetter: false, links: [{ provider: "company", subject: "s" }] };
	assert.deepEqual(await gone(passkey, at + 1, linked), every, "they get in by a service");
	const unlinked = { ...linked, links: [{ provider: "gone", subject: "s" }] };
	assert.deepEqual(await gone(passkey, at + 1, unlinked), []);
	const withPassword = { ...only, passwordHash: "h", isByLetter: false };
	assert.deepEqual(await gone(passkey, at + 1, withPassword), every);
});
