import type { AccountId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Kysely } from "kysely";
import type { Telling } from "../../homeserver/synapse/ports.ts";
import type { Database } from "../database.ts";
import { rests } from "../tasks/queries.ts";

type Kind = Telling["kind"];

/** These make, open or empty the account that a device is to belong to. */
const concerningAll: readonly Kind[] = ["add-user", "delete-all-devices", "delete-user", "reactivate-user"];

/** Tasks after which this device would not exist, and those that make or open the account it is to belong to. */
export function obstaclesTo(
	db: Kysely<Database>,
	{ accountId, deviceId }: { readonly accountId: AccountId; readonly deviceId: DeviceId },
) {
	return db
		.selectFrom("homeserver_tasks")
		.where("account_id", "=", accountId)
		.where("refused_at", "is", null)
		.where(({ not }) => not(rests("homeserver_tasks")))
		.where((is) =>
			is.or([
				is("kind", "in", concerningAll),
				is.and([is("kind", "=", "delete-device" satisfies Kind), is("detail", "=", deviceId)]),
			]),
		);
}

/** Drops removals of this device that rest: another one takes its place, or the device is made anew. */
export async function dropResting(
	db: Kysely<Database>,
	{ accountId, deviceId }: { readonly accountId: AccountId; readonly deviceId: DeviceId },
): Promise<void> {
	await db
		.deleteFrom("homeserver_tasks")
		.where("account_id", "=", accountId)
		.where("kind", "=", "delete-device" satisfies Kind)
		.where("detail", "=", deviceId)
		.where("refused_at", "is", null)
		.where(rests("homeserver_tasks"))
		.execute();
}
