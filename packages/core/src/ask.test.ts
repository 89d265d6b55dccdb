import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { laptop, minute, openMemoryWorld, phone } from "../test/memory-world.ts";
import { bodyFor } from "../test/people.ts";
import { asAccountId, asSessionId } from "./identifiers.ts";

describe("an app that asks again", () => {
	test("is answered without a write for ten seconds, and then the request waits longer", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		assert.ok(request.state === "pending");
		const asked = world.now();
		world.advance(9_999);
		assert.deepEqual(await world.ask("b"), request);
		assert.deepEqual(await world.row(request), request, "nothing was written");
		world.advance(1);
		const later = { ...request, lastUploadAt: asked + 10_000, expiresAt: asked + 10_000 + 15 * minute };
		assert.deepEqual(await world.ask("b"), later);
		assert.deepEqual(await world.row(request), later);
	});

	test("after its request has run out asks a person anew, and the log tells", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		// Its last sign of life is a moment ago, and still its time is over.
		await world.storage.write(({ requests }) =>
			requests.touch(request.reference, { lastUploadAt: world.now(), expiresAt: world.now() }),
		);
		const anew = await world.ask("b");
		assert.notEqual(anew.reference, request.reference);
		assert.equal((await world.row(request)).state, "expired");
		const lines = world.memory.events().filter(({ kind }) => kind === "reset-expired");
		assert.deepEqual(
			lines.map(({ accountId, sessionId, deviceId, at, actor, detail }) => [
				accountId,
				sessionId,
				deviceId,
				at,
				actor,
				detail,
			]),
			[
				[
					...["account-alice", "alice/ONE", "ONE", world.now()],
					{ kind: "server", because: "expiry" },
					{ request: request.reference, masterKey: request.masterKey },
				],
			],
		);
	});

	test("within an hour of the first time, never later", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		for (let passed = 0; passed < 60; passed += 10) {
			assert.equal((await world.ask("b")).reference, request.reference);
			world.advance(10 * minute);
		}
		assert.notEqual((await world.ask("b")).reference, request.reference);
	});

	test("from another session is another request", async () => {
		const world = await openMemoryWorld();
		const [one, two] = [await world.ask("b"), await world.ask("b", laptop)];
		assert.notEqual(one.reference, two.reference);
		assert.notEqual(one.uiaSession, two.uiaSession);
	});
});

describe("after a refusal", () => {
	test("an app without a session is told once by 403; with one, and afterwards, by the challenge", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.deny(request);
		const withSession = await world.uploadSet("b", phone, { session: request.uiaSession });
		assert.ok(withSession.kind === "challenge" && withSession.refusal?.errcode === "M_FORBIDDEN");
		assert.equal(withSession.request.uiaSession, request.uiaSession);
		const told = await world.uploadSet("b");
		assert.ok(
			told.kind === "denied" && told.refusal.errcode === "M_FORBIDDEN",
			"and a session before does not count",
		);
		const again = await world.uploadSet("b");
		assert.ok(again.kind === "challenge" && again.refusal !== undefined);
		world.advance(15 * minute - 1);
		assert.ok((await world.uploadSet("b")).kind === "challenge");
		assert.equal((await world.row(request)).state, "denied");
		world.advance(1);
		const anew = await world.ask("b");
		assert.ok(anew.reference !== request.reference && anew.state === "pending");
	});
});

describe("a session", () => {
	test("has five live requests; the sixth takes the place of the one that waited longest", async () => {
		const world = await openMemoryWorld();
		const asked = [];
		for (const name of ["b", "c", "d", "e", "f"]) {
			asked.push(await world.ask(name));
			world.advance(1);
		}
		const [first, second] = asked;
		assert.ok(first !== undefined && second !== undefined);
		await world.approve(first);
		await world.ask("g");
		assert.equal((await world.row(first)).state, "approved", "never an approved one");
		const gone = await world.row(second);
		assert.ok(gone.state === "withdrawn" && gone.reason === "newer-request");
		const live = (await world.storage.read.requests.askedSince(asSessionId("alice/ONE"), 0)).live;
		assert.equal(live, 5);
	});

	test("makes twenty in an hour; more are told when to come again", async () => {
		const world = await openMemoryWorld();
		for (let number = 0; number < 20; number++) {
			await world.ask(`n${number}`);
			world.advance(1_000);
		}
		const late = await world.uploadSet("one too many");
		assert.deepEqual(late, { kind: "throttled", retryAfterMs: 60 * minute - 20_000 });
		assert.equal((await world.uploadSet("b", laptop)).kind, "challenge", "another session may");
		world.advance(60 * minute - 20_000 - 500);
		assert.deepEqual(await world.uploadSet("one too many"), { kind: "throttled", retryAfterMs: 1_000 });
		world.advance(500);
		assert.equal((await world.uploadSet("one too many")).kind, "challenge");
	});
});

test("a request holds what was asked, by whom, from where; its line in the log too", async () => {
	const world = await openMemoryWorld();
	const body = bodyFor("alice", "b", undefined);
	const outcome = await world.upload(phone, body, world.storage, {
		address: "192.0.2.1",
		userAgent: "App/1",
	});
	assert.ok(outcome.kind === "challenge");
	const { keys, digest, reference, uiaSession, ...request } = outcome.request;
	assert.deepEqual(request, {
		...{ accountId: asAccountId("account-alice"), sessionId: asSessionId("alice/ONE"), deviceId: "ONE" },
		...{ masterKey: body.master?.publicKey, createdAt: world.now(), lastUploadAt: world.now() },
		...{ address: "192.0.2.1", userAgent: "App/1", state: "pending", expiresAt: world.now() + 15 * minute },
	});
	assert.deepEqual(Object.keys(keys), ["master_key", "self_signing_key", "user_signing_key"]);
	assert.match(digest, /^[0-9a-f]{64}$/);
	assert.notEqual(reference, uiaSession);
	const { id: _, ...line } = world.memory.events().at(-1) ?? {};
	assert.deepEqual(line, {
		...{
			accountId: asAccountId("account-alice"),
			at: world.now(),
			kind: "reset-asked",
			sessionId: asSessionId("alice/ONE"),
		},
		...{
			deviceId: "ONE",
			address: "192.0.2.1",
			actor: { kind: "app", clientId: "client-1" },
			detail: { request: reference, masterKey: request.masterKey },
		},
	});
});
