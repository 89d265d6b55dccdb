import type { Kysely } from "kysely";
import type { Database } from "./database.ts";
import { createSettings } from "./settings.ts";

/** Every repository, bound to one connection or one transaction. */
export function createUnit(db: Kysely<Database>) {
	return {
		settings: createSettings(db),
	};
}

export type Unit = ReturnType<typeof createUnit>;
