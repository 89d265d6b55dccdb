import type { AccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import { createHomeserverDevices } from "./devices.ts";
import { createSynapseEffects } from "./effects.ts";
import { createHomeserverTasks } from "./tasks.ts";

/** The repositories for a Synapse beside this server. */
export function createSynapseUnit(db: Kysely<Database>, changed: (accountId: AccountId) => void) {
	const homeserverTasks = createHomeserverTasks(db, changed);
	return {
		homeserverTasks,
		homeserverDevices: createHomeserverDevices(db),
		homeserver: createSynapseEffects(db, homeserverTasks),
	};
}
