/** Of whom a second factor is demanded, and until when they may go without. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openPeopleWorld } from "../../test/support/people-world.ts";
import { createDemands, type DemandRule } from "./demands.ts";

const day = 24 * 3_600_000;

async function demanding(rule: DemandRule | undefined) {
	const world = await openPeopleWorld();
	const accountId = await world.add("alice");
	const { storage, clock } = world;
	const { missing } = createDemands({ storage, clock, rule });
	return {
		...world,
		accountId,
		missing: () => missing(accountId),
		since: async () => (await storage.read.accounts.find({ id: accountId }))?.factorDemandedAt,
		addFactor: () =>
			storage.write((unit) =>
				unit.oneTimeCodes.put({ accountId, secret: "sealed", lastStep: 1, createdAt: 1 }),
			),
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
		const several = await Promise.all([world.missing(), world.missing(), world.missing()]);
		assert.deepEqual(several, Array(3).fill({ until, isOver: false }));
		world.advance(day - 1);
		assert.deepEqual(await world.missing(), { until, isOver: false });
		world.advance(1);
		assert.deepEqual(await world.missing(), { until, isOver: true });
	});

	test("that is there is not missing, and whoever loses it has no time from before it", async () => {
		await using world = await demanding({ of: "everyone", graceMs: day });
		await world.addFactor();
		assert.deepEqual([await world.missing(), await world.since()], [undefined, null]);
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
