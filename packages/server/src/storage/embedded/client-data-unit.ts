import type { Kysely } from "kysely";
import type { ClientDataUnit } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { createAccountData } from "./account-data.ts";
import { createBackedUpKeys } from "./backed-up-keys.ts";
import { createFilters } from "./filters.ts";
import { createKeyBackups } from "./key-backups.ts";
import { createProfiles } from "./profiles.ts";
import { createToDevice } from "./to-device.ts";

/** The repositories behind account data, messages, backups, filters and profiles. */
export function createClientDataUnit(db: Kysely<Database>) {
	return {
		accountData: createAccountData(db),
		toDevice: createToDevice(db),
		backups: createKeyBackups(db),
		backedUpKeys: createBackedUpKeys(db),
		filters: createFilters(db),
		profiles: createProfiles(db),
	} satisfies Omit<ClientDataUnit, "holds">;
}
