import { type Kysely, sql } from "kysely";
import type { DeviceAddress, ToDevice } from "../../homeserver/embedded/ports.ts";
import type { Database } from "../database.ts";
import { objectFrom } from "./json-text.ts";
import type { KeptForAccount, KeptForDevice } from "./kept-for-owner.ts";

export function createToDevice(db: Kysely<Database>): ToDevice & KeptForAccount & KeptForDevice {
	return { ...sends(db), ...queues(db), ...removals(db) };
}

function sends(db: Kysely<Database>): Pick<ToDevice, "claimSend" | "countSends" | "forgetSends"> {
	return {
		async claimSend(from, { type, transactionId }, now) {
			const row = await db
				.insertInto("to_device_sends")
				.values({ ...columnsOf(from), type, transaction_id: transactionId, sent_at: now })
				.onConflict((conflict) =>
					conflict.columns(["account_id", "device_id", "type", "transaction_id"]).doNothing(),
				)
				.returning("sent_at")
				.executeTakeFirst();
			return row !== undefined;
		},

		async countSends(from) {
			const row = await db
				.selectFrom("to_device_sends")
				.select(({ fn }) => fn.countAll<number>().as("sends"))
				.where("account_id", "=", from.accountId)
				.where("device_id", "=", from.deviceId)
				.executeTakeFirstOrThrow();
			return row.sends;
		},

		async forgetSends(from, before) {
			await db
				.deleteFrom("to_device_sends")
				.where("account_id", "=", from.accountId)
				.where("device_id", "=", from.deviceId)
				.where("sent_at", "<", before)
				.execute();
		},
	};
}

function queues(db: Kysely<Database>): Pick<ToDevice, "queue" | "loads" | "waiting" | "hasUpTo"> {
	return {
		async queue(messages, position) {
			for (const { to, sender, type, content } of messages) {
				await db
					.insertInto("to_device_messages")
					.values({ ...columnsOf(to), position, sender, type, content: JSON.stringify(content) })
					.execute();
			}
		},

		loads: (to) =>
			db
				.selectFrom("to_device_messages")
				.select(({ fn }) => [
					"sender",
					fn.countAll<number>().as("messages"),
					fn.sum<number>(contentBytes).as("bytes"),
				])
				.where("account_id", "=", to.accountId)
				.where("device_id", "=", to.deviceId)
				.groupBy("sender")
				.execute(),

		async waiting(to, { after, upTo }, limit) {
			const rows = await db
				.selectFrom("to_device_messages")
				.select(["position", "sender", "type", "content"])
				.where("account_id", "=", to.accountId)
				.where("device_id", "=", to.deviceId)
				.where("position", ">", after)
				.where("position", "<=", upTo)
				.orderBy("position")
				.limit(limit)
				.execute();
			return rows.map((row) => ({ ...row, content: objectFrom(row.content) }));
		},

		async hasUpTo(to, position) {
			const row = await db
				.selectFrom("to_device_messages")
				.select("position")
				.where("account_id", "=", to.accountId)
				.where("device_id", "=", to.deviceId)
				.where("position", "<=", position)
				.limit(1)
				.executeTakeFirst();
			return row !== undefined;
		},
	};
}

const contentBytes = sql`octet_length(content)`;

function removals(
	db: Kysely<Database>,
): Pick<ToDevice, "removeUpTo" | "dropLargest"> & KeptForAccount & KeptForDevice {
	const tables = ["to_device_messages", "to_device_sends"] as const;
	return {
		async removeUpTo(to, position) {
			await db
				.deleteFrom("to_device_messages")
				.where("account_id", "=", to.accountId)
				.where("device_id", "=", to.deviceId)
				.where("position", "<=", position)
				.execute();
		},

		async dropLargest(to, sender) {
			await db
				.deleteFrom("to_device_messages")
				.where("account_id", "=", to.accountId)
				.where("device_id", "=", to.deviceId)
				.where("position", "=", (messages) =>
					messages
						.selectFrom("to_device_messages")
						.select("position")
						.where("account_id", "=", to.accountId)
						.where("device_id", "=", to.deviceId)
						.where("sender", "=", sender)
						.orderBy(contentBytes, "desc")
						.orderBy("position", "desc")
						.limit(1),
				)
				.execute();
		},

		async removeDevice({ accountId, deviceId }) {
			for (const table of tables) {
				await db
					.deleteFrom(table)
					.where("account_id", "=", accountId)
					.where("device_id", "=", deviceId)
					.execute();
			}
		},

		async removeAccount(accountId) {
			for (const table of tables) {
				await db.deleteFrom(table).where("account_id", "=", accountId).execute();
			}
		},
	};
}

function columnsOf({ accountId, deviceId }: DeviceAddress) {
	return { account_id: accountId, device_id: deviceId };
}
