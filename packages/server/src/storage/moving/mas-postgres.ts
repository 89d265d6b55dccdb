import { DatabaseError } from "pg";
import type { MasSource } from "../../moving/mas/ports.ts";
import type { PostgresPlace } from "../../moving/ports.ts";
import { readMas } from "./mas-rows.ts";
import { type Ask, askOn, connect, endingOnFailure } from "./source-postgres.ts";
import { SourceUnusable } from "./source-unusable.ts";

/** Opens MAS's PostgreSQL database to be read, as it is at this moment. Throws `SourceUnusable`. */
export async function openMasSource(place: PostgresPlace): Promise<MasSource> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
		return { ...(await readMas(known(askOn(client)))), close: () => client.end() };
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
