import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId, legacyScope } from "@countersign/protocol";
import {
	accessRow,
	anyBcrypt,
	madeAt,
	refreshPair,
	refreshRow,
	synapsePerson,
	synapseTokens,
} from "../../test/support/moving-people.ts";
import { successorOf, tokenHash } from "../sessions/index.ts";
import { endOfChain } from "./chain.ts";
import { planBack } from "./plan-back.ts";
import type { PersonHere, RefreshHere, SessionHere, SynapsePerson } from "./ports.ts";

const key = new Uint8Array(32).fill(1);
const day = 86_400_000;
const back = { now: madeAt + day, switchedAt: madeAt, key };
const [moved] = synapseTokens.access;
const [first] = synapseTokens.refresh;

function sessionHere(tokens: {
	readonly access?: readonly string[];
	readonly refresh?: Readonly<Record<string, RefreshHere>>;
}): SessionHere {
	return {
		...{ id: "s1", clientId: "legacy", clientName: null, scope: legacyScope, createdAt: madeAt },
		...{ lastUsedAt: madeAt, lastAddress: null, userAgent: null },
		...{ deviceId: asDeviceId("PHONE"), deviceName: "Phone", endsAt: null, sealed: null },
		access: new Set((tokens.access ?? []).map(tokenHash)),
		refresh: new Map(Object.entries(tokens.refresh ?? {}).map(([token, is]) => [tokenHash(token), is])),
	};
}

function planned(there: Partial<SynapsePerson>, here: Partial<PersonHere>) {
	const account = { id: "a1", localpart: "alice", createdAt: madeAt, closed: false };
	const person = { ...account, admin: false, locked: false, passwordHash: anyBcrypt, sessions: [] };
	return planBack(synapsePerson(there), { ...person, ...here }, back);
}

const nothing = { deleteAccess: [], deleteRefresh: [], addRefresh: [], addAccess: [] };

describe("going back", () => {
	test("a device that goes on with its token needs nothing", () => {
		const plan = planned({}, { sessions: [sessionHere({ access: [moved] })] });
		assert.deepEqual(plan, { changes: nothing, signedOut: [] });
	});

	test("a token whose session ended here, or was replaced, is deleted there", () => {
		assert.deepEqual(planned({}, {}).changes, { ...nothing, deleteAccess: [moved] });
		const plan = planned({}, { sessions: [sessionHere({ access: ["mct_new"] })] });
		assert.deepEqual(plan.changes.deleteAccess, [moved]);
		assert.deepEqual(plan.signedOut, [{ deviceId: "PHONE", name: "Phone" }]);
	});

	test("an app that refreshed a thousand times within a minute goes on, and is followed no further", () => {
		const soon = { now: madeAt, switchedAt: madeAt, key };
		const unused = { isUsed: false, hasArrived: true };
		for (const [times, ends] of [
			[1_000, true],
			[1_001, false],
		] as const) {
			let token: string = first;
			for (let at = 0; at < times; at++) token = successorOf(token, key);
			const refresh = new Map([[tokenHash(token), unused]]);
			assert.equal(endOfChain({ refresh }, first, soon)?.token, ends ? token : undefined, `${times}`);
		}
	});

	test("a token that never moved stays as it is there", () => {
		for (const left of [{ puppets: "@b:example.org" }, { deviceId: "GONE" }])
			assert.deepEqual(planned({ accessTokens: [accessRow(left)] }, {}).changes, nothing);
	});

	test("a token without a device goes on, or is deleted there where it ended here; nobody is signed out by its end", () => {
		const there = { accessTokens: [accessRow({ deviceId: null })] };
		const here = { ...sessionHere({ access: [moved] }), deviceId: null };
		assert.deepEqual(planned(there, { sessions: [here] }), { changes: nothing, signedOut: [] });
		assert.deepEqual(planned(there, {}).changes, { ...nothing, deleteAccess: [moved] });
		const over = { accessTokens: [accessRow({ deviceId: null, validUntil: back.now })] };
		assert.deepEqual(planned(over, { sessions: [here] }), { changes: nothing, signedOut: [] });
	});

	const refreshing = { accessTokens: [], refreshTokens: [refreshRow()] };
	const used = { isUsed: true, hasArrived: true };
	const waits = { isUsed: false, hasArrived: false };

	test("a refresh token that was not used here stays", () => {
		const plan = planned(refreshing, { sessions: [sessionHere({ refresh: { [first]: waits } })] });
		assert.deepEqual(plan, { changes: nothing, signedOut: [] });
	});

	test("where its answer was lost time and again the app is where its token was used, not at one that nobody got", () => {
		const [tried, unheard] = [first, synapseTokens.refresh[1]];
		const newest = successorOf(unheard, key);
		const refreshTokens = [
			refreshRow({ id: 1, token: tried, nextId: 3 }),
			refreshRow({ id: 2, token: unheard }),
			refreshRow({ id: 3, token: newest }),
		];
		const end = successorOf(tried, key);
		const refresh = {
			[tried]: used,
			[unheard]: waits,
			[newest]: used,
			[end]: { ...waits, hasArrived: true },
		};
		const here = { sessions: [sessionHere({ refresh })] };
		const plan = planned({ accessTokens: [], refreshTokens }, here);
		assert.deepEqual(plan.changes.addRefresh, [{ deviceId: "PHONE", token: end }]);
		assert.deepEqual([plan.changes.deleteRefresh, plan.signedOut], [[1, 2, 3], []]);
		const after = { accessTokens: [], refreshTokens: [refreshRow({ id: 4, token: end })] };
		assert.deepEqual(planned(after, here), { changes: nothing, signedOut: [] });
	});

	test("one that was used is followed to the one that counts, though those between were cleaned away", () => {
		let token: string = first;
		for (let turn = 0; turn < 300; turn += 1) token = successorOf(token, key);
		const arrived = { isUsed: false, hasArrived: true };
		const plan = planned(refreshing, { sessions: [sessionHere({ refresh: { [token]: arrived } })] });
		assert.deepEqual(plan.changes, {
			...nothing,
			deleteRefresh: [1],
			addRefresh: [{ deviceId: "PHONE", token }],
		});
		assert.deepEqual(plan.signedOut, []);
	});

	test("where the answer may have been lost, the one before goes on too", () => {
		const [before, token] = [successorOf(first, key), successorOf(successorOf(first, key), key)];
		const refresh = { [before]: used, [token]: waits };
		const plan = planned(refreshing, { sessions: [sessionHere({ refresh })] });
		assert.deepEqual(plan.changes.addRefresh, [{ deviceId: "PHONE", token, before }]);
	});

	test("what an attempt brought along that was broken off after it had written stays as it is there", () => {
		const [before, token] = [successorOf(first, key), successorOf(successorOf(first, key), key)];
		const refreshTokens = [refreshRow({ id: 8, token }), refreshRow({ id: 9, token: before, nextId: 8 })];
		const lost = { [before]: used, [token]: waits };
		const there = { accessTokens: [], refreshTokens };
		const again = planned(there, { sessions: [sessionHere({ refresh: lost })] });
		assert.deepEqual(again, { changes: nothing, signedOut: [] });
		const arrived = { [before]: used, [token]: { isUsed: false, hasArrived: true } };
		const plan = planned(there, { sessions: [sessionHere({ refresh: arrived })] });
		assert.deepEqual(plan.changes, { ...nothing, deleteRefresh: [9] });
	});

	test("of a pair the half that was not used is dead, and the other is followed", () => {
		const [one, two] = refreshPair();
		const token = successorOf(two.token, key);
		const refresh = { [one.token]: used, [two.token]: used, [token]: { isUsed: false, hasArrived: true } };
		const plan = planned(
			{ accessTokens: [], refreshTokens: [one, two] },
			{ sessions: [sessionHere({ refresh })] },
		);
		assert.deepEqual(plan.changes.deleteRefresh, [1, 2]);
		assert.deepEqual(plan.changes.addRefresh, [{ deviceId: "PHONE", token }]);
	});

	test("another session's tokens on the same device are not taken for its successors", () => {
		const refresh = { mcr_of_a_new_session: waits };
		const plan = planned(refreshing, { sessions: [sessionHere({ refresh })] });
		assert.deepEqual(plan.changes, { ...nothing, deleteRefresh: [1] });
		assert.deepEqual(plan.signedOut, [{ deviceId: "PHONE", name: "Phone" }]);
	});

	test("password, lock and administration are as they are here, but a closed account stays closed", () => {
		const here = { passwordHash: "$2b$12$new", admin: true, locked: true };
		assert.deepEqual(planned({ accessTokens: [] }, here).changes.account, here);
		assert.equal(planned({ accessTokens: [], deactivated: true }, here).changes.account, undefined);
		assert.equal(planned({ accessTokens: [] }, {}).changes.account, undefined);
	});

	const since = (session: Partial<SessionHere>, first: string, admin = false) => {
		const began = { ...sessionHere({}), sealed: first, ...session };
		const person = { id: "a1", localpart: "alice", createdAt: madeAt, closed: false, locked: false, admin };
		const here = { ...person, passwordHash: anyBcrypt, sessions: [began] };
		const there = synapsePerson({ accessTokens: [], admin });
		return planBack(there, here, { ...back, unseal: (sealed, owner) => `${sealed}${owner.slice(2)}` });
	};

	test("what began here by the older API goes on by its first token, where that was sealed", () => {
		const lasting = since({ access: new Set([tokenHash("mct_new")]) }, "mct_new");
		assert.deepEqual(lasting.changes.addAccess, [{ deviceId: "PHONE", token: "mct_new" }]);
		const token = successorOf(successorOf(first, key), key);
		const refresh = new Map([[tokenHash(token), waits]]);
		const refreshing = since({ refresh }, first);
		const before = successorOf(first, key);
		assert.deepEqual(refreshing.changes.addRefresh, [{ deviceId: "PHONE", token, before }]);
		for (const plan of [lasting, refreshing]) assert.deepEqual(plan.signedOut, []);
	});

	test("Synapse takes no refresh token of another shape, and no token for less than its person may", () => {
		const [oauth, compat] = [
			"mar_PDjqipVJIqVLB5LzxoiGFfWd3hjOkY_0chhjM",
			"mcr_jmsn9dLVIdVuddLEG62Hkd9Gf2leMe_88s073",
		];
		const refresh = (token: string) => ({ refresh: new Map([[tokenHash(token), waits]]) });
		const bot = "mpt_QPtDu7W7eaDNKgeInGqi7w4e4pxskC_nAeLL2";
		const access = new Set([tokenHash(bot)]);
		for (const plan of [
			since(refresh(oauth), oauth),
			since(refresh(compat), compat),
			since({ access }, bot, true),
			since({ ...refresh(first), deviceId: asDeviceId("GONE") }, first),
		]) {
			assert.deepEqual(plan.changes, nothing);
			assert.equal(plan.signedOut.length, 1);
		}
		assert.equal(since({ access }, bot).changes.addAccess.length, 1);
		const scope = `${legacyScope} urn:synapse:admin:*`;
		assert.equal(since({ access, scope }, bot, true).changes.addAccess.length, 1);
	});
});
