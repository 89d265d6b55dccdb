import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { askAndApprove, held, laptop, phone, stateOf, upload } from "../test/guard-steps.ts";
import { type GuardWorld, openGuardWorldOn } from "../test/guard-world.ts";
import { bodyOf, identity, parsed } from "../test/identity.ts";
import { memoryGround } from "../test/memory-ground.ts";
import { asAccountId } from "./identifiers.ts";

async function approved() {
	const world: GuardWorld = openGuardWorldOn(memoryGround());
	assert.equal((await upload(world, "a")).kind, "stored");
	const request = await askAndApprove(world, "b");
	return { world, request };
}

/** What happens before the so many-th look from now. */
function beforeLook(world: GuardWorld, number: number, work: () => Promise<void>): void {
	world.imagined.beforeLook(async () => {
		if (number === 1) await work();
		else beforeLook(world, number - 1, work);
	});
}

describe("an approved upload on its way", () => {
	test("that comes many times at once to one server is sent once, and each is told how it ended", async () => {
		const { world } = await approved();
		const outcomes = await Promise.all(Array.from({ length: 8 }, () => upload(world, "b")));
		assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(["stored"]));
		assert.equal(world.sent(), 1);
	});

	test("may leave until 25 seconds before its lease ends, and not later", async () => {
		for (const [ms, sent] of [
			[35_000, 1],
			[35_001, 0],
		] as const) {
			const { world } = await approved();
			world.imagined.beforeLook(() => world.advance(ms));
			await upload(world, "b");
			assert.equal(world.sent(), sent, `${ms}`);
		}
	});

	test("of which a part arrived before its time was over is completed, though nobody knew of the part yet", async () => {
		const { world } = await approved();
		world.fail("breaks-after-1");
		beforeLook(world, 2, () => world.advance(11 * 60_000));
		assert.equal((await upload(world, "b")).kind, "challenge", "its lease ended under way");
		assert.equal(held(world), "half");
		assert.equal((await upload(world, "b")).kind, "stored");
		assert.equal(held(world), "b");
	});

	test("is brought to its end at once, though the homeserver fails after each of its keys", async () => {
		const { world } = await approved();
		const { homeserver } = world.imagined;
		const { store } = homeserver;
		homeserver.store = async (userId, keys) => {
			await store(userId, keys.slice(0, 1));
			return { answer: "broke", reason: "M_UNKNOWN: failed" };
		};
		assert.equal((await upload(world, "b")).kind, "stored");
		assert.equal(world.sent(), 3);
	});

	test("that the homeserver refuses gives way to what the person has approved meanwhile", async () => {
		const { world, request } = await approved();
		world.fail("slow-refusal");
		let newer = request;
		world.imagined.meanwhile(async () => {
			world.fail("none");
			newer = await askAndApprove(world, "c", laptop);
		});
		await upload(world, "b");
		const after = await stateOf(world, request);
		assert.ok(after.state === "withdrawn" && after.reason === "newer-approval");
		assert.equal((await stateOf(world, newer)).state, "approved");
	});

	test("whose master key another device has replaced meanwhile is refused by 400, and nothing of it is sent", async () => {
		const { world } = await approved();
		const owner = "@alice:localhost";
		const { master } = identity("alice/a");
		const { self_signing_key } = bodyOf({ ...identity("alice/b"), master }, owner);
		const body = parsed({ self_signing_key }, owner);
		const ask = await world.uploadBody(laptop, body);
		assert.ok(ask.kind === "challenge");
		await world.approve(ask.request.reference, "alice");
		world.imagined.beforeLook(async () => {
			world.imagined.openWindow();
			assert.equal((await upload(world, "c")).kind, "stored");
		});
		const outcome = await world.uploadBody(laptop, body);
		assert.ok(outcome.kind === "refused" && outcome.status === 400, outcome.kind);
		assert.equal(outcome.refusal.errcode, "M_INVALID_SIGNATURE");
		assert.deepEqual([world.sent(), held(world)], [0, "c"]);
		assert.equal((await stateOf(world, ask.request)).state, "approved", "an approval outlives one refusal");
		assert.ok((await world.log(asAccountId("account-alice"))).includes("reset-refused"));
	});

	test("whose lease was lost under way is told what the other made of it", async () => {
		const { world, request } = await approved();
		world.fail("slow-refusal");
		world.imagined.meanwhile(async () => {
			await world.advance(60_001);
			world.fail("none");
			assert.equal((await upload(world, "b", phone, 1)).kind, "stored");
		});
		const outcome = await upload(world, "b");
		assert.equal(outcome.kind, "stored");
		assert.equal((await stateOf(world, request)).state, "spent");
		assert.ok(
			!(await world.log(asAccountId("account-alice"))).includes("reset-refused"),
			"its own no is nobody's any more",
		);
	});
});

test("what was approved anew has failed no time, and nothing of it was sent", async () => {
	const { world, request } = await approved();
	const { reference, accountId, sessionId, digest } = request;
	const lease = world.now() + 60_000;
	const now = world.now();
	const by = { reference, accountId, now };
	const row = () => stateOf(world, request);
	await world.storage.write(async ({ requests }) => {
		await requests.move({ move: "begin", accountId, sessionId, digest, token: "a token", now });
		await requests.move({ move: "send", ...by, lease, sending: ["master"] });
		await requests.move({ move: "give-back", ...by, lease, failures: 3 });
		await requests.move({ move: "begin", accountId, sessionId, digest, token: "a token", now });
	});
	const again = await row();
	assert.ok(again.state === "spending" && again.sending.length === 0 && again.failures === 3);
	await world.storage.write(async ({ requests }) => {
		await requests.move({ move: "give-back", ...by, lease, failures: 3 });
		await requests.move({ move: "deny", ...by });
		await requests.move({ move: "reopen", ...by, expiresAt: now + 1 });
		await requests.move({ move: "approve", ...by, generation: 0, delayMs: 0 });
	});
	const anew = await row();
	assert.ok(anew.state === "approved" && anew.failures === 0);
});

test("what is approved anew for one access token has failed no time either", async () => {
	const { world, request } = await approved();
	const { reference, accountId, sessionId, digest } = request;
	const now = world.now();
	const by = { reference, accountId, now };
	await world.storage.write(async ({ requests }) => {
		await requests.move({ move: "begin", accountId, sessionId, digest, token: "a token", now });
		await requests.move({ move: "give-back", ...by, lease: now + 60_000, failures: 3 });
		await requests.move({ move: "deny", ...by });
		await requests.move({ move: "reopen", ...by, expiresAt: now + 1 });
		await requests.move({ move: "elevate", ...by, generation: 0, token: "its", agreedAt: now });
	});
	const anew = await stateOf(world, request);
	assert.ok(anew.state === "approved" && anew.onlyToken === "its" && anew.failures === 0);
});
