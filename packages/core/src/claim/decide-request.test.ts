import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { laptop, minute, openMemoryWorld } from "../../test/memory-world.ts";
import { browserOf } from "../../test/people.ts";
import { asAccountId, asSessionId } from "../identifiers.ts";
import { approveRequest } from "./decide-request.ts";

describe("approving", () => {
	test("is for a person who entered the password no more than five minutes ago", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		assert.deepEqual(await world.approve(request, 5 * minute + 1), { ok: false, reason: "proof-needed" });
		assert.deepEqual(await world.approve(request, -5_001), { ok: false, reason: "proof-needed" });
		assert.equal((await world.row(request)).state, "pending");
		const outcome = await world.approve(request, 5 * minute);
		assert.ok(outcome.ok && outcome.request.state === "approved");
		assert.equal(outcome.request.expiresAt, world.now() + 10 * minute);
	});

	test("an unknown request and somebody else's are one answer, with a proof and without", async () => {
		const world = await openMemoryWorld();
		const { reference } = await world.ask("b");
		for (const proofAgeMs of [0, 6 * minute]) {
			for (const asked of [
				{ localpart: "bob", reference },
				{ localpart: "alice", reference: "unknown" },
			]) {
				const outcome = await world.decide("approve", { ...asked, proofAgeMs });
				assert.deepEqual(outcome, { ok: false, reason: "not-found" });
			}
		}
		assert.equal((await world.storage.read.requests.find({ reference }))?.state, "pending");
	});

	test("what has run out is not open, and is shown as what it is", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		world.advance(15 * minute);
		const outcome = await world.approve(request);
		assert.ok(!outcome.ok && outcome.reason === "not-open");
		assert.equal(outcome.request.state, "expired");
	});

	test("of many at once one wins", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		const outcomes = await Promise.all(Array.from({ length: 20 }, () => world.approve(request)));
		assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
		const other = outcomes.find(({ ok }) => !ok);
		assert.ok(other?.ok === false && other.reason === "not-open" && other.request.state === "approved");
	});

	test("withdraws the older approval: there is one at a time", async () => {
		const world = await openMemoryWorld();
		const older = await world.ask("b");
		await world.approve(older);
		const newer = await world.ask("c", laptop);
		await world.approve(newer);
		const [first, second] = [await world.row(older), await world.row(newer)];
		assert.ok(first.state === "withdrawn" && first.reason === "newer-approval");
		assert.equal(second.state, "approved");
	});

	test("is refused to a browser of before the last change of password", async () => {
		const world = await openMemoryWorld();
		const { reference } = await world.ask("b");
		world.memory.changeAccount(asAccountId("account-alice"), { generation: 1 });
		const now = world.now();
		const approve = (generation: number) => {
			const proof = { ...browserOf("alice"), at: now, generation };
			return approveRequest(world.storage, { reference, proof, delayMs: 0, now, newToken: () => "t" });
		};
		assert.ok(!(await approve(0)).ok);
		assert.ok((await approve(1)).ok);
	});

	test("is refused to a browser that was signed out since its form was sent", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		world.memory.signOutBrowser(browserOf("alice").browser);
		const refused = await world.approve(request);
		assert.ok(!refused.ok && refused.reason === "not-open");
		assert.equal((await world.row(request)).state, "pending");
	});
});

describe("refusing", () => {
	test("is remembered for 15 minutes, and taken back by the person", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		const denied = await world.deny(request);
		assert.ok(denied.ok && denied.request.state === "denied" && !denied.request.told);
		assert.equal(denied.request.expiresAt, world.now() + 15 * minute);
		assert.equal((await world.deny(request)).ok, false, "once");
		world.advance(5 * minute);
		const reopened = await world.reopen(request);
		assert.ok(reopened.ok && reopened.request.state === "pending");
		assert.equal(reopened.request.expiresAt, world.now() + 15 * minute);
		assert.equal((await world.reopen(request)).ok, false, "once");
	});

	test("also takes back what was approved", async () => {
		const world = await openMemoryWorld();
		const request = await world.ask("b");
		await world.approve(request);
		assert.ok((await world.deny(request)).ok);
		assert.equal((await world.uploadSet("b", undefined, { session: request.uiaSession })).kind, "challenge");
	});
});

test("every decision is a line of the person's log, with the device it was about; what was no decision is none", async () => {
	const world = await openMemoryWorld();
	const request = await world.ask("b");
	const before = world.memory.events().length;
	await world.approve(request, 6 * minute);
	await world.reopen(request);
	assert.equal(world.memory.events().length, before);
	await world.approve(request);
	await world.deny(request);
	await world.reopen(request);
	const lines = world.memory.events().slice(before);
	const about = {
		accountId: asAccountId("account-alice"),
		at: world.now(),
		sessionId: asSessionId("alice/ONE"),
		deviceId: "ONE",
	};
	const actor = { kind: "person" };
	const detail = { request: request.reference, masterKey: request.masterKey };
	assert.deepEqual(
		lines.map(({ id: _, ...line }) => line),
		(["reset-approved", "reset-denied", "reset-reopened"] as const).map((kind) => ({
			...about,
			kind,
			actor,
			detail,
		})),
	);
	assert.equal(new Set(lines.map(({ id }) => id)).size, 3);
});

test("a decision's line has the address of who decided, and what ran out is noted when another is approved", async () => {
	const world = await openMemoryWorld();
	const older = await world.ask("b");
	await world.approve(older);
	world.advance(10 * minute);
	const { reference } = await world.ask("c", laptop);
	const now = world.now();
	const by = { reference, now, proof: { ...browserOf("alice"), at: now }, address: "192.0.2.1" };
	await approveRequest(world.storage, { ...by, delayMs: 0, newToken: () => "t" });
	const kinds = world.memory.events().map(({ kind, deviceId }) => `${kind} ${deviceId}`);
	assert.ok(kinds.includes("reset-expired ONE"), kinds.join());
	assert.equal(world.memory.events().at(-1)?.address, "192.0.2.1");
});
