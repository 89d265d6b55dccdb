import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { masTokens } from "../../../test/support/mas-people.ts";
import { tokenHash } from "../../sessions/index.ts";
import { planMas } from "./plan-mas.ts";
import type { MasAccess, MasPerson, MasRefresh, MasSession } from "./ports.ts";

const now = 1_000_000;
const { anna, bert, cleo } = masTokens;
const api = "urn:matrix:client:api:*";
const device = (id: string) => `urn:matrix:client:device:${id}`;

const session: MasSession = {
	...{ kind: "oauth", id: "S1", clientId: "C1", deviceId: null, scope: [api, device("ANNASPHONE")] },
	...{ isSynapseAdmin: false, name: null, createdAt: 10, lastActiveAt: null, lastActiveAddress: null },
	...{ userAgent: null, isOwnerGone: false, access: [], refresh: [] },
};
const person: MasPerson = {
	...{ id: "P1", username: "anna", createdAt: 7, lockedAt: null, deactivatedAt: null, admin: false },
	...{ isGuest: false, emails: [], links: [], hasPhone: false, sessions: [session] },
	password: { version: 4, hash: "$argon2id$v=19$m=64,t=1,p=1$AAECAw$AAEC" },
};
const facts = {
	...{
		serverName: "example.org",
		publicBase: "https://account.example/",
		encryptionKey: Buffer.alloc(32),
		now,
	},
	schemes: [{ version: 4, algorithm: "argon2id", unicodeNormalization: false }],
	...{ arePasswordsOff: false, algorithms: ["ES256"], adminUsers: [] },
} as const;

async function planned(changes: Partial<MasPerson>, more: Partial<typeof facts> = {}, leftApp?: string) {
	const client = {
		...{ id: leftApp ?? "C0", name: null, createdAt: null, isStatic: false, applicationType: null },
		...{ clientUri: null, logoUri: null, tosUri: null, policyUri: null, redirectUris: [] },
		grants: { authorizationCode: false, refreshToken: false, deviceCode: false, clientCredentials: true },
		...{ authMethod: null, encryptedSecret: null, idTokenAlgorithm: null },
	};
	const source = planMas(
		{
			people: async () => [{ ...person, ...changes }],
			clients: async () => [client],
			kept: async () => [],
		},
		{ ...facts, ...more },
	);
	await source.apps?.({ after: "", limit: 1 });
	const [one] = await source.people({ after: "", limit: 1 });
	assert.ok(one);
	return one;
}

const plan = async (...args: Parameters<typeof planned>) => (await planned(...args)).plan;
const sessions = async (...those: readonly Partial<MasSession>[]) =>
	plan({ sessions: those.map((each) => ({ ...session, ...each })) });

const access = (text: string, changes: Partial<MasAccess> = {}): MasAccess => ({
	...{ id: `of ${text}`, token: { text }, createdAt: 11, expiresAt: null, used: false, ...changes },
});
const refresh = (token: string, changes: Partial<MasRefresh> = {}): MasRefresh => ({
	...{ id: token, token, accessId: null, nextId: null, createdAt: 12, consumed: false, ...changes },
});

describe("somebody of MAS", () => {
	test("keeps id, name and password", async () => {
		const { person: moved, reasons } = await plan({});
		assert.deepEqual([moved?.id, moved?.localpart, reasons], ["P1", "anna", []]);
		assert.equal(moved?.passwordHash, `carried:4:${person.password?.hash}`);
	});

	test("has no password where its scheme is gone, is another, or passwords are off", async () => {
		const odd = [
			{ version: 5, hash: person.password?.hash ?? "" },
			{ version: 4, hash: "$2b$04$co1Bfb8q7BQiOWCgVYw4/e1jNYbmUIgbmIcjvuxIMgBmwFH0ZgdTK" },
		];
		for (const password of odd) {
			const { person: moved, reasons } = await plan({ password });
			assert.deepEqual([moved?.passwordHash, reasons], [null, ["odd-password"]]);
		}
		const off = await plan({}, { arePasswordsOff: true } as object);
		assert.deepEqual([off.person?.passwordHash, off.reasons], [null, ["passwords-off"]]);
		assert.deepEqual((await plan({ password: null })).reasons, ["no-password"]);
	});

	test("who is closed or a guest is so, and signed in nowhere", async () => {
		for (const [changes, reason] of [
			[{ deactivatedAt: 3, lockedAt: 2 }, "closed"],
			[{ isGuest: true }, "guest"],
		] as const) {
			const emails = [{ address: "anna@example.org", addedAt: 5 }];
			const { person: moved, reasons } = await plan({ ...changes, emails, admin: true });
			assert.deepEqual(
				[reasons, moved?.sessions, moved?.admin, moved?.passwordHash, moved?.emails],
				[[reason], [], false, null, []],
			);
		}
		const locked = await plan({ lockedAt: 2 });
		assert.deepEqual([locked.reasons, locked.person?.lockedAt], [["locked-there"], 2]);
	});

	test("is an administrator by MAS's column or by its policy", async () => {
		assert.equal((await plan({ admin: true })).person?.admin, true);
		assert.equal((await plan({}, { adminUsers: ["anna"] } as object)).person?.admin, true);
		assert.equal((await plan({}, { adminUsers: ["Anna"] } as object)).person?.admin, false);
		const administering = { sessions: [{ ...session, scope: [...session.scope, "urn:synapse:admin:*"] }] };
		assert.deepEqual((await plan(administering)).reasons, ["lost-admin"]);
		assert.deepEqual((await plan({ ...administering, admin: true })).reasons, []);
	});
});

describe("a session of MAS", () => {
	const one = async (changes: Partial<MasSession>) => {
		const { person: moved, reasons } = await sessions(changes);
		return { session: moved?.sessions[0], reasons };
	};

	test("keeps id, app, scope and device, in either naming and with what is not known", async () => {
		const unstable = session.scope.map((token) => token.replace("matrix:", "matrix:org.matrix.msc2967."));
		for (const scope of [session.scope, unstable, ["email", ...session.scope, "urn:mas:graphql:*"]]) {
			const { session: moved } = await one({ scope });
			assert.deepEqual(
				[moved?.id, moved?.client, moved?.scope, moved?.deviceId],
				["S1", { id: "C1" }, scope.join(" "), "ANNASPHONE"],
			);
		}
	});

	test("whose device could not be granted here goes on, with the device beside the scope", async () => {
		const { session: moved } = await one({ scope: [api, device("SHORT"), "urn:synapse:admin:*"] });
		assert.deepEqual([moved?.deviceId, moved?.scope], ["SHORT", `${api} urn:synapse:admin:*`]);
		assert.equal((await one({ scope: [api, device("SHORT")] })).session?.scope, api);
	});

	test("of the older login API is one of its apps, with the scope it had", async () => {
		const compat = { kind: "compat", clientId: null, scope: [], deviceId: "ODD id" } as const;
		const { session: moved } = await one(compat);
		assert.deepEqual([moved?.client, moved?.scope, moved?.deviceId], [undefined, api, "ODD id"]);
		assert.match((await one({ ...compat, isSynapseAdmin: true })).session?.scope ?? "", /urn:synapse:admin/);
	});

	test("that is personal is a lasting token, by its name", async () => {
		const personal = { kind: "personal", clientId: null, name: "a bot" } as const;
		const { session: moved } = await one({ ...personal, access: [access("", { token: { hash: "h" } })] });
		assert.equal(moved?.client?.id, "lasting-token-S1");
		assert.equal(moved?.client?.metadata?.client_name, "a bot");
		assert.equal(moved?.access[0]?.hash, "h");
	});

	for (const [what, changes, reason] of [
		["for something else", { scope: ["openid", device("ANNASPHONE")] }, "odd-scope"],
		["whose owner is gone", { isOwnerGone: true }, "owner-gone"],
		["with a device id that is too long", { scope: [api, device("x".repeat(256))] }, "long-device"],
	] as const)
		test(`${what} is left, and named`, async () => {
			const { session: moved, reasons } = await one(changes);
			assert.deepEqual([moved, reasons], [undefined, [reason]]);
		});

	test("without a device goes on without, with the scope it has, beside others of its kind", async () => {
		const { person: moved, reasons } = await sessions(
			{ id: "A", createdAt: 3, scope: [api, "email", "urn:mas:graphql:*"] },
			{ id: "B", createdAt: 2, kind: "compat", clientId: null, scope: [], isSynapseAdmin: true },
			{ id: "C", createdAt: 1, kind: "personal", clientId: null, name: "a bot", scope: [api] },
		);
		assert.deepEqual(
			moved?.sessions.map(({ id, deviceId, client, scope }) => [id, deviceId, client?.id, scope]),
			[
				["A", null, "C1", `${api} email urn:mas:graphql:*`],
				["B", null, undefined, `${api} urn:synapse:admin:*`],
				["C", null, "lasting-token-C", api],
			],
		);
		assert.deepEqual(reasons, ["lost-admin", "no-device"].toReversed());
	});

	test("of an app that is left is left with it", async () => {
		const { person: moved, reasons } = await plan({}, {}, "C1");
		assert.deepEqual([moved?.sessions, reasons], [[], ["no-app"]]);
	});

	test("keeps tokens with their ends, except what has ended and what is in no shape of theirs", async () => {
		const { session: moved, reasons } = await one({
			access: [
				access(anna.access, { expiresAt: now + 1, used: true }),
				access(anna.nextAccess, { expiresAt: now }),
				access("not a token"),
				access(anna.refresh),
			],
			refresh: [refresh(anna.refresh, { accessId: `of ${anna.access}` }), refresh(anna.access)],
		});
		assert.deepEqual(reasons, ["odd-token"]);
		assert.deepEqual(moved?.access, [
			{
				...{ hash: tokenHash(anna.access), refreshHash: tokenHash(anna.refresh), createdAt: 11 },
				...{ used: true, expiresAt: now + 1 },
			},
		]);
		assert.deepEqual(moved?.refresh, [{ hash: tokenHash(anna.refresh), createdAt: 12 }]);
	});

	test("with a token in no shape of theirs that is over, as the way back writes, is not named for it", async () => {
		const { session: moved, reasons } = await one({ access: [access("not a token", { expiresAt: now })] });
		assert.deepEqual([moved?.access, reasons], [[], []]);
	});

	const pair = (next: Partial<MasRefresh>, used: boolean) =>
		one({
			access: [access(anna.nextAccess, { used })],
			refresh: [
				refresh(anna.half, { consumed: true, nextId: anna.next }),
				refresh(anna.next, { accessId: `of ${anna.nextAccess}`, ...next }),
			],
		});

	test("of which an answer may be lost keeps both refresh tokens, each with the other", async () => {
		for (const next of [{}, { accessId: null }]) {
			const { session: moved } = await pair(next, false);
			assert.deepEqual(
				moved?.refresh.map(({ hash, sibling }) => [hash, sibling]),
				[
					[tokenHash(anna.half), tokenHash(anna.next)],
					[tokenHash(anna.next), tokenHash(anna.half)],
				],
			);
		}
	});

	test("of which the answer arrived keeps the newer alone", async () => {
		const used = await pair({}, true);
		assert.deepEqual(used.session?.refresh, [{ hash: tokenHash(anna.next), createdAt: 12 }]);
		const gone = await pair({ consumed: true }, false);
		assert.deepEqual(gone.session?.refresh, []);
	});

	test("that is the second on a device gives its tokens to the newer one", async () => {
		const newer = {
			id: "S2",
			createdAt: 20,
			refresh: [refresh(anna.refresh)],
			access: [access(anna.access)],
		};
		const older = { refresh: [refresh(anna.next)], access: [access(anna.nextAccess)] };
		const same = await sessions(older, newer);
		assert.deepEqual(same.reasons, ["two-sessions"]);
		assert.deepEqual(
			same.person?.sessions.map((each) => [each.id, each.access.length, each.refresh.length]),
			[["S2", 2, 2]],
		);
		const other = await sessions({ ...older, clientId: "C2" }, newer);
		assert.deepEqual(
			other.person?.sessions.map((each) => [each.id, each.access.length, each.refresh.length]),
			[["S2", 2, 1]],
		);
	});
});

test("what somebody is signed in by at MAS is told as MAS would, whatever the plan says", async () => {
	const { live } = await planned({
		lockedAt: 3,
		sessions: [
			{
				...session,
				access: [access(anna.access, { expiresAt: now + 1 }), access(anna.ended, { expiresAt: now })],
			},
			{
				...session,
				scope: session.scope.map((token) => token.replace("matrix:", "matrix:org.matrix.msc2967.")),
				refresh: [refresh(anna.refresh), refresh(anna.half, { consumed: true })],
			},
			{
				...session,
				kind: "compat",
				clientId: null,
				scope: [],
				deviceId: "D",
				access: [access(bert.lasting)],
			},
			{ ...session, kind: "personal", clientId: null, scope: [api], access: [access(cleo.loose)] },
			{ ...session, scope: ["openid"], access: [access(cleo.secretAccess)] },
		],
	});
	const { live: tokens, left } = live();
	assert.deepEqual(
		tokens.map(({ role, text, deviceId, clientId }) => [role, text, deviceId, clientId]),
		[
			["access", anna.access, "ANNASPHONE", undefined],
			["refresh", anna.refresh, "ANNASPHONE", "C1"],
			["access", bert.lasting, "D", undefined],
			["access", cleo.loose, null, undefined],
		],
	);
	assert.ok(tokens.every(({ isLocked, sub }) => isLocked && sub === "P1"));
	assert.equal(left, 1);
	assert.deepEqual((await planned({ deactivatedAt: 1 })).live(), { live: [], left: 0 });
});
