import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { minute, openMemoryWorld, phone } from "../../test/memory-world.ts";
import { accountOf } from "../../test/people.ts";
import type { KeptHold } from "./hold.ts";
import { holdBack, noteWanted } from "./settle.ts";

type World = Awaited<ReturnType<typeof openMemoryWorld>>;

const accountId = accountOf("alice");
const day = 24 * 60 * minute;
let tokens = 0;
const at = (world: World) => ({
	...{ accountId, deviceId: asDeviceId(phone.device), now: world.now(), newToken: () => `hold-${++tokens}` },
});
const remove = (world: World, version: number) =>
	world.storage.write((unit) => holdBack(unit, { ...at(world), version }));
const lines = (world: World) => world.memory.events().map(({ kind }) => kind);

describe("what a device removes", () => {
	const removeOld = (world: World, version: number) =>
		world.storage.write((unit) => holdBack(unit, { ...at(world), version, isSuperseded: true }));
	const kept = async (world: World) =>
		(await world.storage.read.holds.kept(accountId)).map(({ floor, alone = [] }) => [floor, ...alone]);

	test("alone takes the place of no other: an approved reset is kept after any number of those", async () => {
		const world = await openMemoryWorld();
		for (const version of [1, 2]) await removeOld(world, version);
		for (const version of [3, 4, 5]) {
			await remove(world, version);
			await world.approve(await world.ask(`set-${version}`));
			await world.uploadSet(`set-${version}`);
		}
		await remove(world, 6);
		await world.storage.write((unit) => noteWanted(unit, at(world)));
		assert.deepEqual(await kept(world), [[0, 1], [0, 2], [3], [4], [5], [6]]);
		assert.ok(!lines(world).includes("reset-data-dropped"));
	});

	test("alone is never dropped for those that a token made and removed before: no more are taken", async () => {
		const world = await openMemoryWorld();
		const started = world.now();
		for (let version = 2; version <= 21; version++) {
			assert.equal((await removeOld(world, version)).kind, "held");
			world.advance(4 * minute);
		}
		const none = { kind: "throttled", retryAfterMs: started + 7 * day - world.now() };
		assert.deepEqual(await removeOld(world, 1), none);
		// Into one that is open it may not slip either, to be dropped with it.
		await world.storage.write((unit) => holdBack(unit, at(world)));
		assert.deepEqual(await removeOld(world, 1), none);
		await remove(world, 22);
		await world.storage.write((unit) => noteWanted(unit, at(world)));
		assert.deepEqual((await kept(world)).at(-1), [22]);
		assert.ok(!lines(world).includes("reset-data-dropped"));
	});

	test("is refused while eight keep what opens a backup that is back: the next would find no room", async () => {
		const world = await openMemoryWorld();
		const aside = (until: number): KeptHold => ({
			...{ reference: "a", accountId, floor: 1, devices: [] },
			...{ isBack: true, endedAt: world.now(), until: world.now() + until },
		});
		const taken = (kept: readonly KeptHold[]) =>
			world.storage.write((unit) =>
				holdBack({ ...unit, holds: { ...unit.holds, kept: async () => kept } }, { ...at(world), version: 2 }),
			);
		const seven = Array.from({ length: 7 }, () => aside(9 * minute));
		assert.deepEqual(await taken([...seven, aside(5 * minute)]), {
			...{ kind: "throttled", retryAfterMs: 5 * minute },
		});
		assert.equal((await taken([...seven, { ...aside(1), isBack: false }])).kind, "held");
		assert.equal((await taken([...seven, aside(minute)])).kind, "held", "what is open takes in the rest");
	});

	test("is kept though what took no version fills places: those are counted apart", async () => {
		const world = await openMemoryWorld();
		const wanted = async () => world.storage.write((unit) => noteWanted(unit, at(world)));
		for (let time = 0; time < 3; time++) {
			await world.storage.write((unit) => holdBack(unit, at(world)));
			await wanted();
		}
		await remove(world, 1);
		await wanted();
		assert.deepEqual(await kept(world), [[0], [0], [1]]);
	});
});
