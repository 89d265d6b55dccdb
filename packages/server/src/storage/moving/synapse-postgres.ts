import type { PostgresPlace, SynapseSource, SynapseTarget } from "../../moving/ports.ts";
import { askOn, checkBackup, connect, endingOnFailure } from "./source-postgres.ts";
import { knownSchema, readSynapse } from "./synapse-rows.ts";
import { writeSynapse } from "./synapse-writes.ts";

/** Opens Synapse's PostgreSQL database to be read, as it is at this moment. Throws `SourceUnusable`. */
export async function openPostgresSource(place: PostgresPlace): Promise<SynapseSource> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
		return { ...(await readSynapse(askOn(client))), close: () => client.end() };
	});
}

/** Opens the database of a stopped Synapse to be written, only where its tables are known best. */
export async function openPostgresTarget(place: PostgresPlace): Promise<SynapseTarget> {
	const client = await connect(place);
	return endingOnFailure(client, async () => {
		await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
		const ask = askOn(client);
		return {
			...(await readSynapse(ask, { from: knownSchema.to })),
			...writeSynapse(
				ask,
				(is) => is,
				async (backup) => {
					checkBackup(backup);
					await client.query("COMMIT");
				},
			),
			close: () => client.end(),
		};
	});
}
