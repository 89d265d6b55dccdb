import assert from "node:assert/strict";
import { test } from "node:test";
import { askAndApprove, held, phone, stateOf, upload } from "../test/guard-steps.ts";
import { openGuardWorldOn } from "../test/guard-world.ts";
import { sha256, signing } from "../test/identity.ts";
import { createMemory } from "../test/memory.ts";
import { memoryGround } from "../test/memory-ground.ts";
import { finishSpends } from "./finish-spends.ts";
import { createSpends } from "./spends.ts";

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
	const spends = createSpends(means);
	assert.equal(await finishSpends(means, spends, async () => undefined), 0);
	assert.deepEqual(await stateOf(world, request), before);
	assert.equal(await finishSpends(means, spends, async () => "@alice:localhost"), 1);
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

/** A spend of which nothing arrived and whose app has not come back, and the server that looks after it in this moment. */
async function openFinishing() {
	const world = openGuardWorldOn(memoryGround(createMemory()));
	await upload(world, "a");
	const request = await askAndApprove(world, "b");
	world.fail("unreachable");
	assert.equal((await upload(world, "b")).kind, "challenge");
	assert.equal((await stateOf(world, request)).state, "spending");
	const [looks, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	world.imagined.beforeLook(() => {
		looks.resolve();
		return goesOn.promise;
	});
	const finished = world.finish();
	await looks.promise;
	return { world, request, finished, goOn: goesOn.resolve, fail: goesOn.reject };
}

test("an app that comes back while the server looks after its upload waits for that, and its approval is spent", async () => {
	const { world, request, finished, goOn } = await openFinishing();
	const answers = Promise.all([upload(world, "b"), upload(world, "b")]);
	assert.equal((await upload(world, "b", phone, 1)).kind, "challenge", "of another process nobody waits");
	goOn();
	assert.equal(await finished, 1);
	assert.deepEqual(
		(await answers).map(({ kind }) => kind),
		["stored", "stored"],
	);
	assert.equal((await stateOf(world, request)).state, "spent");
	assert.equal(held(world), "b");
});

test("a fault of the server while it looks after an upload is not the app's, which is told to wait", async () => {
	const { world, request, finished, fail } = await openFinishing();
	const answer = upload(world, "b");
	fail(new Error("a fault"));
	await assert.rejects(finished, /a fault/);
	assert.equal((await answer).kind, "challenge");
	assert.equal((await stateOf(world, request)).state, "spending");
	await world.advance(60_000);
	assert.equal((await upload(world, "b")).kind, "stored");
});

test("a server does not look after an upload that an app of its own has in hand, however long that takes", async () => {
	const world = openGuardWorldOn(memoryGround(createMemory()));
	await upload(world, "a");
	const request = await askAndApprove(world, "b");
	const [looks, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	world.fail("unreachable");
	assert.equal((await upload(world, "b")).kind, "challenge");
	await world.advance(60_000);
	world.imagined.beforeLook(() => {
		looks.resolve();
		return goesOn.promise;
	});
	const answer = upload(world, "b");
	await looks.promise;
	await world.advance(60_000);
	const before = await stateOf(world, request);
	assert.equal(await world.finish(), 0);
	assert.deepEqual(await stateOf(world, request), before);
	goesOn.resolve();
	assert.ok(["stored", "challenge"].includes((await answer).kind));
});
