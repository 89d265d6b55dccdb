import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { minute, openMemoryWorld, phone } from "../../test/memory-world.ts";
import { accountOf } from "../../test/people.ts";
import type { KeptHold } from "./hold.ts";
import { asideUntil, holdBack, noteWanted, settleHold } from "./settle.ts";

type World = Awaited<ReturnType<typeof openMemoryWorld>>;

const accountId = accountOf("alice");
const day = 24 * 60 * minute;
const at = (world: World) => ({
	...{ accountId, deviceId: asDeviceId(phone.device), now: world.now(), newToken: () => "hold" },
});
const remove = (world: World, version: number) =>
	world.storage.write((unit) => holdBack(unit, { ...at(world), version }));
const states = (world: World) => world.memory.holds().map(({ state }) => state);
const lines = (world: World) =>
	world.memory
		.events()
		.map(({ kind }) => kind)
		.filter((kind) => kind.startsWith("reset-data"));

describe("what a storage says of a hold", () => {
	type Unit = Parameters<Parameters<World["storage"]["write"]>[0]>[0];
	/** What is done with it by a storage that keeps so long, and has these already. */
	const on = (world: World, instead: Partial<Unit["holds"]>, work: (unit: Unit) => Promise<unknown>) =>
		world.storage.write((unit) => work({ ...unit, holds: { ...unit.holds, ...instead } }));
	const want = (unit: Unit) => noteWanted(unit, at(world));
	let world: World;
	beforeEach(async () => {
		world = await openMemoryWorld();
		await remove(world, 1);
	});

	for (const [keptMs, state, line] of [
		[0, [], "reset-data-dropped"],
		[1, ["kept"], "reset-data-wanted"],
	] as const)
		test(`that it keeps for ${keptMs} ms: the log says what became of it`, async () => {
			await on(world, { keptMs }, want);
			assert.deepEqual([states(world), lines(world)], [state, ["reset-data-held", line]]);
			if (keptMs > 0) assert.equal(world.memory.holds()[0]?.keptUntil, world.now() + keptMs);
			assert.equal(
				await world.storage.write(async ({ holds }) =>
					asideUntil({ holds: { ...holds, keptMs } }, world.now()),
				),
				keptMs === 0 ? undefined : world.now() + keptMs,
			);
		});

	for (const [isBack, state] of [
		[true, ["kept"]],
		[false, []],
	] as const)
		test(`of two others that are ${isBack ? "back" : "kept"} counts what is kept`, async () => {
			const one: KeptHold = {
				...{ reference: "r", accountId, floor: 1, devices: [] },
				...{ isBack, endedAt: 1, until: 1 },
			};
			await on(world, { kept: async () => [one, one] }, want);
			assert.deepEqual(states(world), state);
		});

	for (const [outcome, told] of [
		["whole", ["reset-data-back"]],
		["in-part", ["reset-data-back-in-part"]],
		["begun", []],
	] as const)
		test(`that is back ${outcome}: the log says so once it is, and until when the rest is kept`, async () => {
			world.advance(10 * minute);
			const asked: unknown[] = [];
			const putBack: Unit["holds"]["putBack"] = async (_, how) => {
				asked.push(how);
				return outcome;
			};
			await on(world, { putBack }, (unit) => settleHold(unit, accountId, at(world)));
			assert.deepEqual(asked, [{ now: world.now(), asideUntil: world.now() + 7 * day }]);
			assert.deepEqual(lines(world), ["reset-data-held", ...told]);
		});

	test("of the marks that were set before is the first word", async () => {
		const other = await openMemoryWorld();
		assert.equal("switchedOff" in (world.memory.holds()[0] ?? {}), false);
		for (const switchedOff of [["m.key_backup"], []])
			await other.storage.write((unit) => holdBack(unit, { ...at(other), version: 1, switchedOff }));
		assert.deepEqual(other.memory.holds()[0]?.switchedOff, ["m.key_backup"]);
	});
});
