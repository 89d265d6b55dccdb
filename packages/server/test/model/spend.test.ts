import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, beginSpend, type RequestIn, type ResetRequest, settleSpend } from "@countersign/core";
import { bodyFor, type Device } from "@countersign/core/testing/people";
import { byPerson } from "../support/actors.ts";
import { openWorld, type World } from "./world.ts";

const alice: Device = { localpart: "alice", device: "ONE" };

/** An approved request of alice's, and the means to spend it towards a homeserver with a storage of its own. */
async function approvedWorld() {
	const world = await openWorld();
	await world.upload(alice, bodyFor("alice", "a", undefined));
	const request = await ask(world, "b");
	await approve(world, request);
	const settle = (spending: RequestIn<"spending">, answer: "stored" | "refused") =>
		settleSpend(world.storage, spending, {
			...(answer === "stored" ? { answer } : { answer, reason: "the homeserver said no" }),
			now: world.now(),
			newToken: () => crypto.randomUUID(),
			actor: byPerson,
		});
	return {
		world,
		request,
		settle,
		begin: () => beginSpend(world.storage, request, { token: "t", now: world.now() }),
	};
}

async function ask(world: World, keySet: string): Promise<ResetRequest> {
	const outcome = await world.upload(alice, bodyFor("alice", keySet, undefined));
	assert.ok(outcome.kind === "challenge");
	return outcome.request;
}

async function approve(world: World, { reference }: ResetRequest) {
	const outcome = await world.decide("approve", { localpart: "alice", reference, proofAgeMs: 0 });
	assert.ok(outcome.ok);
	return outcome.request;
}

function spending(request: ResetRequest | undefined): RequestIn<"spending"> {
	assert.ok(request?.state === "spending");
	return request;
}

test("a session that ended on the way writes nothing, not even a first identity", async () => {
	const world = await openWorld();
	await world.endSession(alice);
	const outcome = await world.upload(alice, bodyFor("alice", "a", undefined));
	assert.equal(outcome.kind, "signed-out");
	assert.deepEqual(await world.storage.read.keys.stored(asAccountId("account-alice")), {});
	await world.storage.close();
});

describe("spending an approval at a homeserver with a storage of its own", () => {
	test("of many parallel spends one begins", async () => {
		const { world, begin } = await approvedWorld();
		const begun = await Promise.all(Array.from({ length: 50 }, begin));
		assert.equal(begun.filter((row) => row !== undefined).length, 1);
		await world.storage.close();
	});

	test("what has begun stays so, past every expiry, until somebody knows how it ended", async () => {
		const { world, request, begin, settle } = await approvedWorld();
		const row = spending(await begin());
		world.advance(60 * 60_000);
		await ask(world, "c");
		const found = await world.storage.read.requests.find({ reference: request.reference });
		assert.equal(found?.state, "spending");
		assert.equal((await settle(row, "stored"))?.state, "spent");
		assert.equal(await settle(row, "refused"), undefined);
		await world.storage.close();
	});

	test("a homeserver that says no leaves the approval standing, five times", async () => {
		const { world, begin, settle } = await approvedWorld();
		for (let time = 1; time < 5; time++) {
			assert.equal((await settle(spending(await begin()), "refused"))?.state, "approved");
		}
		const last = await settle(spending(await begin()), "refused");
		assert.ok(last?.state === "failed");
		assert.equal(last.reason, "the homeserver said no");
		await world.storage.close();
	});

	test("it does not come back beside a newer approval", async () => {
		const { world, begin, settle } = await approvedWorld();
		const row = spending(await begin());
		await approve(world, await ask(world, "c"));
		const settled = await settle(row, "refused");
		assert.ok(settled?.state === "withdrawn");
		assert.equal(settled.reason, "newer-approval");
		await world.storage.close();
	});

	test("it does not come back after its session has ended", async () => {
		const { world, begin, settle } = await approvedWorld();
		const row = spending(await begin());
		await world.endSession(alice);
		const settled = await settle(row, "refused");
		assert.ok(settled?.state === "withdrawn");
		assert.equal(settled.reason, "session-ended");
		await world.storage.close();
	});
});
