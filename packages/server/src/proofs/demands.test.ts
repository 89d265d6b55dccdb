/** Of whom a second factor is demanded, and until when they may go without. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TOTP } from "otpauth";
import { byOperator } from "../../test/support/actors.ts";
import { home, openPeopleWorld } from "../../test/support/people-world.ts";
import { createDemands, type DemandRule } from "./demands.ts";

const day = 24 * 3_600_000;

async function demanding(rule: DemandRule | undefined) {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const { storage, clock } = world;
	const { missing, look } = createDemands({ storage, clock, rule });
	return {
		...world,
		accountId,
		missing: () => missing(accountId),
		look: () => look(accountId),
		since: async () => (await storage.read.accounts.find({ id: accountId }))?.factorDemandedAt,
		/** As its person does, in a browser. */
		async addFactor() {
			const by = await world.proofFor("add-factor", await world.browserOf(accountId));
			const { codes } = world.proofs;
			const { secret, ticket } = codes.begin(by, { userId: "@alice:localhost", issuer: "localhost" });
			const code = new TOTP({ secret }).generate({ timestamp: clock() });
			assert.deepEqual(await codes.keep({ by, secret, ticket, code, address: home }), { ok: true });
		},
	};
}

describe("a second factor", () => {
	test("is missing to nobody of whom none is demanded, and nothing is noted", async () => {
		for (const rule of [undefined, { of: "admins", graceMs: day }] as const) {
			await using world = await demanding(rule);
			assert.deepEqual([await world.missing(), await world.since()], [undefined, null]);
		}
	});

	test("is missing to an administrator from when that is first seen, for so long", async () => {
		await using world = await demanding({ of: "admins", graceMs: day });
		await world.storage.write((unit) => unit.accounts.setAdmin(world.accountId, true));
		const until = world.clock() + day;
		for (const later of [0, 1, day / 2]) {
			world.advance(later);
			assert.deepEqual(await world.missing(), { until, isOver: false });
		}
		world.advance(day / 2 - 2);
		assert.deepEqual(await world.missing(), { until, isOver: false });
		world.advance(1);
		assert.deepEqual(await world.missing(), { until, isOver: true });
	});

	test("is looked for without beginning anybody's time, and says the same once that has begun", async () => {
		await using world = await demanding({ of: "everyone", graceMs: day });
		assert.deepEqual(await world.look(), { until: world.clock() + day, isOver: false });
		assert.equal(await world.since(), null);
		await world.missing();
		world.advance(day);
		assert.deepEqual(await world.look(), { until: world.clock(), isOver: true });
		await using none = await demanding({ of: "everyone", graceMs: 0 });
		assert.deepEqual([(await none.look())?.isOver, await none.since()], [true, null]);
	});

	test("that is there is not missing, and whoever loses it has no time from before it", async () => {
		await using world = await demanding({ of: "everyone", graceMs: day });
		const noted = world.clock();
		await world.missing();
		assert.equal(await world.since(), noted);
		world.advance(day / 2);
		await world.addFactor();
		assert.deepEqual([await world.missing(), await world.since()], [undefined, null]);
		world.advance(10 * day);
		assert.equal(await world.operator.resetProof(world.accountId, byOperator), true);
		assert.deepEqual(await world.missing(), { until: world.clock() + day, isOver: false });
	});

	test("has no grace where there is none, and a clock that was set back gives none", async () => {
		await using none = await demanding({ of: "everyone", graceMs: 0 });
		assert.equal((await none.missing())?.isOver, true);
		await using back = await demanding({ of: "everyone", graceMs: day });
		await back.missing();
		back.advance(-100 * day);
		assert.equal((await back.missing())?.until, back.clock() + day);
	});
});
