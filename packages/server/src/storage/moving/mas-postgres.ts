import { DatabaseError } from "pg";
import type { MasSource, MasTarget } from "../../moving/mas/ports.ts";
import type { PostgresPlace } from "../../moving/ports.ts";
import { newestSchema, readMas, readPeopleOf } from "./mas-rows.ts";
import { writeMas } from "./mas-writes.ts";
import { type Ask, askOn, checkBackup, connect, endingOnFailure } from "./source-postgres.ts";
import { SourceUnusable } from "./source-unusable.ts";

/** Opens MAS's PostgreSQL database to be read, as it is at this moment. Throws `SourceUnusable`. */
export async function openMasSource(place: PostgresPlace): Promise<MasSource> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
		return { ...(await readMas(known(askOn(client)))), close: () => client.end() };
	});
}

/** Opens the database of a stopped MAS to be written, only where its tables are known. Throws `SourceUnusable`. */
export async function openMasTarget(place: PostgresPlace): Promise<MasTarget> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
		const ask = known(askOn(client));
		const source = await readMas(ask);
		if (source.schemaVersion > newestSchema)
			throw new SourceUnusable(
				`MAS's tables are of ${source.schemaVersion}; they are written to up to ${newestSchema} alone`,
			);
		return {
			...source,
			peopleOf: (ids) => readPeopleOf(ask, ids),
			...writeMas(ask, async (backup) => {
				checkBackup(backup);
				await client.query("COMMIT");
			}),
			close: () => client.end(),
		};
	});
}

/** PostgreSQL's names of a table, a column that is not there. */
const missing = ["42P01", "42703"];

/** A table or column that is not there is said to be so. */
function known(ask: Ask): Ask {
	return async (sql, values) => {
		try {
			return await ask(sql, values);
		} catch (cause) {
			if (!(cause instanceof DatabaseError) || !missing.includes(cause.code ?? "")) throw cause;
			throw new SourceUnusable(`these are not MAS's tables as they are known: ${cause.message}`, { cause });
		}
	};
}
