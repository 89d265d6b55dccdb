import type { StatementSync } from "node:sqlite";
import type { SynapseSource, SynapseTarget } from "../../moving/ports.ts";
import { copyAside, type OpenedFile, openSynapseFile, openSynapseToWrite } from "./open-synapse.ts";
import type { Ask } from "./source-postgres.ts";
import { knownSchema, readSynapse } from "./synapse-rows.ts";
import { writeSynapse } from "./synapse-writes.ts";

/** Opens Synapse's SQLite file to be read. Throws `SourceUnusable`. */
export function openSqliteSource(file: string): Promise<SynapseSource> {
	return closingOnFailure(openSynapseFile(file), async (opened) => ({
		...(await readSynapse(askOn(opened))),
		close: async () => opened.close(),
	}));
}

/** Opens the SQLite file of a stopped Synapse to be written, only where its tables are known best. */
export function openSqliteTarget(file: string): Promise<SynapseTarget> {
	return closingOnFailure(openSynapseToWrite(file), async (opened) => {
		const ask = askOn(opened);
		return {
			...(await readSynapse(ask, { from: knownSchema.to })),
			...writeSynapse(ask, Number, async (backup) => {
				copyAside(file, backup);
				opened.connection.exec("COMMIT");
			}),
			close: async () => opened.close(),
		};
	});
}

async function closingOnFailure<T>(opened: OpenedFile, work: (opened: OpenedFile) => Promise<T>): Promise<T> {
	try {
		return await work(opened);
	} catch (error) {
		opened.close();
		throw error;
	}
}

function askOn({ connection }: OpenedFile): Ask {
	const prepared = new Map<string, StatementSync>();
	return async (sql, values) => {
		const statement = prepared.get(sql) ?? connection.prepare(sql);
		prepared.set(sql, statement);
		return statement.all(...values.map((value) => (typeof value === "boolean" ? Number(value) : value)));
	};
}
