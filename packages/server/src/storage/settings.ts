import type { Kysely } from "kysely";
import type { Database } from "./database.ts";

/** Values that the installation was given once, at its first start, and keeps. */
export function createSettings(db: Kysely<Database>) {
	return {
		async get(name: string): Promise<string | undefined> {
			const row = await db.selectFrom("settings").select("value").where("name", "=", name).executeTakeFirst();
			return row?.value;
		},

		/** Keeps the first value given under a name, for ever, and returns it. One statement decides who was first. */
		async getOrKeep(name: string, value: string): Promise<string> {
			await db
				.insertInto("settings")
				.values({ name, value })
				.onConflict((conflict) => conflict.column("name").doNothing())
				.execute();
			const row = await db
				.selectFrom("settings")
				.select("value")
				.where("name", "=", name)
				.executeTakeFirstOrThrow();
			return row.value;
		},
	};
}
