import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asSessionId, type Transactions } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byPerson } from "../../test/support/actors.ts";
import { openTemporaryStorage, seedAccount } from "../../test/support/storage.ts";
import { retention } from "../retention.ts";
import type { Storage, Unit } from "../storage/index.ts";
import { cleanUp as cleanUpBy } from "./index.ts";

const cleanUp = (storage: Transactions<Unit>, at: number, stopping?: AbortSignal) =>
	cleanUpBy({ storage, retention }, at, stopping);
const hour = 3_600_000;
const now = 1_800_000_000_000;

async function seeded() {
	const storage = await openTemporaryStorage();
	const alice = await seedAccount(storage, { localpart: "alice", deviceIds: ["PHONE"], at: now });
	return { ...alice, storage, [Symbol.asyncDispose]: () => storage.close() };
}

describe("clean-up", () => {
	test("removes devices that a broken-off sign-in left an hour ago, with what was sent to them", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		const left = { accountId, deviceId: asDeviceId("LEFT") };
		await storage.write(async (unit) => {
			for (const deviceId of ["PHONE", "LEFT", "DEHYDRATED"].map(asDeviceId))
				await unit.devices.add({ accountId, deviceId, createdAt: now });
			await unit.dehydratedDevices.put({ accountId, deviceId: asDeviceId("DEHYDRATED"), data: {} });
			await unit.toDevice.queue([{ to: left, sender: "@b:x", type: "m.test", content: {} }], 1);
		});
		assert.deepEqual(await cleanUp(storage, now + hour), {}, "a sign-in may be under way");
		assert.deepEqual(await cleanUp(storage, now + hour + 1), { "devices nobody uses": 1 });
		assert.equal(await storage.read.devices.find(accountId, asDeviceId("LEFT")), undefined);
		assert.equal(await storage.read.toDevice.hasUpTo(left, 1), false);
		for (const deviceId of ["PHONE", "DEHYDRATED"].map(asDeviceId))
			assert.ok(await storage.read.devices.find(accountId, deviceId), deviceId);
	});

	test("removes a device that was kept for a sign-in when its day is over, with its keys, and not before", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		await storage.write(async (unit) => {
			await unit.devices.add({ accountId, deviceId: asDeviceId("PHONE"), createdAt: 1 });
			await unit.sessions.end({ accountId, deviceId: asDeviceId("PHONE") }, "code-replayed", now);
			await unit.keptDevices.keep(asSessionId("alice/PHONE"), now + 24 * hour);
		});
		assert.deepEqual(await cleanUp(storage, now + 24 * hour), {}, "nor as a device without a session");
		assert.ok(await storage.read.devices.find(accountId, asDeviceId("PHONE")));
		assert.deepEqual(await cleanUp(storage, now + 24 * hour + 1), { "devices nobody came back to": 1 });
		assert.equal(await storage.read.devices.find(accountId, asDeviceId("PHONE")), undefined);
		assert.deepEqual(await storage.read.keptDevices.of({ accountId }), []);
	});

	test("forgets a request to sign in once it is over, and a code a day later", async () => {
		await using world = await seeded();
		const { storage } = world;
		const kinds = ["Interaction", "AuthorizationCode"] as const;
		for (const kind of kinds)
			await storage.write((unit) =>
				unit.engineRecords.put({ kind, idHash: "h", payload: "{}", expiresAt: now }),
			);
		assert.deepEqual(await cleanUp(storage, now), {});
		assert.deepEqual(await cleanUp(storage, now + 1), { interactions: 1 });
		assert.deepEqual(await cleanUp(storage, now + 24 * hour), {});
		assert.deepEqual(await cleanUp(storage, now + 24 * hour + 1), { codes: 1 });
	});

	test("forgets an app a day after its last registration, unless somebody is or was signed in with it", async () => {
		await using world = await seeded();
		const { storage } = world;
		const [known] = await storage.read.sessions.live({ accountId: world.accountId });
		assert.ok(known?.clientId);
		const { metadata } = (await storage.read.clients.find(known.clientId)) ?? assert.fail("no client");
		await storage.write((unit) => unit.clients.register({ id: "never used", metadata, createdAt: now }));
		assert.deepEqual(await cleanUp(storage, now + 24 * hour), {});
		assert.deepEqual(await cleanUp(storage, now + 24 * hour + 1), { clients: 1 });
		assert.equal(await storage.read.clients.find("never used"), undefined);
		await storage.write((unit) => unit.sessions.end({ sessionId: known.id }, "signed-out", now + 24 * hour));
		await cleanUp(storage, now + 48 * hour);
		assert.ok(await storage.read.clients.find(known.clientId), "the security log names it");
	});

	test("forgets a place to meet once it is over", async () => {
		await using world = await seeded();
		const { storage } = world;
		const place = { idHash: "h", payload: "", token: "t", modifiedAt: now - 1, expiresAt: now };
		await storage.write((unit) => unit.rendezvous.add(place));
		assert.deepEqual(await cleanUp(storage, now), {});
		assert.deepEqual(await cleanUp(storage, now + 1), { "places to meet": 1 });
	});

	test("deletes much in small bites, each a write of its own", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		await addEvents(storage, accountId, 250);
		const { watched, bites } = watchBites(storage);
		assert.deepEqual(await cleanUp(watched, now), { "security log": 250 });
		assert.deepEqual(bites, [100, 100, 50, 0]);
	});

	test("leaves fifty milliseconds to others between two bites", async (t) => {
		t.mock.timers.enable({ apis: ["setTimeout"] });
		const bites: number[] = [100, 0];
		let writes = 0;
		const log = { what: "security log", table: "security_events", keptMs: 1 };
		const ends = [{ ...log, delete: async () => bites.shift() ?? 0 }];
		const storage: Transactions<unknown> = {
			read: {},
			write(work) {
				writes++;
				return work({});
			},
		};
		const deleted = cleanUpBy({ storage, retention: [{ ends, stays: {} }], utilization: () => 0 }, now);
		const quiet = async () => {
			for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
		};
		await quiet();
		const before = writes;
		t.mock.timers.tick(49);
		await quiet();
		assert.equal(writes, before);
		t.mock.timers.tick(1);
		await quiet();
		assert.equal(writes, before + 1);
		assert.deepEqual(await deleted, { "security log": 100 });
	});

	test("ends after the bite at hand when the server stops; the rest goes the next time", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		await addEvents(storage, accountId, 250);
		const stopping = new AbortController();
		const { watched } = watchBites(storage, () => stopping.abort());
		assert.deepEqual(await cleanUp(watched, now, stopping.signal), { "security log": 100 });
		assert.deepEqual(await cleanUp(storage, now), { "security log": 150 });
	});

	test("begins with the oldest row there can be", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		await storage.write((unit) =>
			unit.devices.add({ accountId, deviceId: asDeviceId("OLDEST"), createdAt: 0 }),
		);
		assert.deepEqual(await cleanUp(storage, now), { "devices nobody uses": 1 });
		assert.equal(await storage.read.devices.find(accountId, asDeviceId("OLDEST")), undefined);
	});

	test("looks past thousands of rows that stay, a slice at a time and never back", async () => {
		await using world = await seeded();
		const { storage, accountId } = world;
		const [session] = await storage.read.sessions.live({ accountId });
		assert.ok(session);
		const { id: sessionId } = session;
		await storage.write(async ({ tokens }) => {
			await tokens.addRefresh({ hash: "live", sessionId, createdAt: 1 });
			const add = async (hash: string, expiresAt: number, refreshHash: string) => {
				await tokens.addAccess({ hash, sessionId, refreshHash, createdAt: 1, expiresAt });
				await tokens.noteFirstUse(hash, 1);
			};
			// Used, and beside a refresh token that may yet be shown again: these have to stay.
			for (let number = 0; number < 1_100; number++) await add(`same ${number}`, 50, "live");
			for (let number = 0; number < 1_100; number++) await add(`kept ${number}`, 100 + number, "live");
			for (let number = 0; number < 110; number++) await add(`dead ${number}`, 60 + 10 * number, "spent");
		});
		const { watched, looks } = watchLooks(storage);
		assert.deepEqual(await cleanUp(watched, now), { "access tokens": 110 });
		const starts = looks.map(({ since }) => since);
		assert.deepEqual(
			starts,
			starts.toSorted((a, b) => a - b),
		);
		assert.ok(looks.every(({ since, end }) => end > since));
		assert.ok(new Set(starts).size >= 3, "one slice did not hold them all");
	});
});

async function addEvents(storage: Storage, accountId: AccountId, count: number): Promise<void> {
	await storage.write(async (unit) => {
		for (let number = 0; number < count; number++)
			await unit.events.record({
				id: `${number}`,
				accountId,
				at: 1,
				kind: "signed-in",
				actor: byPerson,
				detail: {},
			});
	});
}

/** How many lines of the security log each write deleted. */
function watchBites(storage: Storage, onBite = () => {}) {
	const bites: number[] = [];
	const watched: Transactions<Unit> = {
		read: storage.read,
		write: (work) =>
			storage.write((unit) => {
				const events = {
					...unit.events,
					async deleteBefore(at: number) {
						const count = await unit.events.deleteBefore(at);
						bites.push(count);
						onBite();
						return count;
					},
				};
				return work({ ...unit, events });
			}),
	};
	return { watched, bites };
}

/** Which slices of the access tokens were looked at. */
function watchLooks(storage: Storage) {
	const looks: { since: number; end: number }[] = [];
	const watched: Transactions<Unit> = {
		read: storage.read,
		write: (work) =>
			storage.write((unit) => {
				const end: Unit["slices"]["end"] = async (what, range) => {
					const at = await unit.slices.end(what, range);
					if (what === "access tokens") looks.push({ since: range.since, end: at });
					return at;
				};
				return work({ ...unit, slices: { end } });
			}),
	};
	return { watched, looks };
}
