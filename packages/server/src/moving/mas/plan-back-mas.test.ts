import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { masTokens } from "../../../test/support/mas-people.ts";
import { carriedHash } from "../../proofs/index.ts";
import { successorOf, tokenHash } from "../../sessions/index.ts";
import type { PersonHere, RefreshHere, SessionHere } from "../ports.ts";
import { planBackToMas } from "./plan-back-mas.ts";
import type { ChangesAtMas, MasAccess, MasPerson, MasRefresh, MasSession } from "./ports.ts";

const { anna, bert, cleo } = masTokens;
const key = new Uint8Array(32).fill(1);
const [now, switchedAt] = [2_000_000_000, 1_900_000_000];
const means = { publicBase: "https://account.example/", leftApps: new Set(["LEFT"]), adminUsers: ["policy"] };
const back = { now, switchedAt, key, ...means };
const id = (end: string) => `01J0000000E0080000000000${end}`;
const api = "urn:matrix:client:api:*";
const device = "urn:matrix:client:device:";

const there: MasSession = {
	...{ kind: "oauth", id: id("51"), clientId: id("61"), deviceId: null, scope: [api, `${device}ANNASPHONE`] },
	...{ isSynapseAdmin: false, name: null, createdAt: 10, lastActiveAt: null, lastActiveAddress: null },
	...{ userAgent: null, isOwnerGone: false, access: [], refresh: [] },
};
const compat: MasSession = { ...there, kind: "compat", clientId: null, scope: [], deviceId: "ANNASPHONE" };
const personThere: MasPerson = {
	...{ id: id("01"), username: "anna", createdAt: 7, lockedAt: null, deactivatedAt: null, admin: false },
	...{ isGuest: false, emails: [], links: [], hasPhone: false, sessions: [] },
	password: { version: 4, hash: "the hash" },
};
const personHere: PersonHere = {
	...{ id: id("01"), localpart: "anna", createdAt: 7, admin: false, locked: false, closed: false },
	...{ passwordHash: carriedHash(4, "the hash"), sessions: [] },
};
const here: SessionHere = {
	...{ id: id("51"), clientId: id("61"), clientName: "App", scope: `${api} ${device}ANNASPHONE` },
	...{ createdAt: 10, lastUsedAt: 11, lastAddress: null, userAgent: null, deviceName: "Phone" },
	...{
		deviceId: asDeviceId("ANNASPHONE"),
		endsAt: null,
		sealed: null,
		access: new Set(),
		refresh: new Map(),
	},
};

const access = (text: string, changes: Partial<MasAccess> = {}): MasAccess => ({
	...{ id: `of ${text}`, token: { text }, createdAt: 11, expiresAt: null, used: false, ...changes },
});
const refresh = (token: string, changes: Partial<MasRefresh> = {}): MasRefresh => ({
	...{
		id: `row of ${token}`,
		token,
		accessId: null,
		nextId: null,
		createdAt: 12,
		consumed: false,
		...changes,
	},
});
const hashes = (...tokens: readonly string[]) => new Set(tokens.map(tokenHash));
const tokens = (of: Readonly<Record<string, RefreshHere>>) =>
	new Map(Object.entries(of).map(([token, is]) => [tokenHash(token), is]));
const after = (token: string, steps: number): string =>
	steps === 0 ? token : after(successorOf(token, key), steps - 1);

const [used, waits, arrived] = [
	{ isUsed: true, hasArrived: true },
	{ isUsed: false, hasArrived: false },
	{ isUsed: false, hasArrived: true },
];

function planned(sessionsThere: readonly MasSession[], sessions: readonly SessionHere[]) {
	const plan = planBackToMas({ ...personThere, sessions: sessionsThere }, { ...personHere, sessions }, back);
	return { changes: plan.changes, signedOut: plan.signedOut.map(({ deviceId }) => deviceId) };
}

const nothing: ChangesAtMas = {
	...{ at: now, endSessions: [], addSessions: [], endAccess: [], addRefresh: [], consume: [] },
};

describe("going back to MAS", () => {
	test("a session that goes on with what it had needs nothing", () => {
		const session = { ...there, access: [access(anna.access)], refresh: [refresh(anna.refresh)] };
		const going = { ...here, access: hashes(anna.access), refresh: tokens({ [anna.refresh]: waits }) };
		assert.deepEqual(planned([session], [going]), { changes: nothing, signedOut: [] });
	});

	test("a session that ended here, or was replaced on its device, ends there", () => {
		const session = { ...there, refresh: [refresh(anna.refresh)] };
		const ended = [{ kind: "oauth", id: there.id }];
		assert.deepEqual(planned([session], []).changes, { ...nothing, endSessions: ended });
		const other = { ...here, id: "another", refresh: tokens({ mar_new: waits }) };
		const replaced = planned([session], [other]);
		assert.deepEqual(replaced.changes, { ...nothing, endSessions: ended });
		assert.deepEqual(replaced.signedOut, ["ANNASPHONE"]);
	});

	test("an access token that is gone here ends there, of every kind", () => {
		const personal = { ...there, kind: "personal", clientId: null } as const;
		for (const [session, one, other] of [
			[there, anna.access, anna.nextAccess],
			[compat, bert.lasting, bert.synapse],
			[personal, cleo.personal, cleo.loose],
		] as const) {
			const session2 = { ...session, access: [access(one), access(other)] };
			const { changes } = planned([session2], [{ ...here, access: hashes(one) }]);
			assert.deepEqual(changes, { ...nothing, endAccess: [{ kind: session.kind, id: `of ${other}` }] });
		}
	});

	test("a refresh token that was used is followed to the one that counts, and is used there too", () => {
		const session = { ...there, refresh: [refresh(anna.refresh)] };
		const token = after(anna.refresh, 300);
		const { changes, signedOut } = planned([session], [{ ...here, refresh: tokens({ [token]: arrived }) }]);
		assert.deepEqual(
			changes.addRefresh.map(({ id: _, ...rest }) => rest),
			[{ kind: "oauth", sessionId: there.id, token, nextId: null }],
		);
		assert.deepEqual(changes.consume, [{ kind: "oauth", id: `row of ${anna.refresh}`, nextId: null }]);
		assert.deepEqual(signedOut, []);
	});

	test("where the answer may have been lost the one before is good until what followed is used", () => {
		const session = { ...there, refresh: [refresh(anna.refresh)] };
		const [first, second] = [after(anna.refresh, 1), after(anna.refresh, 2)];
		const once = planned([session], [{ ...here, refresh: tokens({ [anna.refresh]: used, [first]: waits }) }]);
		assert.deepEqual(once.changes.consume, [
			{ kind: "oauth", id: `row of ${anna.refresh}`, nextId: once.changes.addRefresh[0]?.id },
		]);
		const twice = planned([session], [{ ...here, refresh: tokens({ [first]: used, [second]: waits }) }]);
		const [end, before] = twice.changes.addRefresh;
		assert.deepEqual(
			[end?.token, end?.nextId, before?.token, before?.nextId],
			[second, null, first, end?.id],
		);
		assert.deepEqual(twice.changes.consume[0]?.nextId, null);
	});

	test("MAS's older API forgives no lost answer, so that both stay good, until one is used", () => {
		const session = { ...compat, refresh: [refresh(bert.refresh)] };
		const [first, second] = [after(bert.refresh, 1), after(bert.refresh, 2)];
		const compatHere = { ...here, clientId: "legacy" };
		const once = planned(
			[session],
			[{ ...compatHere, refresh: tokens({ [bert.refresh]: used, [first]: waits }) }],
		);
		assert.deepEqual([once.changes.addRefresh.length, once.changes.consume], [1, []]);
		const twice = planned(
			[session],
			[{ ...compatHere, refresh: tokens({ [first]: used, [second]: waits }) }],
		);
		assert.deepEqual(
			twice.changes.addRefresh.map(({ token }) => token),
			[second, first],
		);
		assert.equal(twice.changes.consume.length, 1);
	});

	test("of a half-used pair both stay while neither was used, and both end when one was", () => {
		const pair = [
			refresh(anna.half, { id: "old", consumed: true, nextId: "next" }),
			refresh(anna.next, { id: "next" }),
		];
		const session = { ...there, refresh: pair };
		const both = tokens({ [anna.half]: waits, [anna.next]: waits });
		assert.deepEqual(planned([session], [{ ...here, refresh: both }]).changes, nothing);
		const token = after(anna.next, 1);
		const going = tokens({ [anna.half]: used, [anna.next]: used, [token]: arrived });
		const { changes } = planned([session], [{ ...here, refresh: going }]);
		assert.deepEqual(
			changes.addRefresh.map((each) => each.token),
			[token],
		);
		assert.deepEqual(
			changes.consume.map(({ id: row, nextId }) => [row, nextId]),
			[
				["old", null],
				["next", null],
			],
		);
	});

	test("what an attempt has written that was broken off after its end stays as it is there", () => {
		const [first, second] = [after(anna.refresh, 1), after(anna.refresh, 2)];
		const rows = [
			refresh(second, { id: "end" }),
			refresh(first, { id: "before", consumed: true, nextId: "end" }),
			refresh(anna.refresh, { consumed: true }),
		];
		const lost = { ...here, refresh: tokens({ [first]: used, [second]: waits }) };
		assert.deepEqual(planned([{ ...there, refresh: rows }], [lost]).changes, nothing);
		// The server was started again in between, and the app came with the newer one.
		const got = { ...here, refresh: tokens({ [first]: used, [second]: arrived }) };
		assert.deepEqual(planned([{ ...there, refresh: rows }], [got]).changes.consume, [
			{ kind: "oauth", id: "before", nextId: null },
		]);
	});

	test("two sessions on one device are one here, and both go on or end", () => {
		const older = { ...compat, id: id("52"), createdAt: 5, access: [access(bert.lasting)] };
		const newer = { ...compat, access: [access(bert.synapse)] };
		const going = { ...here, clientId: "legacy", access: hashes(bert.lasting, bert.synapse) };
		assert.deepEqual(planned([older, newer], [going]).changes, nothing);
		assert.deepEqual(planned([older, newer], []).changes.endSessions, [
			{ kind: "compat", id: newer.id },
			{ kind: "compat", id: older.id },
		]);
	});

	test("what never moved stays as it is, unless the account was closed", () => {
		const left = [
			{ ...there, clientId: "LEFT" },
			{ ...there, id: id("53"), scope: ["urn:mas:graphql:*"] },
			{ ...there, id: id("54"), refresh: [refresh("an odd one")] },
		];
		const going = { ...here, id: id("54"), access: hashes("x") };
		assert.deepEqual(planned(left, [going]).changes, nothing);
		const closed = planBackToMas(
			{ ...personThere, sessions: left },
			{ ...personHere, closed: true, passwordHash: null },
			back,
		);
		assert.equal(closed.changes.endSessions.length, 3);
		assert.deepEqual(closed.changes.account, { admin: false, locked: false, closed: true });
	});

	test("a token that was issued here for a program goes on by its hash, and once", () => {
		const scope = `${api} ${device}BOTBOTBOT0`;
		const issued = {
			...{ ...here, id: "drawn here", clientId: "lasting-token-1", clientName: "a bot", scope },
			...{ deviceId: asDeviceId("BOTBOTBOT0"), access: hashes(cleo.personal) },
		};
		const { changes, signedOut } = planned([], [issued]);
		const [session] = changes.addSessions;
		const hash = { hash: tokenHash(cleo.personal) };
		const about = { kind: "personal", name: "a bot", scope: scope.split(" "), ...hash };
		assert.partialDeepStrictEqual(session, about);
		assert.deepEqual(signedOut, []);
		const written: MasSession = {
			...{ ...there, kind: "personal", id: session?.id ?? "", clientId: null, scope: scope.split(" ") },
			access: [access("x", { token: hash })],
		};
		assert.deepEqual(planned([written], [issued]), { changes: nothing, signedOut: [] });
		assert.equal(planned([written], []).changes.endSessions.length, 1);
	});

	const unsealing = { ...back, unseal: (sealed: string, owner: string) => `${sealed}${owner.slice(6)}` };
	const sealed = (session: Partial<SessionHere>, first: string) => {
		const began = { ...here, id: "since ", sealed: first, ...session };
		const plan = planBackToMas(personThere, { ...personHere, sessions: [began] }, unsealing);
		return { changes: plan.changes, signedOut: plan.signedOut };
	};

	test("a session that began here goes on by its first token, where that was sealed", () => {
		const token = after(anna.refresh, 2);
		const oauth = sealed({ refresh: tokens({ [token]: waits }) }, anna.refresh);
		const [session] = oauth.changes.addSessions;
		assert.partialDeepStrictEqual(session, { kind: "oauth", clientId: here.clientId, name: "Phone" });
		const [end, before] = oauth.changes.addRefresh;
		assert.deepEqual([end?.token, before?.token], [token, after(anna.refresh, 1)]);
		assert.deepEqual([end?.sessionId, before?.nextId], [session?.id, end?.id]);
		assert.deepEqual(oauth.signedOut, []);
		const lasting = sealed({ clientId: "legacy", access: hashes(bert.lasting) }, bert.lasting);
		assert.partialDeepStrictEqual(lasting.changes.addSessions[0], {
			...{ kind: "compat", deviceId: "ANNASPHONE", token: bert.lasting, isSynapseAdmin: false },
		});
		const untouched = { clientId: "legacy", refresh: tokens({ [bert.refresh]: waits }) };
		const refreshing = sealed(untouched, bert.refresh).changes;
		assert.partialDeepStrictEqual(refreshing.addSessions[0], { kind: "compat", token: null });
		assert.deepEqual(
			refreshing.addRefresh.map((each) => [each.kind, each.token]),
			[["compat", bert.refresh]],
		);
	});

	test("it is signed out where nothing was sealed, nobody opens it, or MAS cannot have its app", () => {
		const refresh = tokens({ [anna.refresh]: waits });
		for (const [session, first] of [
			[{ refresh, sealed: null }, ""],
			[{ refresh }, "another"],
			[{ refresh, clientId: "of before, no ULID" }, anna.refresh],
		] as const) {
			const { changes, signedOut } = sealed(session, first);
			assert.deepEqual([changes, signedOut.length], [nothing, 1]);
		}
		const shut = planBackToMas(
			personThere,
			{ ...personHere, sessions: [{ ...here, id: "since ", sealed: anna.refresh, refresh }] },
			back,
		);
		assert.equal(shut.signedOut.length, 1);
	});

	test("whoever joined here is there with their password; the newest of everybody counts", () => {
		const joined = planBackToMas(undefined, personHere, back);
		assert.deepEqual(joined.changes, {
			...nothing,
			join: { username: "anna", createdAt: 7 },
			password: { version: 4, hash: "the hash" },
		});
		const changed = { ...personHere, passwordHash: carriedHash(4, "a new one") };
		assert.deepEqual(planBackToMas(personThere, changed, back).changes.password, {
			...{ version: 4, hash: "a new one" },
		});
		const upgraded = { ...personHere, passwordHash: carriedHash(5, "the hash") };
		assert.equal(planBackToMas(personThere, upgraded, back).changes.password?.version, 5);
	});

	test("locks, administrators and closed accounts are as they are here", () => {
		const account = (before: Partial<MasPerson>, after: Partial<PersonHere>) =>
			planBackToMas({ ...personThere, ...before }, { ...personHere, ...after }, back).changes.account;
		const plain = { admin: false, locked: false, closed: false };
		assert.deepEqual(account({}, { locked: true }), { ...plain, locked: true });
		assert.deepEqual(account({ lockedAt: 3 }, {}), plain);
		assert.deepEqual(account({}, { admin: true }), { ...plain, admin: true });
		assert.deepEqual(account({ admin: true }, {}), plain);
		assert.deepEqual(account({ deactivatedAt: 3 }, {}), plain);
		assert.equal(account({ deactivatedAt: 3, lockedAt: 2 }, { closed: true }), undefined);
		assert.equal(account({ username: "policy" }, { localpart: "policy", admin: true }), undefined);
	});

	test("sessions of an account that was closed there and is open again end there", () => {
		const reopened = planBackToMas({ ...personThere, deactivatedAt: 3, sessions: [there] }, personHere, back);
		assert.deepEqual(reopened.changes.endSessions, [{ kind: "oauth", id: there.id }]);
	});
});
