import assert from "node:assert/strict";
import { test } from "node:test";
import { askAndApprove, stateOf, upload } from "../test/guard-steps.ts";
import { openGuardWorldOn } from "../test/guard-world.ts";
import { sha256, signing } from "../test/identity.ts";
import { memoryGround } from "../test/memory-ground.ts";
import { finishSpends } from "./finish-spends.ts";

test("a spend of somebody who is not known is left as it is", async () => {
	const world = openGuardWorldOn(memoryGround());
	await upload(world, "a");
	const request = await askAndApprove(world, "b");
	world.fail("answer-lost");
	await upload(world, "b");
	await world.advance(60_000);
	const before = await stateOf(world, request);
	const { storage, now: clock, imagined } = world;
	const means = { storage, clock, sha256, ...signing, homeserver: imagined.homeserver, newToken: () => "t" };
	assert.equal(await finishSpends(means, async () => undefined), 0);
	assert.deepEqual(await stateOf(world, request), before);
	assert.equal(await finishSpends(means, async () => "@alice:localhost"), 1);
	assert.equal((await stateOf(world, request)).state, "spent");
});
