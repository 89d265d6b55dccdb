import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	accessRow,
	anyBcrypt,
	madeAt,
	refreshPair,
	refreshRow,
	synapsePerson,
	synapseTokens,
} from "../../test/support/moving-people.ts";
import { tokenHash } from "../sessions/index.ts";
import { listOf, planPerson, stopping } from "./plan-person.ts";
import type { SynapsePerson } from "./ports.ts";

const now = madeAt + 1_000_000;
const plan = (changes: Partial<SynapsePerson> = {}) =>
	planPerson(synapsePerson(changes), { serverName: "example.org", now });
const sessionsOf = (changes: Partial<SynapsePerson>) => plan(changes).person?.sessions ?? [];

test("a person comes with name, password, device and token, and nothing to say of them", () => {
	const planned = plan();
	assert.deepEqual([planned.reasons, listOf(planned)], [[], "moved"]);
	assert.deepEqual(planned.person, {
		localpart: "alice",
		displayName: "Alice",
		createdAt: madeAt,
		admin: false,
		lockedAt: null,
		deactivatedAt: null,
		passwordHash: anyBcrypt,
		emails: [],
		links: [],
		sessions: [
			{
				deviceId: "PHONE",
				deviceName: "Phone",
				scope: "urn:matrix:client:api:*",
				createdAt: madeAt + 5,
				lastUsedAt: madeAt + 9,
				lastAddress: "192.0.2.1",
				userAgent: "App/1",
				access: [{ hash: tokenHash(synapseTokens.access[0]), createdAt: madeAt + 5, used: true }],
				refresh: [],
			},
		],
	});
});

test("names are kept as they are, whatever they are made of", () => {
	for (const name of ["Bob", "_bridge", "1234", "ünï", "a:b", "with space"])
		assert.equal(plan({ userId: `@${name}:example.org` }).person?.localpart, name);
	for (const userId of ["@alice:example.com", "alice:example.org", "@:example.org", "@alice:EXAMPLE.org"]) {
		const planned = plan({ userId });
		assert.deepEqual([planned.reasons, listOf(planned)], [["other-server"], "left"], userId);
	}
});

describe("what is said of a person", () => {
	for (const [changes, reason, list] of [
		[{ appServiceId: "bridge" }, "application-service", "left"],
		[{ isGuest: true }, "guest", "noted"],
		[{ deactivated: true }, "closed", "noted"],
		[{ locked: true }, "locked", "noted"],
		[{ shadowBanned: true }, "shadow-banned", "noted"],
		[{ approved: false }, "unapproved", "noted"],
		[{ passwordHash: null }, "no-password", "noted"],
		[{ passwordHash: "{SSHA}x" }, "odd-password", "noted"],
		[{ threepids: [{ medium: "msisdn", address: "49", addedAt: 1 }] }, "phone", "noted"],
		[{ externalIds: [{ provider: "oidc", subject: "x" }] }, "other-sign-in", "noted"],
		[{ accessTokens: [accessRow({ deviceId: null })] }, "no-device", "noted"],
		[{ accessTokens: [accessRow({ validUntil: now })] }, "expired", "noted"],
		[{ accessTokens: [accessRow({ deviceId: "GONE" })] }, "lost-device", "noted"],
		[{ accessTokens: [accessRow({ puppets: "@bert:example.org" })] }, "puppet", "noted"],
		[{ accessTokens: [accessRow({ token: "odd" })] }, "odd-token", "noted"],
		[{ refreshTokens: [refreshRow({ expiresAt: now + 1 })] }, "lifetime", "noted"],
	] as const)
		test(reason, () => {
			const planned = plan(changes);
			assert.deepEqual([planned.reasons, listOf(planned)], [[reason], list]);
		});

	test("a device whose id Synapse would choke on is named, one of 255 characters is not", () => {
		const withId = (deviceId: string) =>
			plan({
				devices: [{ deviceId, displayName: null, lastSeen: null, ip: null, userAgent: null }],
				accessTokens: [accessRow({ deviceId })],
			});
		assert.deepEqual(withId("x".repeat(256)).reasons, ["long-device"]);
		assert.deepEqual(withId("x".repeat(255)).reasons, []);
	});
});

test("locked, shadow-banned and unapproved people come as locked; closed ones and guests without anything that opens", () => {
	for (const how of [{ locked: true }, { shadowBanned: true }, { approved: false }])
		assert.equal(plan(how).person?.lockedAt, madeAt);
	assert.equal(plan({ approved: true }).person?.lockedAt, null);
	for (const how of [
		{ deactivated: true, admin: true },
		{ isGuest: true, admin: true },
	]) {
		const threepids = [{ medium: "email", address: "anna@example.org", addedAt: 5 }];
		const { person } = plan({ ...how, threepids });
		assert.deepEqual(
			[person?.passwordHash, person?.admin, person?.sessions, person?.emails],
			[null, false, [], []],
		);
	}
	assert.equal(plan({ deactivated: true, locked: true }).person?.lockedAt, null);
});

test("an administrator's devices may administer, others' not", () => {
	const [session] = sessionsOf({ admin: true });
	assert.equal(session?.scope, "urn:matrix:client:api:* urn:synapse:admin:*");
});

describe("refresh tokens", () => {
	const [first, second] = refreshPair();
	const [one, two] = [tokenHash(first.token), tokenHash(second.token)];

	test("of a pair of which the second was not used yet either may be used, and then not the other", () => {
		const [session] = sessionsOf({
			accessTokens: [accessRow({ refreshTokenId: 2, used: false, validUntil: now + 1 })],
			refreshTokens: [first, second],
		});
		assert.deepEqual(session?.refresh, [
			{ hash: one, createdAt: madeAt, sibling: two },
			{ hash: two, createdAt: madeAt, sibling: one },
		]);
		assert.deepEqual(
			session?.access.map(({ refreshHash, expiresAt, used }) => ({ refreshHash, expiresAt, used })),
			[{ refreshHash: two, expiresAt: now + 1, used: false }],
		);
	});

	test("once what came with the second was used, or it was refreshed itself, only that one counts", () => {
		const arrived = sessionsOf({
			accessTokens: [accessRow({ refreshTokenId: 2, used: true })],
			refreshTokens: [first, second],
		});
		assert.deepEqual(arrived[0]?.refresh, [{ hash: two, createdAt: madeAt }]);
		const third = refreshRow({ id: 3, token: "syr_YWxpY2U_GuXuTMA9BwXSqvs1LN3r_3mev99" });
		const refreshed = sessionsOf({ refreshTokens: [first, { ...second, nextId: 3 }, third] });
		assert.deepEqual(
			refreshed[0]?.refresh.map(({ hash }) => hash),
			[two, tokenHash(third.token)],
		);
	});

	test("whose time is over open nothing", () => {
		for (const ended of [{ expiresAt: now }, { sessionEndsAt: now - 1 }]) {
			const planned = plan({ accessTokens: [], refreshTokens: [refreshRow(ended)] });
			assert.deepEqual(planned.person?.sessions, []);
			assert.ok(planned.reasons.includes("expired"));
		}
	});
});

test("each token without a device is a session of its own; one that has ended is not, nor one for somebody else", () => {
	const [one, other] = synapseTokens.access;
	const without = (changes: Parameters<typeof accessRow>[0]) => accessRow({ deviceId: null, ...changes });
	const sessions = sessionsOf({
		admin: true,
		accessTokens: [
			without({ token: one, lastValidated: null, validUntil: now + 1 }),
			without({ token: other }),
		],
	});
	const bare = { deviceId: null, deviceName: null, lastAddress: null, userAgent: null, refresh: [] };
	const scope = "urn:matrix:client:api:* urn:synapse:admin:*";
	const time = { createdAt: madeAt, used: true };
	assert.deepEqual(sessions, [
		{
			...{ ...bare, scope, createdAt: madeAt, lastUsedAt: madeAt },
			access: [{ ...time, hash: tokenHash(one), expiresAt: now + 1 }],
		},
		{
			...{ ...bare, scope, createdAt: madeAt + 5, lastUsedAt: madeAt + 5 },
			access: [{ ...time, hash: tokenHash(other), createdAt: madeAt + 5 }],
		},
	]);
	const ended = plan({ accessTokens: [without({ validUntil: now })] });
	assert.deepEqual([ended.person?.sessions, ended.reasons], [[], []]);
	const puppet = plan({ accessTokens: [without({ puppets: "@bert:example.org" })] });
	assert.deepEqual([puppet.person?.sessions, puppet.reasons], [[], ["puppet"]]);
});

test("a device on which nobody is signed in is not there", () => {
	assert.deepEqual(sessionsOf({ accessTokens: [] }), []);
	assert.deepEqual(plan({ accessTokens: [] }).reasons, []);
});

test("what stops a move is what was not accepted of what signs somebody out", () => {
	assert.deepEqual(stopping(["locked", "guest", "expired"], ["expired"]), ["locked"]);
	assert.deepEqual(stopping(["phone", "guest"], []), []);
});
