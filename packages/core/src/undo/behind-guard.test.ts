/** What a device takes away before its upload goes to a homeserver with a storage of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { ask, askAndApprove, laptop, phone, stateOf, upload } from "../../test/guard-steps.ts";
import { openGuardWorldOn } from "../../test/guard-world.ts";
import { createMemory } from "../../test/memory.ts";
import { memoryGround } from "../../test/memory-ground.ts";
import { accountOf } from "../../test/people.ts";
import { beginSpend, homeserver, settleSpend } from "../spend.ts";
import { holdBack } from "./settle.ts";

async function open() {
	const memory = createMemory();
	const world = openGuardWorldOn(memoryGround(memory));
	await upload(world, "a");
	const newToken = () => "hold";
	const remove = ({ localpart, device } = phone) =>
		world.storage.write((unit) =>
			holdBack(unit, {
				...{ accountId: accountOf(localpart), deviceId: asDeviceId(device), version: 1 },
				...{ now: world.now(), newToken },
			}),
		);
	const states = () => memory.holds().map(({ state }) => state);
	return { world, remove, states };
}

describe("what a device takes away before a guarded upload", () => {
	test("waits for the answer once a person is asked, for that device alone", async () => {
		const { world, remove, states } = await open();
		await remove();
		assert.deepEqual(states(), ["held"]);
		await ask(world, "b", laptop);
		assert.deepEqual(states(), ["held"]);
		await ask(world, "c");
		assert.deepEqual(states(), ["asked"]);
	});

	test("waits for no answer where the person has refused already, and the app is told so", async () => {
		const { world, remove, states } = await open();
		const { reference } = await ask(world, "b");
		await world.decide("deny", { localpart: "alice", reference, proofAgeMs: 0 });
		await remove();
		assert.equal((await upload(world, "b")).kind, "denied");
		const again = await upload(world, "b");
		assert.ok(again.kind === "challenge" && again.refusal !== undefined);
		assert.deepEqual(states(), ["held"]);
	});

	test("is gone to everybody with the spend, by whoever brought that to its end", async () => {
		const { world, remove, states } = await open();
		await remove();
		await askAndApprove(world, "b");
		assert.equal((await upload(world, "b")).kind, "stored");
		assert.deepEqual(states(), ["kept"]);
	});

	test("goes with no spend that is somebody else's by now", async () => {
		const { world, remove, states } = await open();
		await remove();
		const request = await askAndApprove(world, "b");
		const { accountId, sessionId, digest } = request;
		const now = world.now();
		const identity = { accountId, sessionId, digest };
		const spending = await beginSpend(world.storage, identity, { token: "a token", now });
		assert.ok(spending !== undefined);
		const lost = { ...spending, leaseUntil: spending.leaseUntil - 1 };
		const settled = { answer: "stored", now, newToken: () => "line", actor: homeserver } as const;
		assert.equal(await settleSpend(world.storage, lost, settled), undefined);
		assert.deepEqual([states(), (await stateOf(world, request)).state], [["asked"], "spending"]);
		assert.equal((await settleSpend(world.storage, spending, settled))?.state, "spent");
		assert.deepEqual(states(), ["kept"]);
	});
});
