import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, identity, parsed } from "../test/identity.ts";
import { laptop, minute, openMemoryWorld, phone } from "../test/memory-world.ts";
import { bodyFor } from "../test/people.ts";
import { asAccountId, asSessionId } from "./identifiers.ts";

const held = async (world: Awaited<ReturnType<typeof openMemoryWorld>>) =>
	(await world.storage.read.keys.stored(asAccountId("account-alice"))).master?.publicKey;
const masterOf = (keySet: string) => bodyFor("alice", keySet, undefined).master?.publicKey;

describe("an upload to a homeserver that shares our storage", () => {
	test("the first identity is stored and is a line of the log; again it changes nothing", async () => {
		const world = await openMemoryWorld();
		assert.equal(await held(world), masterOf("a"));
		const { id: _, ...line } = world.memory.events()[0] ?? {};
		assert.deepEqual(line, {
			...{ accountId: asAccountId("account-alice"), at: world.now(), kind: "identity-created" },
			...{
				sessionId: asSessionId("alice/ONE"),
				deviceId: "ONE",
				actor: { kind: "app", clientId: "client-1" },
				detail: {},
			},
		});
		assert.deepEqual(await world.uploadSet("a", laptop), { kind: "unchanged" });
		assert.equal(world.memory.events().length, 1);
	});

	test("an approved one is stored, once, with its approval spent in the same transaction", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.approve(request);
		const outcomes = await Promise.all(Array.from({ length: 10 }, () => world.uploadSet("b")));
		assert.equal(outcomes.filter(({ kind }) => kind === "stored").length, 1);
		assert.equal(outcomes.filter(({ kind }) => kind === "unchanged").length, 9);
		const spent = outcomes.find(({ kind }) => kind === "stored");
		assert.ok(spent?.kind === "stored" && spent.approvedBy?.state === "spent");
		assert.equal(await held(world), masterOf("b"));
		const last = world.memory.events().at(-1);
		assert.deepEqual(
			[last?.kind, last?.deviceId, last?.actor, last?.detail.request],
			["identity-replaced", "ONE", { kind: "app", clientId: "client-1" }, request.reference],
		);
	});

	test("one that its person may object to is told the same as before, without a write, and is stored afterwards", async () => {
		const world = await openMemoryWorld();
		const day = 24 * 60 * minute;
		const request = await world.ask("b");
		await world.decide("approve", { localpart: "alice", ...request, proofAgeMs: 0, delayMs: day });
		const { storage } = world;
		const noWrite = { ...storage, write: () => assert.fail("an app that waits writes nothing") };
		world.advance(day - 5_001);
		const asked = bodyFor("alice", "b", undefined);
		const waits = await world.upload(phone, asked, noWrite);
		assert.ok(waits.kind === "challenge" && waits.request.uiaSession === request.uiaSession);
		assert.equal(await held(world), masterOf("a"));
		world.advance(5_001);
		assert.equal((await world.uploadSet("b", laptop)).kind, "challenge");
		assert.equal((await world.uploadSet("b")).kind, "stored");
		assert.equal(await held(world), masterOf("b"));
	});

	test("one that was objected to in time is not stored, then or later", async () => {
		const world = await openMemoryWorld();
		const day = 24 * 60 * minute;
		const request = await world.ask("b");
		await world.decide("approve", { localpart: "alice", ...request, proofAgeMs: 0, delayMs: day });
		world.advance(day - 1);
		assert.ok((await world.deny(request)).ok);
		world.advance(1);
		const { uiaSession: session } = request;
		assert.equal((await world.uploadSet("b", undefined, { session })).kind, "challenge");
		assert.equal(await held(world), masterOf("a"));
	});

	test("of another session, other keys, or too late is not what was approved", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.approve(request);
		assert.equal((await world.uploadSet("b", laptop)).kind, "challenge");
		assert.equal((await world.uploadSet("c")).kind, "challenge");
		world.advance(10 * minute);
		assert.equal((await world.uploadSet("b")).kind, "challenge");
		assert.equal(await held(world), masterOf("a"));
		assert.equal((await world.row(request)).state, "expired");
		const kinds = world.memory.events().map(({ kind }) => kind);
		assert.ok(!kinds.includes("identity-replaced"), "the log tells of nothing that was not done");
	});

	test("in a session that has ended meanwhile stores nothing and asks nobody", async () => {
		const world = await openMemoryWorld();
		await world.endSession(phone);
		assert.deepEqual(await world.uploadSet("b"), { kind: "signed-out" });
		assert.equal(world.memory.events().length, 1);
	});

	test("what would fail is refused by 400, a key whose name is taken by 403, and nobody is asked", async () => {
		const world = await openMemoryWorld();
		const { selfSigning } = bodyFor("alice", "b", undefined);
		const whole = bodyFor("alice", "c", undefined);
		const wrong = { ...whole, ...(selfSigning && { selfSigning }) };
		const refused = await world.upload(phone, wrong);
		assert.ok(refused.kind === "refused" && refused.status === 400);
		assert.equal(refused.refusal.errcode, "M_INVALID_SIGNATURE");
		const taken = masterOf("c");
		assert.ok(taken !== undefined);
		world.memory.takeNames([taken]);
		const outcome = await world.upload(phone, whole);
		assert.ok(outcome.kind === "refused" && outcome.status === 403);
		assert.deepEqual(outcome.refusal, { errcode: "M_FORBIDDEN", error: "Key ID in use" });
		assert.equal(world.memory.events().length, 1);
	});

	test("without keys stands for the request that its session names, of this very person and session", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.approve(request);
		const empty = { auth: { session: request.uiaSession } };
		const bare = (by = phone) => world.upload(by, { auth: { ...empty.auth } });
		assert.deepEqual(await bare(laptop), { kind: "unchanged" }, "another session's names nothing");
		assert.equal((await bare()).kind, "stored");
		assert.equal(await held(world), masterOf("b"));
	});

	test("with keys stands for them alone, whatever session it names", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.approve(request);
		const other = await world.uploadSet("c", phone, { session: request.uiaSession });
		assert.ok(other.kind === "challenge" && other.request.reference !== request.reference);
		assert.equal(await held(world), masterOf("a"));
		const unknown = await world.upload(phone, { auth: {} });
		assert.deepEqual(unknown, { kind: "unchanged" }, "without a session it names nothing");
	});

	test("without keys asks anew for the keys that its session names, when their time is over", async () => {
		for (const isApproved of [true, false]) {
			const world = await openMemoryWorld();
			const request = await world.ask("b");
			if (isApproved) await world.approve(request);
			world.advance(60 * minute);
			const anew = await world.upload(phone, { auth: { session: request.uiaSession } });
			assert.ok(anew.kind === "challenge" && anew.request.reference !== request.reference);
			assert.deepEqual(anew.request.keys, request.keys);
		}
	});

	test("with one key stands for that key, though its session names others that are approved", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.approve(request);
		const owner = "@alice:localhost";
		const { master } = identity("alice/a");
		const { self_signing_key } = bodyOf({ ...identity("alice/c"), master }, owner);
		const body = parsed({ self_signing_key, auth: { session: request.uiaSession } }, owner);
		const outcome = await world.upload(phone, body);
		assert.ok(outcome.kind === "challenge" && outcome.request.reference !== request.reference);
		assert.equal(await held(world), masterOf("a"));
	});

	test("without keys, after a refusal, is told of it as one that knows its session", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.deny(request);
		const told = await world.upload(phone, { auth: { session: request.uiaSession } });
		assert.ok(told.kind === "challenge" && told.refusal !== undefined);
	});

	test("is refused where a newer identity has left it without its master key", async () => {
		const world = await openMemoryWorld();
		const owner = "@alice:localhost";
		const { master } = identity("alice/a");
		const { self_signing_key } = bodyOf({ ...identity("alice/b"), master }, owner);
		const ask = await world.upload(phone, parsed({ self_signing_key }, owner));
		assert.ok(ask.kind === "challenge");
		await world.approve(ask.request);
		// Another device puts a new identity there; the approved key is signed by the one that is gone.
		const other = await world.ask("c", laptop);
		await world.approve(other);
		assert.equal((await world.row(ask.request)).state, "withdrawn");
		assert.equal((await world.uploadSet("c", laptop)).kind, "stored");
		const late = await world.upload(phone, parsed({ self_signing_key }, owner));
		assert.ok(late.kind === "refused" && late.status === 400);
	});
});
