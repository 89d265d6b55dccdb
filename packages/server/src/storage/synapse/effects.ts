import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { HomeserverTasks } from "../../homeserver/synapse/ports.ts";
import type { PersonEffects } from "../../people/ports.ts";
import type { DeviceEffects, SessionsCleanUp } from "../../sessions/ports.ts";
import type { Database } from "../database.ts";
import { removeHoldsOf } from "../hold-rows.ts";
import { unheldDevices } from "../unheld-devices.ts";

/**
 * What Synapse has to do is written down as a task, in the transaction of its cause. A device's row goes in the same
 * one: a sign-in that made it before finds it gone, and makes it anew only once the removal was delivered.
 */
export function createSynapseEffects(
	db: Kysely<Database>,
	tasks: HomeserverTasks,
): PersonEffects & DeviceEffects & SessionsCleanUp["homeserver"] {
	/** Also of a device that is not noted: another server may just have asked Synapse for it. */
	async function removeDevice(accountId: AccountId, deviceId: DeviceId, now: number): Promise<void> {
		await db
			.deleteFrom("devices")
			.where("account_id", "=", accountId)
			.where("device_id", "=", deviceId)
			.execute();
		await tasks.add({ accountId, telling: { kind: "delete-device", deviceId }, now });
	}

	return {
		addUser: (accountId, now, isKnown = false) =>
			tasks.add({ accountId, telling: { kind: isKnown ? "delete-all-devices" : "add-user" }, now }),

		setLocked: (accountId, locked, now) =>
			tasks.add({ accountId, telling: { kind: "set-locked", locked }, now }),

		async hasDevice(accountId, deviceId) {
			const row = await db
				.selectFrom("devices")
				.select("device_id")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.where("making", "is", null)
				.executeTakeFirst();
			return row !== undefined;
		},

		removeDevice,

		async removeUser(accountId, erase, now) {
			await db.deleteFrom("devices").where("account_id", "=", accountId).execute();
			await removeHoldsOf(db, accountId);
			await tasks.add({ accountId, telling: { kind: "delete-user", erase }, now });
		},

		restoreUser: (accountId, now) => tasks.add({ accountId, telling: { kind: "reactivate-user" }, now }),

		async removeUnheldDevices(before, now, since) {
			const devices = await unheldDevices(db, before, since);
			for (const device of devices) await removeDevice(device.account_id, device.device_id, now);
			return devices.length;
		},
	};
}
