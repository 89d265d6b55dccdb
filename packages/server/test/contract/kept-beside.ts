import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId, asSessionId, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";
import { until } from "../support/until.ts";

const now = 1_000_000;
const alice = asAccountId("account-alice");
const one = asDeviceId("ONE");
const held: OpenHold = {
	...{ reference: "h", accountId: alice, floor: 3, devices: [one] },
	...{ openedAt: now, lastAt: now, state: "held" },
};
const secret = (letter: string) => ({ encrypted: { K1: { ciphertext: letter } } });
const [master, backup, key, defaultKey] = [
	"m.cross_signing.master",
	"m.megolm_backup.v1",
	"m.secret_storage.key.K1",
	"m.secret_storage.default_key",
] as const;

/** What every storage must hold of what apps removed at Synapse, where all of it still lies. */
export function keptBesideContract(name: string, open: () => Promise<Storage>): void {
	/** Alice with a hold that is open: secrets that were emptied, and one that was only copied. */
	async function seeded() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		const told: AccountId[] = [];
		storage.watch((changed) => told.push(...(changed === "everyone" ? [] : changed)));
		await storage.write(async ({ holds }) => {
			await holds.put(held);
			await holds.copy(held, { type: key, content: { mac: "x" } });
			for (const [type, before] of [
				[defaultKey, { key: "K1" }],
				[master, secret("a")],
				[backup, secret("b")],
			] as const)
				await holds.setAside(held, { type, before, content: {} });
		});
		const write: Storage["write"] = (work) => storage.write(work);
		const { read } = storage;
		return {
			...{ storage, read, write },
			/** Whoever is to tell Synapse hears of it. */
			told: () => until(async () => told.includes(alice)),
			work: async () =>
				(await read.heldBeside.work(alice)).map(({ accountId: _, devices: __, ...rest }) => rest),
			keep: (hold = held, until = now + 5) => write(({ holds }) => holds.keep(hold, { until, now })),
			[Symbol.asyncDispose]: storage.close,
		};
	}
	type World = Awaited<ReturnType<typeof seeded>>;
	const setAside = async ({ read }: World) =>
		(await read.heldBeside.accountData("h")).map(({ type, before }) => [type, before]);
	const emptied = [
		[master, secret("a")],
		[backup, secret("b")],
		[defaultKey, { key: "K1" }],
	];

	describe(`what is kept beside Synapse, in ${name}`, () => {
		test("what was written over is put back, once, the default key last; what was only copied is not", async () => {
			await using world = await seeded();
			assert.equal(await world.write(({ holds }) => holds.putBack(held, { now })), "begun");
			await world.told();
			assert.equal(await world.read.holds.open(alice), undefined);
			assert.deepEqual(await world.work(), [{ reference: "h", todo: "put-back" }]);
			assert.deepEqual(await setAside(world), emptied);
			const finish = () => world.write(({ heldBeside }) => heldBeside.finishBack("h", { now: now + 1 }));
			assert.deepEqual([await finish(), await finish()], [true, false]);
			assert.deepEqual([await world.work(), await setAside(world)], [[], []]);
			assert.deepEqual(await world.read.heldBeside.unsettled(), []);
		});

		test("back in part: what opens the backup is kept for its person, hides nothing, and is nothing to be told", async () => {
			await using world = await seeded();
			await world.write(({ holds }) => holds.putBack(held, { now }));
			const how = { now: now + 1, aside: { until: now + 5 } };
			const finish = () => world.write(({ heldBeside }) => heldBeside.finishBack("h", how));
			assert.deepEqual([await finish(), await finish()], [true, false]);
			const by = { accountId: alice, sessionId: asSessionId("alice/ONE") };
			await world.write(({ holds }) => holds.letRead(alice, { ...by, until: now + 3 }));
			const secrets = { [backup]: secret("b"), [key]: { mac: "x" } };
			const { holds, heldBeside } = world.read;
			assert.deepEqual(await holds.readable(by, now), [{ version: 3, until: now + 5, secrets }]);
			const nothing = async () => {
				assert.deepEqual(await holds.hiddenFrom({ accountId: alice, deviceId: one }), { floor: 0 });
				assert.equal((await heldBeside.goneToAll(alice)).floor, 0);
				assert.deepEqual([await world.work(), await heldBeside.unsettled()], [[], []]);
			};
			await nothing();
			assert.deepEqual(await world.write((unit) => unit.holds.dropOver(now + 5, now)), []);
			const dropped = await world.write((unit) => unit.holds.dropOver(now + 6, now));
			assert.deepEqual(
				dropped.map(({ isBack }) => isBack),
				[true],
			);
			assert.deepEqual([await holds.readable(by, now), await setAside(world)], [[], []]);
			await nothing();
		});

		test("what is kept of a backup that is back goes at its person's word, and no version is to be deleted", async () => {
			await using world = await seeded();
			await world.write(({ holds }) => holds.putBack(held, { now }));
			await world.write(({ heldBeside }) => heldBeside.finishBack("h", { now, aside: { until: now + 5 } }));
			const dropped = await world.write((unit) => unit.holds.dropKept(alice, now));
			assert.deepEqual(
				dropped.map(({ isBack }) => isBack),
				[true],
			);
			assert.deepEqual([await world.work(), await world.read.holds.kept(alice)], [[], []]);
		});

		test("a copy gives way to what stands there when it is written over, anything else does not", async () => {
			await using world = await seeded();
			await world.write(async ({ holds }) => {
				await holds.setAside(held, { type: key, before: { mac: "newer" }, content: {} });
				await holds.setAside(held, {
					type: key,
					before: { mac: "by the attempt" },
					content: { mac: "last" },
				});
				await holds.copy(held, { type: key, content: { mac: "copied" } });
			});
			const found = (await world.read.heldBeside.accountData("h")).find(({ type }) => type === key);
			assert.deepEqual(found, { type: key, before: { mac: "newer" }, written: { mac: "last" } });
		});

		test("is read by the session that the person lets, until then, and by no other", async () => {
			await using world = await seeded();
			const by = (sessionId: string) => ({ accountId: alice, sessionId: asSessionId(sessionId) });
			const letRead = (sessionId: string) =>
				world.write(({ holds }) => holds.letRead(alice, { ...by(sessionId), until: now + 3 }));
			await letRead("alice/ONE");
			assert.deepEqual(await world.read.holds.readable(by("alice/ONE"), now), [], "nothing is kept yet");
			await world.keep();
			assert.deepEqual(await world.read.holds.readable(by("alice/ONE"), now), []);
			await letRead("alice/ONE");
			const secrets = { [backup]: secret("b"), [key]: { mac: "x" } };
			assert.deepEqual(await world.read.holds.readable(by("alice/ONE"), now + 2), [
				{ version: 3, until: now + 5, secrets },
			]);
			const { isReadable } = world.read.holds;
			assert.equal(await isReadable(by("alice/ONE"), 3, now + 2), true);
			for (const [session, version, at] of [
				["alice/ONE", 3, now + 3],
				["alice/ONE", 2, now],
				["alice/TWO", 3, now],
			] as const)
				assert.equal(await isReadable(by(session), version, at), false, `${session} ${version} ${at}`);
			await letRead("alice/TWO");
			assert.equal(await isReadable(by("alice/ONE"), 3, now), false);
			await world.write(({ holds }) => holds.dropKept(alice, now));
			assert.deepEqual(await world.read.holds.readable(by("alice/TWO"), now), []);
		});
	});
}
