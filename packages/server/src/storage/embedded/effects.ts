import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { KeyChanges } from "../../homeserver/embedded/ports.ts";
import type { PersonEffects } from "../../people/ports.ts";
import type { DeviceEffects, SessionsCleanUp } from "../../sessions/ports.ts";
import type { Database } from "../database.ts";
import { removeHoldsOf } from "../hold-rows.ts";
import { unheldDevices } from "../unheld-devices.ts";
import { createClientDataUnit } from "./client-data-unit.ts";

/** What the end of a session or an account does to devices and keys, in the same transaction. */
export function createHomeserverEffects(
	db: Kysely<Database>,
	keyChanges: KeyChanges,
): PersonEffects & DeviceEffects & SessionsCleanUp["homeserver"] {
	const data = createClientDataUnit(db);

	async function removeDevice(accountId: AccountId, deviceId: DeviceId): Promise<boolean> {
		await dropKeysOf(db, accountId, deviceId);
		await data.toDevice.removeDevice({ accountId, deviceId });
		await db
			.deleteFrom("dehydrated_devices")
			.where("account_id", "=", accountId)
			.where("device_id", "=", deviceId)
			.execute();
		const removed = await db
			.deleteFrom("devices")
			.where("account_id", "=", accountId)
			.where("device_id", "=", deviceId)
			.returning("device_id")
			.executeTakeFirst();
		return removed !== undefined;
	}

	return {
		// Accounts, locks and re-opened accounts are rows that the embedded homeserver reads itself.
		async addUser() {},
		async setLocked() {},
		async restoreUser() {},

		async hasDevice(accountId, deviceId) {
			const row = await db
				.selectFrom("devices")
				.select("device_id")
				.where("account_id", "=", accountId)
				.where("device_id", "=", deviceId)
				.executeTakeFirst();
			return row !== undefined;
		},

		async removeDevice(accountId, deviceId) {
			if (await removeDevice(accountId, deviceId)) {
				await keyChanges.record(accountId);
			}
		},

		async removeUnheldDevices(before, _now, since) {
			const devices = await unheldDevices(db, before, since);
			for (const device of devices) {
				await removeDevice(device.account_id, device.device_id);
			}
			return devices.length;
		},

		async removeUser(accountId, erase) {
			const devices = await db
				.selectFrom("devices")
				.select("device_id")
				.where("account_id", "=", accountId)
				.execute();
			for (const { device_id } of devices) {
				await removeDevice(accountId, device_id);
			}
			await dropIdentity(db, accountId);
			await removeHoldsOf(db, accountId);
			for (const kept of [data.toDevice, data.accountData, data.backups, data.filters]) {
				await kept.removeAccount(accountId);
			}
			if (erase) {
				await db
					.updateTable("accounts")
					.set({ display_name: null, avatar_url: null })
					.where("id", "=", accountId)
					.execute();
			}
			await keyChanges.record(accountId);
		},
	};
}

/** Removes the keys of a device, those for single conversations too, and the signatures by and about it. */
export async function dropKeysOf(
	db: Kysely<Database>,
	accountId: AccountId,
	deviceId: DeviceId,
): Promise<void> {
	for (const table of ["device_keys", "one_time_keys", "claimed_keys", "fallback_keys"] as const) {
		await db
			.deleteFrom(table)
			.where("account_id", "=", accountId)
			.where("device_id", "=", deviceId)
			.execute();
	}
	await db
		.deleteFrom("key_signatures")
		.where("signer_account_id", "=", accountId)
		.where("signer_key_id", "=", `ed25519:${deviceId}`)
		.execute();
	await db
		.deleteFrom("key_signatures")
		.where("target_account_id", "=", accountId)
		.where("target_key", "=", deviceId)
		.execute();
}

/** The keys in force and every signature by or about them. The names of the keys stay taken. */
async function dropIdentity(db: Kysely<Database>, accountId: AccountId): Promise<void> {
	await db.deleteFrom("cross_signing_keys").where("account_id", "=", accountId).execute();
	await db
		.deleteFrom("key_signatures")
		.where((eb) => eb.or([eb("signer_account_id", "=", accountId), eb("target_account_id", "=", accountId)]))
		.execute();
}
