/** What Synapse has to be told gets there, whatever happens to Synapse and to the way. Faults come from in between. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asAccountId, HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { type Passing, startBetween } from "../support/between.ts";
import { seedPresence } from "../support/seed-proof.ts";
import { openTemporaryStorage } from "../support/storage.ts";
import { needsSynapse, type RunningSynapse } from "../support/synapse.ts";
import {
	openSynapseHomeserver,
	type SynapseHomeserverWorld,
	startLonelySynapse,
} from "../support/synapse-homeserver.ts";
import { until } from "../support/until.ts";

describe("what a real Synapse has to be told", needsSynapse, () => {
	let synapse: RunningSynapse;
	let people = 0;
	before(async () => {
		synapse = await startLonelySynapse();
	});
	after(() => synapse?.[Symbol.asyncDispose]());

	/** Resolves when a try to tell it something has failed. */
	const failed = ({ homeserver }: SynapseHomeserverWorld) =>
		until(async () => (await homeserver.outbox.overview()).lastError !== undefined);

	async function person(world: SynapseHomeserverWorld, deviceIds: readonly string[] = []) {
		const localpart = `somebody${++people}`;
		const accountId = asAccountId(`account-${localpart}`);
		await world.storage.write(async (unit) => {
			await unit.accounts.add({ id: accountId, localpart, passwordHash: "unused", createdAt: 1 });
			await unit.homeserver.addUser(accountId, 1);
		});
		const by = await seedPresence(world.storage, { accountId, now: Date.now() });
		const make = (deviceId: string) =>
			world.homeserver.upsertDevice({ accountId, localpart, deviceId: asDeviceId(deviceId) });
		for (const deviceId of deviceIds) assert.deepEqual(await make(deviceId), { ok: true });
		return {
			...{ accountId, localpart, make, by },
			remove: (deviceId: string) =>
				world.storage.write((unit) =>
					unit.homeserver.removeDevice(accountId, asDeviceId(deviceId), Date.now()),
				),
		};
	}

	test("waits while it is killed, loses nothing, and is told when it is back", async () => {
		await using world = await openSynapseHomeserver(synapse);
		const all = [];
		for (let each = 0; each < 20; each++) all.push(await person(world, ["PHONE", "LAPTOP"]));
		await synapse.kill();
		for (const { localpart, by, remove } of all) {
			await remove("PHONE");
			await world.homeserver.setDisplayName({ by, displayName: `Now ${localpart}` });
		}
		const newcomer = await person(world);
		await assert.rejects(newcomer.make("PHONE"), HomeserverUnavailable);
		await failed(world);
		const overview = await world.homeserver.outbox.overview();
		assert.equal(overview.waiting, 41);
		assert.match(overview.lastError ?? "", /^unreachable/);
		await synapse.restart();
		await world.settled();
		for (const { accountId, localpart } of all) {
			assert.deepEqual(await world.devicesOf(accountId), ["LAPTOP"]);
			assert.equal((await world.homeserver.findUser(localpart))?.displayName, `Now ${localpart}`);
		}
		assert.deepEqual(await newcomer.make("PHONE"), { ok: true });
		assert.equal(world.said.length, 1, world.said.join("\n"));
	});

	test("waits while it takes requests and answers none, and is told when it goes on", async ({ mock }) => {
		await using between = await startBetween(() => synapse.base);
		await using world = await openSynapseHomeserver(synapse, { through: between.url });
		const { accountId, make, remove } = await person(world, ["PHONE", "LAPTOP"]);
		await synapse.freeze();
		const before = between.seen.length;
		mock.timers.enable({ apis: ["setTimeout"] });
		let isGivenUp = false;
		const given = assert.rejects(make("TABLET"), HomeserverUnavailable).finally(() => {
			isGivenUp = true;
		});
		await until(() => between.seen.length > before);
		mock.timers.tick(5_000);
		await until(() => isGivenUp);
		await given;
		mock.timers.reset();
		await remove("LAPTOP");
		synapse.thaw();
		await world.settled();
		const devices = await world.devicesOf(accountId);
		assert.ok(!devices.includes("LAPTOP") && devices.includes("PHONE"), devices.join());
		assert.deepEqual(await make("TABLET"), { ok: true });
	});

	test("is told by the next server what one left undone, and with the right secret what failed with a wrong one", async () => {
		const storage = await openTemporaryStorage("synapse");
		await using _ = { [Symbol.asyncDispose]: storage.close };
		const wrong = await openSynapseHomeserver(synapse, { storage, toldSecret: "not-the-secret-of-both" });
		const { accountId, localpart } = await person(wrong);
		await failed(wrong);
		assert.match((await wrong.homeserver.outbox.overview()).lastError ?? "", /^secret-refused/);
		await wrong[Symbol.asyncDispose]();
		await using right = await openSynapseHomeserver(synapse, { storage });
		await right.settled();
		assert.equal((await right.homeserver.findUser(localpart))?.deactivated, false);
		assert.deepEqual(await right.devicesOf(accountId), []);
	});

	test("is told again where the answer was lost, and that changes nothing more", async () => {
		await using between = await startBetween(() => synapse.base);
		await using world = await openSynapseHomeserver(synapse, { through: between.url });
		const lost = new Set<string>();
		between.decide(({ path, body }) => {
			const call = `${path} ${body}`;
			if (lost.has(call)) return "pass";
			lost.add(call);
			return "cut-after";
		});
		const { accountId, localpart, by } = await person(world);
		await world.settled();
		await world.homeserver.setDisplayName({ by, displayName: "Alice" });
		await world.storage.write((unit) => unit.homeserver.setLocked(accountId, true, Date.now()));
		await world.settled();
		assert.deepEqual(await world.homeserver.findUser(localpart), {
			displayName: "Alice",
			deactivated: false,
		});
		await world.storage.write((unit) => unit.homeserver.removeUser(accountId, true, Date.now()));
		await world.settled();
		assert.equal((await world.homeserver.findUser(localpart))?.deactivated, true);
		const calls = between.seen.map(({ path, body }) => `${path} ${body}`);
		for (const call of new Set(calls)) assert.ok(calls.filter((each) => each === call).length >= 2, call);
	});

	for (const [what, status, body] of [
		["a page of a proxy", 200, "<html>welcome</html>"],
		["a JSON text that is no object", 200, '"yes"'],
		["half a JSON text", 200, '{"half":'],
		["a status of success that is not its own", 202, "{}"],
		["a redirect", 302, "{}"],
		["a fault", 500, '{"errcode":"M_UNKNOWN","error":"Internal server error"}'],
		["an absence", 503, ""],
		["a path it does not know", 404, '{"errcode":"M_UNRECOGNIZED","error":"No"}'],
		["a haste", 429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":100000}'],
	] as const) {
		test(`is not taken for told by ${what}, which is not for ever either`, async () => {
			await using between = await startBetween(() => synapse.base);
			await using world = await openSynapseHomeserver(synapse, { through: between.url });
			const { localpart, by, make } = await person(world, ["PHONE"]);
			between.decide(() => ({ status, body }));
			await world.homeserver.setDisplayName({ by, displayName: "Alice" });
			await assert.rejects(make("LAPTOP"), HomeserverUnavailable);
			await assert.rejects(world.homeserver.isLocalpartAvailable("somebody"), HomeserverUnavailable);
			await assert.rejects(world.homeserver.findUser(localpart), HomeserverUnavailable);
			await failed(world);
			const { waiting, refused } = await world.homeserver.outbox.overview();
			assert.deepEqual([waiting, refused], [1, 0]);
			between.decide(() => "pass");
			await world.settled();
			assert.equal((await world.homeserver.findUser(localpart))?.displayName, "Alice");
			assert.deepEqual(await make("LAPTOP"), { ok: true });
		});
	}

	test("a removal that arrives late does not take a device along that was made since", async () => {
		await using between = await startBetween(() => synapse.base);
		await using world = await openSynapseHomeserver(synapse, { through: between.url });
		const { accountId, make, remove } = await person(world, ["PHONE"]);
		const isRemoval = ({ path }: Passing) => path.endsWith("/delete_device");
		let late: Passing | undefined;
		between.decide((passing) => {
			if (!isRemoval(passing) || late !== undefined) return "pass";
			late = passing;
			return "cut-before";
		});
		let isTold = false;
		between.afterNext(isRemoval, async () => {
			isTold = true;
		});
		let made: Awaited<ReturnType<typeof make>> | undefined;
		const tryToMake = async () => {
			made ??= await make("PHONE").catch((error) => {
				assert.ok(error instanceof HomeserverUnavailable);
				return undefined;
			});
			return made !== undefined;
		};
		await remove("PHONE");
		await until(async () => (await tryToMake()) || isTold);
		// Whoever took the answer for the end of it would make the device now.
		await tryToMake();
		assert.ok(late !== undefined);
		await fetch(new URL(late.path, synapse.base), {
			method: "POST",
			headers: { authorization: late.headers.authorization ?? "", "content-type": "application/json" },
			body: late.body,
		});
		await until(tryToMake);
		assert.deepEqual(made, { ok: true });
		await world.settled();
		assert.deepEqual(await world.devicesOf(accountId), ["PHONE"]);
	});

	test("ends and sign-ins of one device in a tangle leave it there exactly if somebody is signed in on it", async () => {
		await using world = await openSynapseHomeserver(synapse);
		const { accountId, make, remove } = await person(world);
		for (let round = 0; round < 5; round++) {
			await Promise.all(
				Array.from({ length: 12 }, (_, each) =>
					each % 3 === 2
						? remove("PHONE")
						: make("PHONE").catch((error) => {
								assert.ok(error instanceof HomeserverUnavailable);
							}),
				),
			);
			const isHeld = await world.storage.read.homeserver.hasDevice(accountId, asDeviceId("PHONE"));
			await world.settled();
			const devices = await world.devicesOf(accountId);
			if (isHeld) assert.deepEqual(devices, ["PHONE"], `round ${round}`);
		}
		await remove("PHONE");
		await world.settled();
		assert.deepEqual(await world.devicesOf(accountId), []);
	});
});
