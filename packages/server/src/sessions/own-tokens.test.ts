/** Tokens that people make themselves, and what ends by itself. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, password, random } from "../../test/support/people-world.ts";
import { createConnection } from "../homeserver/embedded/index.ts";
import { introspectionAnswer } from "../introspection/answer.ts";
import {
	createDueEnds,
	createLastingTokens,
	createOwnTokens,
	createSessions,
	replacedWithinMs,
	tokenHash,
} from "./index.ts";
import type { WantedOwnToken } from "./own-tokens.ts";

const day = 24 * 3_600_000;
const address = "192.0.2.9";

async function openTokens() {
	const world = await openPeopleWorld();
	const { storage, clock } = world;
	const connection = createConnection({ storage, clock });
	const issuing = { storage, clock, random, homeserver: connection, publicBase: "https://auth.example/" };
	const sessions = createSessions({
		...{ storage, clock, random, homeserver: connection, serverName: "localhost" },
		secretKey: new Uint8Array(32).fill(9),
	});
	const alice = await world.add("alice", password);
	const browser = await world.browserOf(alice);
	world.advance(1);
	const ownTokens = createOwnTokens(issuing);
	const wanted = async (instead: Partial<WantedOwnToken> = {}): Promise<WantedOwnToken> => ({
		proof: await world.proofFor("make-token", browser),
		...{
			address,
			once: random.token(),
			name: "Weather bot",
			scope: "",
			hasDevice: true,
			lifetimeMs: 90 * day,
		},
		...instead,
	});
	const make = async (instead: Partial<WantedOwnToken> = {}) => {
		const made = await ownTokens.make(await wanted(instead));
		assert.ok(made.ok, JSON.stringify(made));
		return made;
	};
	return {
		...{ ...world, alice, browser, ownTokens, sessions, wanted, make },
		lastingTokens: createLastingTokens(issuing),
		dueEnds: () => createDueEnds({ storage, clock, random })(new AbortController().signal),
		counts: async (token: string) => {
			const found = await sessions.authenticate(token, {});
			return found.ok || found.reason;
		},
		only: async () => {
			const [one] = await ownTokens.list(alice);
			return one ?? assert.fail("there is no token");
		},
		lines: async (...kinds: readonly string[]) =>
			(await storage.read.events.list(alice, { limit: 100 })).filter(({ kind }) => kinds.includes(kind)),
		async [Symbol.asyncDispose]() {
			await sessions.close();
			await world[Symbol.asyncDispose]();
		},
	};
}

describe("a token that a person makes", () => {
	test("opens the Matrix API and nothing else, on a device of its own, for so long and no longer", async () => {
		await using world = await openTokens();
		const { token } = await world.make();
		assert.match(token, /^mpt_/);
		const session = await world.only();
		assert.match(session.deviceId ?? "", /^[A-Z0-9]{10}$/);
		assert.equal(session.scope, `urn:matrix:client:api:* urn:matrix:client:device:${session.deviceId}`);
		assert.deepEqual(
			[session.clientName, session.byPerson, session.endsAt],
			["Weather bot", true, world.clock() + 90 * day],
		);
		const found = await world.sessions.authenticate(token, {});
		const told = introspectionAnswer(found, world.clock());
		assert.ok(told.active && told.expires_in === (90 * day) / 1000);
		world.advance(90 * day - 1);
		assert.equal(await world.counts(token), true);
		world.advance(1);
		assert.equal(await world.counts(token), "expired");
	});

	test("has no device where it needs none, and homeservers are told of none", async () => {
		await using world = await openTokens();
		const { token } = await world.make({ hasDevice: false, lifetimeMs: undefined });
		const told = introspectionAnswer(await world.sessions.authenticate(token, {}), world.clock());
		assert.ok(told.active && !("device_id" in told) && !("exp" in told));
		assert.doesNotMatch(told.scope, /device|admin/);
		assert.equal((await world.only()).endsAt, undefined);
	});

	test("stands in the log by the person, with from where", async () => {
		await using world = await openTokens();
		const { sessionId } = await world.make();
		const [line] = await world.lines("token-made");
		assert.deepEqual(
			[line?.actor, line?.sessionId, line?.address, line?.at],
			[{ kind: "person" }, sessionId, address, world.clock()],
		);
	});

	test("is one of a form, however often and in how many places at once it is sent", async () => {
		await using world = await openTokens();
		const once = random.token();
		const asked = await Promise.all(Array.from({ length: 10 }, () => world.wanted({ once })));
		const all = await Promise.all(asked.map((one) => world.ownTokens.make(one)));
		assert.equal(all.filter(({ ok }) => ok).length, 1);
		assert.ok(all.every((one) => one.ok || one.reason === "made-before"));
		assert.equal((await world.ownTokens.list(world.alice)).length, 1);
		const devices = await world.storage.read.devices.list(world.alice);
		assert.equal(devices.length, 1, "no device is left of the others");
		assert.equal((await world.ownTokens.madeBy(once, world.alice))?.id, (await world.only()).id);
		const bob = await world.add("bob", password);
		assert.equal(await world.ownTokens.madeBy(once, bob), undefined, "of nobody else");
		const bobs = await world.browserOf(bob);
		const proof = await world.proofFor("make-token", bobs);
		assert.ok(
			(await world.ownTokens.make({ ...(await world.wanted({ once })), proof })).ok,
			"names are apart",
		);
	});

	test("ends with the sign-in elsewhere by which its browser is signed in, as every app of that browser", async () => {
		await using world = await openTokens();
		const { storage, alice } = world;
		const stay = { id: "stay-1", provider: "company", issuer: "https://id.example/", subject: "s-1" };
		await storage.write((unit) =>
			unit.upstreamStays.begin({ ...stay, since: world.clock(), expiresAt: world.clock() + day }),
		);
		world.rows("UPDATE browser_sessions SET stay = 'stay-1' RETURNING stay");
		const { sessionId } = await world.make();
		world.rows("UPDATE browser_sessions SET stay = NULL RETURNING stay");
		await world.make();
		const its = await storage.write((unit) => unit.upstreamEnds.apps(["stay-1"]));
		assert.deepEqual(
			its.map((app) => ({ ...app })),
			[{ sessionId, accountId: alice }],
		);
	});

	test("is made from no browser that was signed out meanwhile", async () => {
		await using world = await openTokens();
		const asked = await world.wanted();
		await world.browserSessions.end(world.browser.idHash);
		assert.deepEqual(await world.ownTokens.make(asked), { ok: false, reason: "signed-out" });
		assert.deepEqual(await world.ownTokens.list(world.alice), []);
	});

	test("administers for an administrator alone, and no more once they are none", async () => {
		await using world = await openTokens();
		const scope = "urn:synapse:admin:* urn:mas:admin";
		assert.deepEqual(await world.ownTokens.make(await world.wanted({ scope })), {
			ok: false,
			reason: "not-admin",
		});
		await world.storage.write((unit) => unit.accounts.setAdmin(world.alice, true));
		const { token } = await world.make({ scope });
		const told = introspectionAnswer(await world.sessions.authenticate(token, {}), world.clock());
		assert.ok(
			told.active && told.scope.includes("urn:synapse:admin:*") && told.scope.includes("urn:mas:admin"),
		);
		await world.storage.write((unit) => unit.accounts.setAdmin(world.alice, false));
		const after = introspectionAnswer(await world.sessions.authenticate(token, {}), world.clock());
		assert.ok(after.active && !after.scope.includes("admin"));
	});

	test("has a device where it administers the homeserver, which forgets it at once with that", async () => {
		await using world = await openTokens();
		await world.storage.write((unit) => unit.accounts.setAdmin(world.alice, true));
		await world.make({ scope: "urn:synapse:admin:*", hasDevice: false });
		assert.notEqual((await world.only()).deviceId, null);
	});

	test("has fifty beside it at most", async () => {
		await using world = await openTokens();
		for (let count = 0; count < 50; count++) await world.make({ hasDevice: false });
		assert.deepEqual(await world.ownTokens.make(await world.wanted()), {
			ok: false,
			reason: "too-many-tokens",
		});
		assert.deepEqual(await world.storage.read.devices.list(world.alice), [], "no device is left of it");
	});

	test("sleeps while the account is locked", async () => {
		await using world = await openTokens();
		const { token } = await world.make();
		world.lock(world.alice);
		assert.equal(await world.counts(token), "locked");
	});
});

describe("another token in the place of one", () => {
	const replacing = async (world: Awaited<ReturnType<typeof openTokens>>, lifetimeMs?: number) => {
		const session = await world.only();
		return {
			proof: await world.proofFor("replace-token", world.browser),
			...{ address, sessionId: session.id, seen: session.tokenMadeAt ?? session.createdAt, lifetimeMs },
		};
	};

	test("keeps session and device; the old one opens nothing, and ends nothing", async () => {
		await using world = await openTokens();
		const { token } = await world.make();
		const before = await world.only();
		world.advance(day);
		const replaced = await world.ownTokens.replace(await replacing(world, 30 * day));
		assert.ok(replaced.ok);
		const after = await world.only();
		assert.deepEqual([after.id, after.deviceId, after.scope], [before.id, before.deviceId, before.scope]);
		assert.deepEqual([after.tokenMadeAt, after.endsAt], [world.clock(), world.clock() + 30 * day]);
		assert.equal(await world.counts(token), "expired", "a program that hears it is unknown deletes its keys");
		assert.equal(await world.sessions.endByToken(token), false);
		assert.equal((await world.sessions.findSignedIn(token)).ok, false);
		assert.equal(await world.counts(replaced.token), true);
		const [here] = await world.storage.read.moved.here({ localparts: ["alice"] });
		const goesBack = here?.sessions.flatMap(({ access }) => [...access]);
		assert.deepEqual(goesBack, [tokenHash(replaced.token)], "the old one comes to life at no other server");
		world.advance(2 * day);
		await world.storage.write((unit) => unit.tokens.deleteExpired(world.clock(), 0));
		assert.equal(await world.counts(token), "expired", "as long as the session");
		world.advance(-2 * day);
		assert.equal((await world.storage.read.devices.list(world.alice)).length, 1);
		const [line] = await world.lines("token-replaced");
		assert.deepEqual([line?.actor, line?.address], [{ kind: "person" }, address]);
	});

	test("is made once, of many who ask at once and in one millisecond", async () => {
		await using world = await openTokens();
		await world.make();
		const asked = await replacing(world);
		const all = await Promise.all(Array.from({ length: 10 }, () => world.ownTokens.replace(asked)));
		assert.equal(all.filter(({ ok }) => ok).length, 1);
		assert.ok(all.every((one) => one.ok || one.reason === "replaced-before"));
		assert.equal((await world.lines("token-replaced")).length, 1);
	});

	test("is none of somebody else's, of one that ended, of an app's, or from a browser that was signed out", async () => {
		await using world = await openTokens();
		await world.make();
		const asked = await replacing(world);
		const bobs = await world.browserOf(await world.add("bob", password));
		const proof = await world.proofFor("replace-token", bobs);
		assert.deepEqual(await world.ownTokens.replace({ ...asked, proof }), { ok: false, reason: "gone" });
		const ending = { accountId: world.alice, reason: "signed-out-everywhere", actor: byOperator } as const;
		await world.sessions.endAllOf(world.alice, ending);
		const again = await world.proofFor("replace-token", await world.browserOf(world.alice));
		assert.deepEqual(await world.ownTokens.replace({ ...asked, proof: again }), {
			ok: false,
			reason: "gone",
		});
		await world.browserSessions.end(world.browser.idHash);
		assert.deepEqual(await world.ownTokens.replace(asked), { ok: false, reason: "signed-out" });
	});

	test("may come from the operator, by whose name it stands in the log", async () => {
		await using world = await openTokens();
		const { token } = await world.make();
		const { id: sessionId, createdAt: seen } = await world.only();
		const which = { accountId: world.alice, sessionId, seen };
		const replaced = await world.lastingTokens.replace(which, byOperator);
		assert.ok(replaced.ok);
		assert.equal(await world.counts(token), "expired");
		assert.equal((await world.only()).endsAt, undefined, "it lasts unless told otherwise");
		assert.deepEqual((await world.lines("token-replaced"))[0]?.actor, byOperator);
		assert.deepEqual(await world.lastingTokens.replace(which, byOperator), {
			ok: false,
			reason: "replaced-before",
		});
	});
});

describe("a token that is about to end", () => {
	test("is told of once, a week before, and again after it was replaced", async () => {
		await using world = await openTokens();
		await world.make();
		const told = async () => (await world.lines("token-ends-soon")).length;
		const { endsAt } = await world.only();
		world.advance(83 * day - 1);
		await world.dueEnds();
		assert.equal(await told(), 0);
		world.advance(1);
		await Promise.all([world.dueEnds(), world.dueEnds()]);
		await world.dueEnds();
		assert.equal(await told(), 1);
		const [line] = await world.lines("token-ends-soon");
		assert.deepEqual(line?.detail, { name: "Weather bot", ends: String(endsAt) });
		assert.deepEqual(line?.actor, { kind: "server", because: "expiry" });
		const { id: sessionId, createdAt: seen } = await world.only();
		const expiresAt = world.clock() + 90 * day;
		await world.lastingTokens.replace({ accountId: world.alice, sessionId, seen, expiresAt }, byOperator);
		await world.dueEnds();
		assert.equal(await told(), 1);
		world.advance(84 * day);
		await world.dueEnds();
		assert.equal(await told(), 2);
	});

	test("is told of a day before, where it was made for a fortnight or less", async () => {
		await using world = await openTokens();
		await world.make({ lifetimeMs: 14 * day });
		world.advance(13 * day - 1);
		await world.dueEnds();
		assert.equal((await world.lines("token-ends-soon")).length, 0);
		world.advance(1);
		await world.dueEnds();
		assert.equal((await world.lines("token-ends-soon")).length, 1);
	});

	test("keeps its device for a fortnight after its end, for another token; then both are gone", async () => {
		await using world = await openTokens();
		const { token } = await world.make({ lifetimeMs: 7 * day });
		world.advance(6 * day);
		await world.dueEnds();
		world.advance(day);
		assert.equal(await world.counts(token), "expired");
		assert.equal(replacedWithinMs, 14 * day);
		world.advance(14 * day - 1);
		await world.dueEnds();
		assert.equal((await world.storage.read.devices.list(world.alice)).length, 1);
		world.advance(1);
		await world.dueEnds();
		assert.deepEqual(await world.storage.read.devices.list(world.alice), []);
		assert.deepEqual(await world.ownTokens.list(world.alice), []);
		const [line] = await world.lines("device-signed-out");
		assert.deepEqual(
			[line?.detail.reason, line?.actor],
			["token-over", { kind: "server", because: "expiry" }],
		);
	});

	test("is none that lasts, and no app", async () => {
		await using world = await openTokens();
		await world.make({ lifetimeMs: undefined });
		world.advance(4_000 * day);
		await world.dueEnds();
		assert.equal((await world.ownTokens.list(world.alice)).length, 1);
	});
});
