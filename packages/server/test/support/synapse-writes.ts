import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunningSynapse } from "./synapse.ts";
import { until } from "./until.ts";

/**
 * Synapse stores the three keys of an upload one after another. This makes the storing of the second take as long as
 * it is wanted, by a trigger in its database, so that it can be ended in between.
 */
export interface SlowSecondWrite {
	/** Resolves when the first key, this one, is stored and the second is on its way; throws after a minute. */
	firstIsStored(publicKey: string): Promise<void>;
	/** Takes the trigger away. Synapse must have been ended. */
	heal(): void;
}

export function slowDownSecondWrite(synapse: RunningSynapse): SlowSecondWrite {
	const file = join(synapse.dataDirectory, "homeserver.db");
	if (!existsSync(file)) throw new Error(`${file} is not there`);
	const change = (statement: string) => {
		const database = new DatabaseSync(file, { timeout: 5_000 });
		database.exec(statement);
		database.close();
	};
	change(`CREATE TRIGGER slow_second BEFORE INSERT ON e2e_cross_signing_keys WHEN NEW.keytype = 'self_signing'
		BEGIN SELECT count(*) FROM sqlite_master a, sqlite_master b, sqlite_master c, sqlite_master d; END`);
	return {
		firstIsStored: (publicKey) =>
			until(() => {
				const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
				const query = "SELECT 1 FROM e2e_cross_signing_keys WHERE keytype = 'master' AND keydata LIKE ?";
				const found = database.prepare(query).get(`%${publicKey}%`);
				database.close();
				return found !== undefined;
			}),
		heal: () => change("DROP TRIGGER slow_second"),
	};
}
