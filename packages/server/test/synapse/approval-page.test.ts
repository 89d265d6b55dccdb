/** The approval page beside a real Synapse: what it says is read from Synapse's own keys, and is true while that is away. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type GuardWorld, openGuardWorld } from "../support/guard-world.ts";
import { needsSynapse } from "../support/synapse.ts";

/** After this nobody is taken to be sending the keys still. */
const leaseOverMs = 2 * 60_000;

describe("the approval page beside Synapse", needsSynapse, () => {
	let world: GuardWorld;

	before(async () => {
		world = await openGuardWorld();
	});
	after(() => world?.[Symbol.asyncDispose]());

	const titleAt = async (path: string) => (await world.alice.open(path)).title;

	test("replaced, finishing and finished are what Synapse shows everybody", async () => {
		const { path } = await world.askAndApprove(world.phone, "second");
		assert.equal(await titleAt(path), "Approved. Waiting for the app");
		assert.equal((await world.upload(world.phone, "second")).status, 200);
		assert.equal(await titleAt(path), "Almost done: the app is finishing");
		assert.equal((await world.finish(world.phone, "second")).status, 200);
		assert.equal(await titleAt(path), "Your digital identity is replaced");
	});

	test("while Synapse is away the page still asks, and says of what was replaced only what it knows", async () => {
		const { path: before } = await world.askAndApprove(world.phone, "third");
		assert.equal((await world.upload(world.phone, "third")).status, 200);
		const { path } = await world.ask(world.phone, "fourth");
		await world.synapse.kill();
		assert.equal(await titleAt(before), "Replaced, but not yet checked");
		assert.equal(await titleAt(path), "Replace your digital identity?");
		await world.synapse.restart();
		assert.equal(await titleAt(before), "Almost done: the app is finishing");
	});

	test("used while Synapse is away, the approval waits for it and is not asked for again", async () => {
		const { path } = await world.askAndApprove(world.phone, "fifth");
		await world.synapse.kill();
		assert.equal((await world.upload(world.phone, "fifth")).status, 401, "the app asks again");
		assert.equal(await titleAt(path), "Approved. Waiting for your homeserver");
		await world.synapse.restart();
		world.advance(leaseOverMs);
		assert.equal((await world.upload(world.phone, "fifth")).status, 200);
		assert.equal(await titleAt(path), "Almost done: the app is finishing");
	});

	test("a Synapse that hangs takes nobody's page away", async () => {
		const { path } = await world.ask(await world.login(), "sixth");
		await world.synapse.freeze();
		const page = await world.alice.open(path);
		world.synapse.thaw();
		assert.equal(page.title, "Replace your digital identity?");
	});
});
