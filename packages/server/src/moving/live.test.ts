import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	accessRow,
	madeAt,
	refreshPair,
	refreshRow,
	synapsePerson,
	synapseTokens,
} from "../../test/support/moving-people.ts";
import { type AnswerHere, compareTokens, comparisonText, sampleOf, sampleText } from "./live.ts";
import { liveAtSynapse } from "./live-synapse.ts";
import type { PlannedSource } from "./planned.ts";
import type { LiveToken } from "./ports.ts";

const access: LiveToken = {
	...{ role: "access", hash: "h", text: "t", localpart: "anna", sub: "P1", deviceId: "D", clientId: "C" },
	...{ isLocked: false, admin: false, expiresAt: 5_999 },
};
const here: AnswerHere = {
	...{ ok: true, localpart: "anna", sub: "P1", deviceId: "D", clientId: "C" },
	...{ admin: false, expiresAtSeconds: 5 },
};

function sourceOf(live: readonly LiveToken[], left = 0): PlannedSource {
	const person = { key: "1", user: "@anna:example.org", plan: { reasons: [] }, live: () => ({ live, left }) };
	return { people: async ({ after }) => (after === "" ? [person] : []) };
}

async function differenceOf(there: Partial<LiveToken>, answer: AnswerHere) {
	const { different } = await compareTokens(sourceOf([{ ...access, ...there }]), async () => answer);
	return different.map(({ difference }) => difference);
}

describe("a token of the source", () => {
	test("that is the same here does not differ", async () => {
		assert.deepEqual(await differenceOf({}, here), []);
		assert.deepEqual(await differenceOf({ expiresAt: null }, { ...here, expiresAtSeconds: null }), []);
		assert.deepEqual(await differenceOf({ deviceId: null }, { ...here, deviceId: null }), []);
		assert.deepEqual(await differenceOf({ isLocked: true }, { ok: false, reason: "locked" }), []);
		const { sub: _, clientId: __, ...without } = access;
		const { different } = await compareTokens(sourceOf([without]), async () => ({
			...here,
			sub: "x",
			clientId: "y",
		}));
		assert.deepEqual(different, []);
		const refresh = { role: "refresh", admin: true, expiresAt: null } as const;
		assert.deepEqual(await differenceOf(refresh, { ...here, expiresAtSeconds: 9 }), []);
	});

	for (const [difference, there, answer] of [
		["unknown", {}, { ok: false, reason: "unknown" }],
		["unknown", { isLocked: true }, { ok: false, reason: "unknown" }],
		["locked", {}, { ok: false, reason: "locked" }],
		["not-locked", { isLocked: true }, here],
		["other-person", {}, { ...here, localpart: "bert" }],
		["other-person", {}, { ...here, sub: "P2" }],
		["other-device", {}, { ...here, deviceId: "E" }],
		["other-device", {}, { ...here, deviceId: null }],
		["other-device", { deviceId: null }, here],
		["other-app", { role: "refresh" }, { ...here, clientId: "X" }],
		["admin", {}, { ...here, admin: true }],
		["admin", { admin: true }, here],
		["end", {}, { ...here, expiresAtSeconds: null }],
		["end", { expiresAt: null }, here],
		["end", {}, { ...here, expiresAtSeconds: 6 }],
	] as const)
		test(`differs: ${difference}, ${JSON.stringify(there)}, ${JSON.stringify(answer)}`, async () => {
			assert.deepEqual(await differenceOf(there, answer), [difference]);
		});
});

test("a sample is of access tokens that last and are known by their text, spread over all of them", async () => {
	const lasting = { ...access, expiresAt: null };
	const { text: _, ...hashed } = lasting;
	const others = [access, { ...lasting, role: "refresh" as const }, hashed];
	const tokens = [...Array.from({ length: 10 }, (_, nth) => ({ ...lasting, text: `t${nth}` })), ...others];
	for (const [atMost, expected] of [
		[100, ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"]],
		[4, ["t0", "t3", "t6", "t9"]],
		[1, ["t0"]],
	] as const) {
		const asked: unknown[] = [];
		const sample = sampleOf(sourceOf(tokens, 2), { of: 10, atMost });
		const { left } = await compareTokens(sample, async ({ text }) => {
			asked.push(text);
			return { ...here, expiresAtSeconds: null };
		});
		assert.deepEqual([asked, left], [expected, 0]);
	}
});

test("what differs is told by kind, with the names it concerns", async () => {
	const tokens = [access, { ...access, role: "refresh" as const }, access];
	const answers: AnswerHere[] = [{ ok: false, reason: "unknown" }, here, { ...here, admin: true }];
	const compared = await compareTokens(sourceOf(tokens, 3), async () => answers.shift() ?? here);
	assert.equal(
		comparisonText(compared),
		`Compared: access tokens 2, refresh tokens 1; different: 2. Left behind, as check says: 3.
unknown (1): each opens something there and nothing here: who uses it is signed out
    @anna:example.org
admin (1): each administers the homeserver in one of the two places alone
    @anna:example.org
`,
	);
	assert.equal(
		sampleText({ ...compared, different: compared.different.slice(1) }),
		`Asked of the running Countersign: access tokens 2; different: 1.
admin (1): each administers the homeserver in one of the two places alone
    @anna:example.org
`,
	);
});

describe("what somebody is signed in by at Synapse", () => {
	const means = { serverName: "example.org", now: madeAt + 1_000 };
	const [first, second] = refreshPair();
	const texts = (changes: Parameters<typeof synapsePerson>[0]) => {
		const { live, left } = liveAtSynapse(synapsePerson(changes), means);
		return [live.map(({ text }) => text), left];
	};
	const [one, two] = synapseTokens.access;

	test("is every token that Synapse takes, on its device", () => {
		const { live } = liveAtSynapse(synapsePerson({ admin: true, locked: true }), means);
		const { hash, ...token } = live[0] ?? assert.fail("there is one");
		assert.equal(hash.length, 43);
		assert.deepEqual(token, {
			...{ role: "access", text: one, localpart: "alice", deviceId: "PHONE" },
			...{ admin: true, isLocked: true, expiresAt: null },
		});
		const ends = [accessRow({ validUntil: means.now + 1 }), accessRow({ token: two, validUntil: means.now })];
		assert.deepEqual(texts({ accessTokens: ends }), [[one], 0]);
		assert.deepEqual(texts({ deactivated: true }), [[], 0]);
		const without = synapsePerson({ accessTokens: [accessRow({ deviceId: null })] });
		assert.equal(liveAtSynapse(without, means).live[0]?.deviceId, null);
	});

	test("is left where there is no place for it here", () => {
		assert.deepEqual(texts({ accessTokens: [accessRow({ puppets: "@b:example.org" })] }), [[], 1]);
		assert.deepEqual(texts({ accessTokens: [accessRow({ deviceId: "GONE" })] }), [[], 1]);
		assert.deepEqual(texts({ appServiceId: "bridge" }), [[], 1]);
	});

	test("is a refresh token until what it gave was used", () => {
		const of = (accessTokens: readonly ReturnType<typeof accessRow>[], refreshTokens = [first, second]) =>
			texts({ accessTokens, refreshTokens })[0];
		assert.deepEqual(of([]), [first.token, second.token]);
		const beside = accessRow({ refreshTokenId: second.id, used: true });
		assert.deepEqual(of([beside]), [one, second.token]);
		assert.deepEqual(of([], [first]), []);
		assert.deepEqual(of([], [refreshRow({ expiresAt: means.now })]), []);
	});
});
