import assert from "node:assert/strict";
import { test } from "node:test";
import { askAndApprove, stateOf, upload } from "../test/guard-steps.ts";
import { openGuardWorldOn } from "../test/guard-world.ts";
import { sha256, signing } from "../test/identity.ts";
import { createMemory } from "../test/memory.ts";
import { memoryGround } from "../test/memory-ground.ts";
import { finishSpends } from "./finish-spends.ts";

test("a spend of somebody who is not known is left as it is", async () => {
	const memory = createMemory();
	const world = openGuardWorldOn(memoryGround(memory));
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
	const last = memory.events().at(-1);
	assert.deepEqual(
		[last?.kind, last?.actor],
		["identity-replaced", { kind: "server", because: "homeserver" }],
	);
});

test("an app whose own retry brings it to an end has done it; what the homeserver refuses, the homeserver said", async () => {
	const memory = createMemory();
	const world = openGuardWorldOn(memoryGround(memory));
	await upload(world, "a");
	await askAndApprove(world, "b");
	await upload(world, "b");
	await askAndApprove(world, "c");
	world.fail("refuses");
	await upload(world, "c");
	const lines = memory.events().map(({ kind, actor }) => [kind, actor] as const);
	const actorOf = (kind: string) => lines.find((line) => line[0] === kind)?.[1];
	assert.deepEqual(actorOf("identity-replaced"), { kind: "app", clientId: "client-1" });
	assert.deepEqual(actorOf("reset-refused"), { kind: "server", because: "homeserver" });
});
