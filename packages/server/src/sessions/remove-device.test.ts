import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { byOperator } from "../../test/support/actors.ts";
import { random } from "../../test/support/people-world.ts";
import { openTemporaryStorage, seedAccount } from "../../test/support/storage.ts";
import { createRemoveDevice } from "./index.ts";

test("a device that nobody is signed in on is removed, and its person can read so; one that somebody is on is not", async () => {
	const storage = await openTemporaryStorage("synapse");
	await using _ = { [Symbol.asyncDispose]: storage.close };
	const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: ["PHONE"], at: 1 });
	const removeDevice = createRemoveDevice({ storage, random, clock: () => 5 });
	assert.equal(await removeDevice({ accountId, deviceId: asDeviceId("PHONE") }, byOperator), false);
	assert.equal((await storage.read.homeserverTasks.overview()).waiting, 0);
	assert.equal(await removeDevice({ accountId, deviceId: asDeviceId("LOST") }, byOperator), true);
	assert.equal((await storage.read.homeserverTasks.overview()).waiting, 1);
	const [event] = await storage.read.events.list(accountId, { limit: 1 });
	assert.deepEqual(
		[event?.kind, event?.deviceId, event?.actor, event?.detail],
		["device-signed-out", "LOST", byOperator, { reason: "ended-by-operator" }],
	);
});
