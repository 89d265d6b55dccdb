import { type ExpressionBuilder, type Insertable, type Kysely, type Selectable, sql } from "kysely";
import type { AuditCleanUp, LoggedEvent, SecurityEvent, SecurityEvents } from "../audit/ports.ts";
import { actorColumns, actorOf } from "./actor-row.ts";
import { rowsPerBatch } from "./batch.ts";
import type { Database, SecurityEventsTable } from "./database.ts";

/** Lines by which a token of a session came to be, or another in its place. */
const issuing = ["token-issued", "token-replaced"];

/** The security log of each person. */
export function createEvents(
	db: Kysely<Database>,
	/** Told of each line in its transaction. */
	tell: (event: SecurityEvent) => Promise<void> = async () => {},
): SecurityEvents & AuditCleanUp["events"] {
	return {
		async record(event) {
			await db.insertInto("security_events").values(rowOf(event)).execute();
			await tell(event);
		},

		async list(accountId, { limit, after, kinds, deviceId }) {
			if (kinds?.length === 0) return [];
			const rows = await db
				.selectFrom("security_events")
				.leftJoin("clients", (join) =>
					join
						.onRef("clients.id", "=", "security_events.actor_detail")
						.on("security_events.actor", "=", "app"),
				)
				.selectAll("security_events")
				.select("clients.metadata as app_metadata")
				.where("account_id", "=", accountId)
				.$call((q) => (after === undefined ? q : q.where((is) => isBehind(is, after))))
				.$call((q) => (kinds === undefined ? q : q.where("kind", "in", [...kinds])))
				.$call((q) => (deviceId === undefined ? q : q.where("device_id", "=", deviceId)))
				.orderBy("at", "desc")
				.orderBy("security_events.id", "desc")
				.limit(limit)
				.execute();
			return rows.map(fromRow);
		},

		async listBy({ kind, name }, { limit, after, kinds }) {
			const rows = await db
				.selectFrom("security_events")
				.innerJoin("accounts", "accounts.id", "security_events.account_id")
				.selectAll("security_events")
				.select("accounts.localpart")
				.where("actor", "=", kind)
				// Said aloud, for the index that holds these alone.
				.where(sql<boolean>`actor IN ('administrator', 'program')`)
				.where("actor_detail", "=", name)
				.$call((q) => (after === undefined ? q : q.where((is) => isBehind(is, after))))
				.$call((q) => (kinds === undefined ? q : q.where("kind", "in", [...kinds])))
				.orderBy("at", "desc")
				.orderBy("security_events.id", "desc")
				.limit(limit)
				.execute();
			return rows.map((row) => ({ ...fromRow({ ...row, app_metadata: null }), localpart: row.localpart }));
		},

		async issuedBy({ kind, name }) {
			const rows = await db
				.selectFrom("security_events")
				.innerJoin("sessions", "sessions.id", "security_events.session_id")
				.select(["sessions.id", "sessions.account_id"])
				.select((is) => is.fn.min("at").as("at"))
				.where("actor", "=", kind)
				.where(sql<boolean>`actor IN ('administrator', 'program')`)
				.where("actor_detail", "=", name)
				.where("kind", "in", issuing)
				.where("ended_at", "is", null)
				.groupBy(["sessions.id", "sessions.account_id"])
				.execute();
			return rows.map((row) => ({ accountId: row.account_id, sessionId: row.id, at: Number(row.at) }));
		},

		async deleteBefore(before) {
			const result = await db
				.deleteFrom("security_events")
				.where("id", "in", (rows) =>
					rows
						.selectFrom("security_events")
						.select("security_events.id")
						.where("at", "<", before)
						.where((is) =>
							is.not(
								is.and([
									is("kind", "in", issuing),
									is("actor", "in", ["administrator", "program"]),
									is.exists(
										is
											.selectFrom("sessions")
											.select("sessions.id")
											.whereRef("sessions.id", "=", "security_events.session_id")
											.where("ended_at", "is", null),
									),
								]),
							),
						)
						.limit(rowsPerBatch),
				)
				.executeTakeFirst();
			return Number(result.numDeletedRows);
		},
	};
}

/** The columns of a line. */
export function rowOf(event: SecurityEvent): Insertable<SecurityEventsTable> {
	return {
		id: event.id,
		account_id: event.accountId,
		at: event.at,
		kind: event.kind,
		session_id: event.sessionId ?? null,
		device_id: event.deviceId ?? null,
		address: event.address ?? null,
		...actorColumns(event.actor),
		detail: JSON.stringify(event.detail),
	};
}

function isBehind(
	is: ExpressionBuilder<Database, "security_events">,
	{ at, id }: Pick<SecurityEvent, "at" | "id">,
) {
	return is.or([is("at", "<", at), is.and([is("at", "=", at), is("security_events.id", "<", id)])]);
}

function fromRow(
	row: Selectable<SecurityEventsTable> & { readonly app_metadata: string | null },
): LoggedEvent {
	const actor = actorOf(row.actor, row.actor_detail);
	const appName = nameIn(row.app_metadata);
	return {
		id: row.id,
		accountId: row.account_id,
		at: row.at,
		kind: row.kind as SecurityEvent["kind"],
		...(row.session_id === null ? {} : { sessionId: row.session_id }),
		...(row.device_id === null ? {} : { deviceId: row.device_id }),
		...(row.address === null ? {} : { address: row.address }),
		...(actor !== undefined && { actor }),
		...(appName !== undefined && { appName }),
		detail: JSON.parse(row.detail) as Record<string, string>,
	};
}

function nameIn(metadata: string | null): string | undefined {
	return metadata === null ? undefined : (JSON.parse(metadata) as { client_name?: string }).client_name;
}
