import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId, legacyScope } from "@countersign/protocol";
import {
	accessRow,
	anyBcrypt,
	madeAt,
	refreshRow,
	synapsePerson,
	synapseTokens,
} from "../../test/support/moving-people.ts";
import { successorOf, tokenHash } from "../sessions/index.ts";
import { goBack } from "./index.ts";
import type { ChangesThere, MovingUnit, PersonHere, RefreshHere, SynapsePerson } from "./ports.ts";

const key = new Uint8Array(32).fill(1);
const [moved] = synapseTokens.access;
const [first] = synapseTokens.refresh;
const next = successorOf(first, key);
const waits: RefreshHere = { isUsed: false, hasArrived: true };

function personHere(localpart: string, changes: Partial<PersonHere> = {}): PersonHere {
	return {
		...{ id: `account-${localpart}`, localpart, createdAt: madeAt, closed: false },
		...{ admin: false, locked: false, passwordHash: anyBcrypt, sessions: [] },
		...changes,
	};
}

/** On her phone, with these tokens. */
const session = (access: readonly string[], refresh: readonly string[] = []) => ({
	...{ id: "s1", clientId: "legacy", clientName: null, scope: legacyScope, createdAt: madeAt },
	...{ lastUsedAt: madeAt, lastAddress: null, userAgent: null, endsAt: null, sealed: null },
	...{ deviceId: asDeviceId("PHONE"), deviceName: "Phone" },
	access: new Set(access.map(tokenHash)),
	refresh: new Map(refresh.map((token) => [tokenHash(token), waits])),
});

const nobodyElse = { accessTokens: [], devices: [] };
const everybody: readonly (readonly [
	localpart: string,
	there: Partial<SynapsePerson>,
	here?: Partial<PersonHere>,
])[] = [
	["goes-on", {}, { sessions: [session([moved])] }],
	["is-a-bridges", { appServiceId: "bridge" }, {}],
	["is-not-here", {}],
	["signed-out", {}, {}],
	["new-password", nobodyElse, { passwordHash: "$2b$12$new" }],
	["was-locked", nobodyElse, { locked: true }],
	["refreshed", { accessTokens: [], refreshTokens: [refreshRow()] }, { sessions: [session([], [next])] }],
	["began-here", { accessTokens: [] }, { sessions: [session(["mct_new"])] }],
	...Array.from(
		{ length: 95 },
		(_, each) => [`stayed-${String(each).padStart(2, "0")}`, nobodyElse] as const,
	),
	["z-last", { accessTokens: [accessRow(), accessRow({ token: synapseTokens.access[1] })] }, {}],
];

test("everybody who is here goes back, a hundred at a time, and what that is is counted", async () => {
	const there = everybody
		.map(([name, changes]) => synapsePerson({ userId: `@${name}:example.org`, ...changes }))
		.toSorted((a, b) => (a.userId < b.userId ? -1 : 1));
	const here = everybody.flatMap(([name, , changes]) =>
		changes === undefined ? [] : [personHere(name, changes)],
	);
	const asked: number[] = [];
	const written = new Map<string, ChangesThere>();
	const moved = {
		async here(which: { readonly localparts: readonly string[] }) {
			asked.push(which.localparts.length);
			return here.filter(({ localpart }) => which.localparts.includes(localpart));
		},
	} as unknown as MovingUnit["moved"];
	const report = await goBack({
		storage: { read: { moved } as MovingUnit },
		target: {
			schemaVersion: 94,
			people: async ({ after, limit }) => there.filter(({ userId }) => userId > after).slice(0, limit),
			write: async (userId, changes) => void written.set(userId, changes),
			commit: () => assert.fail("that is for the command"),
			close: async () => {},
		},
		...{ serverName: "example.org", now: madeAt + 1, switchedAt: madeAt, key },
	});
	assert.deepEqual(report, {
		...{ people: 7, broughtBack: 1, ended: 4, passwords: 1 },
		signedOut: [{ user: "@began-here:example.org", device: "PHONE", name: "Phone" }],
	});
	assert.deepEqual(asked, [100, 4]);
	assert.deepEqual(
		[...written.keys()].map((userId) => userId.slice(1, -":example.org".length)),
		["began-here", "goes-on", "new-password", "refreshed", "signed-out", "was-locked", "z-last"],
	);
	const nothing = { deleteAccess: [], deleteRefresh: [], addRefresh: [], addAccess: [] };
	assert.deepEqual(written.get("@goes-on:example.org"), nothing);
	assert.deepEqual(written.get("@refreshed:example.org"), {
		...nothing,
		deleteRefresh: [1],
		addRefresh: [{ deviceId: "PHONE", token: next }],
	});
});
