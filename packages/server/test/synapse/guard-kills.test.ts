/**
 * The server is killed at each step of spending an approval at a real Synapse, which a proxy in between recognises, and
 * started again on its data. The reset completes: one identity, no second approval.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Fate, Passing } from "../support/between.ts";
import { type ChildGuardWorld, openChildGuardWorld } from "../support/child-guard-world.ts";
import { guardedPath } from "../support/guard-world.ts";
import { needsSynapse } from "../support/synapse.ts";
import { until } from "../support/until.ts";

const isLook = ({ path }: Passing) => path.startsWith("/_matrix/client/v3/keys/query?user_id=");
const isSend = ({ path }: Passing) => path.startsWith(`${guardedPath}?user_id=`);

describe("the server is killed while it spends an approval", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openChildGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	let identity = "first";

	/** Kills it as soon as it does this, and lets what it was doing become of it what it may. */
	function killAt(isMoment: (passing: Passing) => boolean, fate: Fate): void {
		world.toSynapse.decide(async (passing) => {
			if (!isMoment(passing)) return "pass";
			world.toSynapse.decide(() => "pass");
			await world.kill();
			return fate;
		});
	}

	for (const [moment, at, fate, storedMeanwhile] of [
		["after it took the approval, before it looked", isLook, "cut-before", false],
		["after it looked, before the keys left", isSend, "cut-before", false],
		["while the keys are on their way", isSend, "pass", true],
	] as const) {
		test(`${moment}; the app comes back`, async () => {
			const [before, name] = [identity, `${moment}, and back`];
			const { device, reference } = await world.askAndApprove(name);
			killAt(at, fate);
			await assert.rejects(world.upload(device, name), "the app gets no answer");
			assert.equal(await world.stateOf(reference), "spending");
			await settled(world, [before, name], storedMeanwhile ? name : before);
			await world.start();
			assert.equal((await world.upload(device, name)).status, 401, "the lease of the dead one still runs");
			await world.endLeases();
			assert.equal((await world.upload(device, name)).status, 200);
			await isComplete(world, { before, name, reference });
			identity = name;
		});

		test(`${moment}; nobody comes back`, async () => {
			const [before, name] = [identity, `${moment}, and gone`];
			const { device, reference } = await world.askAndApprove(name);
			killAt(at, fate);
			await assert.rejects(world.upload(device, name));
			await settled(world, [before, name], storedMeanwhile ? name : before);
			await world.endLeases();
			// At its start it looks after what was left behind.
			await world.start();
			await until(async () => (await world.stateOf(reference)) !== "spending");
			assert.equal(await world.stateOf(reference), storedMeanwhile ? "spent" : "approved");
			assert.equal(await world.identityNow([before, name]), storedMeanwhile ? name : before);
			assert.equal((await world.upload(device, name)).status, 200, "the approval is as good as it was");
			await isComplete(world, { before, name, reference });
			identity = name;
		});
	}

	test("after Synapse answered, before it wrote that down", async () => {
		const [before, name] = [identity, "killed at the end"];
		const { device, reference } = await world.askAndApprove(name);
		world.toSynapse.afterNext(isSend, () => world.kill());
		await assert.rejects(world.upload(device, name));
		await world.endLeases();
		await world.start();
		await until(async () => (await world.stateOf(reference)) === "spent");
		assert.equal((await world.upload(device, name)).status, 200);
		await isComplete(world, { before, name, reference });
		identity = name;
	});
});

async function isComplete(
	world: ChildGuardWorld,
	{ before, name, reference }: { before: string; name: string; reference: string },
): Promise<void> {
	assert.equal(await world.identityNow([before, name]), name);
	assert.equal(await world.stateOf(reference), "spent");
	assert.deepEqual(await world.eventsAbout(reference), [
		"identity-replaced",
		"reset-approved",
		"reset-asked",
	]);
}

/** What was under way at Synapse when its asker died is over. */
function settled(world: ChildGuardWorld, names: readonly string[], expected: string): Promise<void> {
	return until(async () => (await world.identityNow(names)) === expected);
}
