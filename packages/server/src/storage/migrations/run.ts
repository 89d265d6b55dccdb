import type { Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import type { Database } from "../database.ts";
import { migrations } from "./index.ts";

/** Brings a database up to date. Throws where it cannot; what a failed migration did is undone. */
export async function migrate(db: Kysely<Database>): Promise<void> {
	const { error } = await new Migrator({
		db,
		provider: { getMigrations: async () => migrations },
	}).migrateToLatest();
	if (error !== undefined) throw new Error("the database could not be brought up to date", { cause: error });
}
