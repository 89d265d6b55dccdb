import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { minute, openMemoryWorld, phone } from "../../test/memory-world.ts";
import { accountOf } from "../../test/people.ts";
import type { KeptHold } from "./hold.ts";
import { holdSecrets } from "./secrets.ts";
import { asideUntil, dropOver, holdBack, noteWanted, settleHold } from "./settle.ts";

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

	describe("that it puts back", () => {
		const [backup, description] = ["m.megolm_backup.v1", "m.secret_storage.key.K1"];
		const secret = { encrypted: { K1: { ciphertext: "a" } } };
		const opening = [
			{ type: backup, content: secret },
			{ type: description, content: { mac: "m" } },
		];
		const emptied = { type: backup, before: secret, content: {} };
		const settled = async () => {
			world.advance(10 * minute);
			await world.storage.write((unit) => settleHold(unit, accountId, at(world)));
			return [states(world), lines(world).at(-1)];
		};
		beforeEach(async () => {
			await world.storage.write(async (unit) => {
				await holdBack(unit, { ...at(world), version: 1, opening });
				await holdSecrets(unit, { ...at(world), ...emptied });
			});
		});

		test("all of it, where it stands as the device left it", async () => {
			assert.deepEqual(await settled(), [["back"], "reset-data-back"]);
			assert.deepEqual(world.memory.accountData(accountId, backup), secret);
			assert.deepEqual(await world.storage.read.holds.kept(accountId), []);
		});

		for (const [what, type] of [
			["what the device had emptied", backup],
			["what it had left alone", description],
		] as const)
			test(`but what another device wrote over, ${what}: what opened the backup is kept`, async () => {
				world.memory.setAccountData(accountId, type, { newer: true });
				assert.deepEqual(await settled(), [["aside"], "reset-data-back-in-part"]);
				assert.deepEqual(world.memory.accountData(accountId, type), { newer: true });
				const [kept] = await world.storage.read.holds.kept(accountId);
				assert.deepEqual(
					[kept?.isBack, kept?.endedAt, kept?.until],
					[true, world.now(), world.now() + 7 * day],
				);
				const [hold] = world.memory.holds();
				assert.deepEqual(Object.keys(hold?.setAside ?? {}), [backup, description]);
				world.advance(7 * day + 1);
				await world.storage.write((unit) => dropOver(unit, at(world)));
				assert.deepEqual([states(world), lines(world).at(-1)], [["back"], "reset-data-dropped"]);
			});

		test("and keeps nothing, where its operator wants that", async () => {
			world.memory.setAccountData(accountId, description, { newer: true });
			world.advance(10 * minute);
			await on(world, { keptMs: 0 }, (unit) => settleHold(unit, accountId, at(world)));
			assert.deepEqual([states(world), lines(world).at(-1)], [["back"], "reset-data-back-in-part"]);
		});
	});

	test("of the marks that were set before is the first word", async () => {
		const other = await openMemoryWorld();
		assert.equal("switchedOff" in (world.memory.holds()[0] ?? {}), false);
		for (const switchedOff of [["m.key_backup"], []])
			await other.storage.write((unit) => holdBack(unit, { ...at(other), version: 1, switchedOff }));
		assert.deepEqual(other.memory.holds()[0]?.switchedOff, ["m.key_backup"]);
	});
});
