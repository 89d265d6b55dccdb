import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const at = 1_800_000_000_000;

/** What every storage of the facts about a session that asks must hold. */
export function sessionFactsContract(name: string, open: () => Promise<Storage>): void {
	describe(`session facts in ${name}`, () => {
		async function seeded() {
			const storage = await open();
			const { accountId, sessions } = await seedAccount(storage, {
				...{ localpart: "alice", deviceIds: ["PHONEALICE", "LAPTOPALICE"], at },
			});
			const [phone] = sessions;
			assert.ok(phone);
			return { storage, accountId, phone, [Symbol.asyncDispose]: () => storage.close() };
		}

		test("tell of the client and, while it exists, of the device", async () => {
			await using world = await seeded();
			const { storage, accountId, phone } = world;
			const before = await storage.read.sessionFacts.find(phone.id);
			assert.deepEqual(before, {
				...{ deviceId: asDeviceId("PHONEALICE"), createdAt: at, ended: false },
				...{ clientName: "App", clientUri: "https://app.example.org/" },
			});
			const device = {
				accountId,
				deviceId: asDeviceId("PHONEALICE"),
				displayName: "My phone",
				createdAt: at,
			};
			await storage.write((unit) => unit.devices.add(device));
			assert.equal((await storage.read.sessionFacts.find(phone.id))?.deviceName, "My phone");
		});

		test("tell from where it was signed in, where that is known", async () => {
			await using world = await seeded();
			const { storage, accountId } = world;
			const id = asSessionId("alice/ELSEWHERE");
			await storage.write((unit) =>
				unit.sessions.add({
					...{ id, accountId, clientId: "client-1", deviceId: asDeviceId("ELSEWHERE"), scope: "" },
					...{ createdAt: at, address: "192.0.2.7" },
				}),
			);
			assert.equal((await storage.read.sessionFacts.find(id))?.signedInAddress, "192.0.2.7");
		});

		test("a device of the same name of somebody else is not mistaken for it", async () => {
			await using world = await seeded();
			const { storage, phone } = world;
			const bob = await seedAccount(storage, { localpart: "bob", deviceIds: ["PHONEALICE"], at });
			const device = {
				accountId: bob.accountId,
				deviceId: asDeviceId("PHONEALICE"),
				displayName: "Bob's",
				createdAt: at,
			};
			await storage.write((unit) => unit.devices.add(device));
			assert.equal((await storage.read.sessionFacts.find(phone.id))?.deviceName, undefined);
		});

		test("an ended session is still told of, as ended", async () => {
			await using world = await seeded();
			const { storage, phone } = world;
			await storage.write((unit) => unit.sessions.end({ sessionId: phone.id }, "signed-out", at));
			assert.equal((await storage.read.sessionFacts.find(phone.id))?.ended, true);
		});

		test("an unknown session is nothing", async () => {
			await using world = await seeded();
			assert.equal(await world.storage.read.sessionFacts.find(asSessionId("unknown")), undefined);
		});
	});
}
