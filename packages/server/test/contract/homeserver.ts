import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { DeviceNaming, HomeserverView, PersonNaming } from "../../src/account/ports.ts";
import type { NamesThere } from "../../src/people/ports.ts";
import type { DeviceMaking } from "../../src/sessions/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedPresence } from "../support/seed-proof.ts";

/** A homeserver with nobody on it, or with people of other names, and the storage whose transactions it listens to. */
export interface ContractHomeserver {
	readonly storage: Storage;
	readonly homeserver: NamesThere & DeviceMaking & HomeserverView & PersonNaming & DeviceNaming;
	/** Resolves when everything that was caused so far has happened there. */
	settled(): Promise<void>;
	/** Ids of the devices that exist there, sorted. */
	devicesOf(accountId: AccountId): Promise<readonly string[]>;
	/** What the device is called there. */
	deviceName(accountId: AccountId, deviceId: string): Promise<string | undefined>;
}

/** What every homeserver must hold. Each test has a person of its own. */
export function homeserverContract(name: string, world: () => Promise<ContractHomeserver>): void {
	let people = 0;

	/** Somebody who has just got an account. */
	async function person() {
		const opened = await world();
		const { storage, homeserver } = opened;
		const localpart = `person-${++people}-of-${name.toLowerCase().replaceAll(/[^a-z]/g, "")}`;
		const accountId = asAccountId(`account-${localpart}`);
		await storage.write(async (unit) => {
			await unit.accounts.add({ id: accountId, localpart, passwordHash: "unused", createdAt: 1 });
			await unit.homeserver.addUser(accountId, 1);
		});
		const by = await seedPresence(storage, { accountId, now: Date.now() });
		return {
			...{ ...opened, accountId, localpart, by },
			make: (deviceId: string, displayName?: string) =>
				homeserver.upsertDevice({
					...{ accountId, localpart, deviceId: asDeviceId(deviceId) },
					...(displayName !== undefined && { displayName }),
				}),
			remove: (deviceId: string) =>
				storage.write((unit) => unit.homeserver.removeDevice(accountId, asDeviceId(deviceId), 2)),
			has: (deviceId: string) => storage.read.homeserver.hasDevice(accountId, asDeviceId(deviceId)),
			call: (displayName: string | undefined) => homeserver.setDisplayName({ by, displayName }),
			async close(erase: boolean) {
				await storage.write(async (unit) => {
					await unit.accounts.close(accountId, { erase, now: 3 });
					await unit.homeserver.removeUser(accountId, erase, 3);
				});
				await opened.settled();
			},
		};
	}

	describe(`people and devices at ${name}`, () => {
		test("what devices are called is told by their ids, of one person alone", async () => {
			const { homeserver, make, accountId, settled } = await person();
			const other = await person();
			await settled();
			assert.deepEqual(await homeserver.deviceNames(accountId), new Map());
			await make("PHONE", "A phone");
			await make("NAMELESS");
			await other.make("LAPTOP", "Another's");
			const names = await homeserver.deviceNames(accountId);
			assert.deepEqual([...names].sort(), [
				["NAMELESS", undefined],
				["PHONE", "A phone"],
			]);
		});

		test("a device takes another name, of one person alone, and loses it by an empty one", async () => {
			const { homeserver, make, accountId, localpart, deviceName, by, settled } = await person();
			const other = await person();
			await settled();
			await make("PHONE", "A phone");
			await other.make("PHONE", "Another's");
			const rename = (displayName: string, deviceId = "PHONE") =>
				homeserver.renameDevice({ by, localpart, deviceId: asDeviceId(deviceId), displayName });
			for (const displayName of ["Kitchen", "Kitchen", "n".repeat(100), "日本語 👩"]) {
				assert.deepEqual(await rename(displayName), { ok: true });
				assert.equal(await deviceName(accountId, "PHONE"), displayName);
			}
			assert.deepEqual(await rename("n".repeat(101)), { ok: false, reason: "too-long", atMost: 100 });
			assert.deepEqual(await rename("None", "NOTTHERE"), { ok: false, reason: "no-such-device" });
			assert.equal(await deviceName(accountId, "PHONE"), "日本語 👩");
			assert.deepEqual(await rename(""), { ok: true });
			assert.equal((await homeserver.deviceNames(accountId)).get("PHONE") || undefined, undefined);
			assert.equal(await deviceName(other.accountId, "PHONE"), "Another's");
		});

		test("a name nobody has is free, and somebody with an account is known by it", async () => {
			const { homeserver, localpart, settled } = await person();
			assert.deepEqual(await homeserver.isLocalpartAvailable("nobody-has-this"), { ok: true });
			assert.equal(await homeserver.findUser("nobody-has-this"), undefined);
			await settled();
			assert.equal((await homeserver.findUser(localpart))?.deactivated, false);
		});

		test("a device can be made in the moment in which its person registered, and again", async () => {
			const { make, has, accountId, devicesOf, deviceName } = await person();
			assert.equal(await has("PHONE"), false);
			assert.deepEqual(await make("PHONE", "A phone"), { ok: true });
			assert.equal(await has("PHONE"), true);
			assert.deepEqual(await make("PHONE"), { ok: true });
			assert.deepEqual(await devicesOf(accountId), ["PHONE"]);
			assert.equal(await deviceName(accountId, "PHONE"), "A phone", "it keeps its name");
		});

		test("a device may have a long name and an id full of signs", async () => {
			const { make, accountId, devicesOf } = await person();
			const odd = "ab+/=._~!$&'()*,;:@-";
			assert.deepEqual(await make(odd, "🙂".repeat(150)), { ok: true });
			assert.deepEqual(await devicesOf(accountId), [odd]);
		});

		test("many of one device at once make one", async () => {
			const { make, has, accountId, devicesOf } = await person();
			const made = await Promise.all(Array.from({ length: 10 }, () => make("PHONE")));
			assert.ok(made.every(({ ok }) => ok));
			assert.deepEqual([await has("PHONE"), await devicesOf(accountId)], [true, ["PHONE"]]);
		});

		test("a removed device is gone, another one stays, and the removed one can be made anew", async () => {
			const { make, remove, has, accountId, devicesOf, settled } = await person();
			await make("PHONE");
			await make("LAPTOP");
			await remove("PHONE");
			assert.equal(await has("PHONE"), false, "at once, for whoever wants to open a session on it");
			await settled();
			assert.deepEqual(await devicesOf(accountId), ["LAPTOP"]);
			await remove("PHONE");
			await remove("NEVER MADE");
			assert.deepEqual(await make("PHONE"), { ok: true });
			await settled();
			assert.deepEqual(await devicesOf(accountId), ["LAPTOP", "PHONE"]);
			assert.equal(await has("PHONE"), true);
		});

		test("what is taken back with its transaction never happens", async () => {
			const { storage, make, has, accountId, localpart, homeserver, devicesOf, settled } = await person();
			await make("PHONE");
			const failing = storage.write(async (unit) => {
				await unit.homeserver.removeDevice(accountId, asDeviceId("PHONE"), 2);
				await unit.homeserver.removeUser(accountId, true, 2);
				throw new Error("taken back");
			});
			await assert.rejects(failing, /taken back/);
			await settled();
			assert.deepEqual([await has("PHONE"), await devicesOf(accountId)], [true, ["PHONE"]]);
			assert.equal((await homeserver.findUser(localpart))?.deactivated, false);
		});

		test("a display name is shown, changed and taken away; one that is too long changes nothing", async () => {
			const { homeserver, localpart, call, settled } = await person();
			const shown = async () => (await homeserver.findUser(localpart))?.displayName;
			assert.deepEqual(await call("Älice 🙂"), { ok: true });
			assert.deepEqual(await call("Alice"), { ok: true });
			await settled();
			assert.equal(await shown(), "Alice");
			assert.deepEqual(await call("x".repeat(257)), { ok: false, reason: "too-long", atMost: 256 });
			await settled();
			assert.equal(await shown(), "Alice");
			assert.deepEqual(await call(undefined), { ok: true });
			await settled();
			assert.equal(await shown(), undefined);
		});

		test("neither the person nor a device takes a name from a browser that was signed out meanwhile", async () => {
			const { storage, homeserver, localpart, call, make, by, accountId, deviceName, settled } =
				await person();
			await make("PHONE", "A phone");
			await call("Alice");
			await storage.write((unit) => unit.browserSessions.end(by.browser));
			const signedOut = { ok: false, reason: "signed-out" };
			assert.deepEqual(await call("Somebody else"), signedOut);
			const renaming = { by, localpart, deviceId: asDeviceId("PHONE"), displayName: "Another phone" };
			assert.deepEqual(await homeserver.renameDevice(renaming), signedOut);
			await settled();
			assert.equal((await homeserver.findUser(localpart))?.displayName, "Alice");
			assert.equal(await deviceName(accountId, "PHONE"), "A phone");
		});

		test("a lock, and its end, leave the devices there", async () => {
			const { storage, make, accountId, devicesOf, settled } = await person();
			await make("PHONE");
			for (const locked of [true, false]) {
				await storage.write((unit) => unit.homeserver.setLocked(accountId, locked, 2));
				await settled();
				assert.deepEqual(await devicesOf(accountId), ["PHONE"]);
			}
		});

		test("a closed account has no device and keeps its name; opened again it starts anew", async () => {
			const { storage, homeserver, make, has, accountId, localpart, close, devicesOf, settled } =
				await person();
			await make("PHONE");
			await close(true);
			assert.equal(await has("PHONE"), false);
			assert.equal((await homeserver.findUser(localpart))?.deactivated, true);
			await storage.write(async (unit) => {
				await unit.accounts.reopen(accountId, { passwordHash: "new", now: 4 });
				await unit.homeserver.restoreUser(accountId, 4);
			});
			assert.deepEqual(await make("PHONE"), { ok: true }, "in the moment in which it was opened");
			await settled();
			assert.equal((await homeserver.findUser(localpart))?.deactivated, false);
			assert.deepEqual(await devicesOf(accountId), ["PHONE"]);
		});

		test("somebody without keys has no identity", async () => {
			const { homeserver, accountId, settled } = await person();
			await settled();
			const { backup, ...truth } = await homeserver.identityOf(accountId);
			assert.deepEqual(truth, { signedDevices: [], selfSigningValid: false });
			assert.ok(backup.state === "never" || backup.state === "gone", backup.state);
		});
	});
}
