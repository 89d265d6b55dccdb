import type { AccountId } from "@countersign/core";
import type { Kysely } from "kysely";
import type { HomeserverTasks, SynapseCleanUp, Telling } from "../../homeserver/synapse/ports.ts";
import type { Database } from "../database.ts";
import { addTask, dropUntouched } from "../tasks/add.ts";
import { deleteRefused } from "../tasks/delete-refused.ts";
import { createTaskLine } from "../tasks/line.ts";
import { dropResting, obstaclesTo } from "./obstacles.ts";
import { parseTelling, tellingRow } from "./telling-row.ts";

const table = "homeserver_tasks";

/** The last of these says all there is to say. */
const replacing: readonly Telling["kind"][] = ["set-display-name", "set-locked"];

/** What Synapse still has to be told. */
export function createHomeserverTasks(
	db: Kysely<Database>,
	changed: (accountId: AccountId) => void,
): HomeserverTasks & SynapseCleanUp["homeserverTasks"] {
	const { claim, ...line } = createTaskLine(db, table);
	return {
		...line,

		async add({ accountId, telling, now }) {
			const { kind, detail } = tellingRow(telling);
			if (replacing.includes(telling.kind)) await dropUntouched(db, table, { accountId, kind });
			if (telling.kind === "delete-device") {
				await dropUntouched(db, table, { accountId, kind, detail });
				await dropResting(db, { accountId, deviceId: telling.deviceId });
			}
			await addTask(db, table, { accountId, kind, detail, now });
			changed(accountId);
		},

		async claim(wanted) {
			const claimed = await claim(wanted);
			if (claimed === undefined) return undefined;
			const { kind, detail, ...task } = claimed;
			const person = await db
				.selectFrom("accounts")
				.select(["localpart", "display_name"])
				.where("id", "=", task.accountId)
				.executeTakeFirstOrThrow();
			const { localpart, display_name: displayName } = person;
			return { ...task, localpart, displayName, telling: parseTelling({ kind, detail }) };
		},

		async standsAgainst(device) {
			return (await obstaclesTo(db, device).select("position").executeTakeFirst()) !== undefined;
		},

		deleteRefused: (before) => deleteRefused(db, table, before),
	};
}
