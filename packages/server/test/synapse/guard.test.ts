/** The claim, before a real Synapse: an approval lets exactly one upload through, and nothing else does. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { openGuardWorld } from "../support/guard-world.ts";
import { needsSynapse } from "../support/synapse.ts";

const names = ["first", "second", "thiefs"];

describe("a reset before Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());

	test("it is asked for, approved on the page, and goes through once", async () => {
		const { phone, upload } = world;
		const asked = await world.ask(phone, "second");
		const again = await upload(phone, "second", { auth: { session: asked.uiaSession } });
		assert.deepEqual([again.status, again.body.session], [401, asked.uiaSession]);
		assert.equal(await world.identityNow(names), "first");
		await world.askAndApprove(phone, "second");
		assert.equal((await upload(phone, "second")).status, 200);
		assert.equal(await world.identityNow(names), "second");
		assert.equal((await upload(phone, "second")).status, 200);
		assert.equal((await upload(phone, "thiefs")).status, 401);
	});
});
