import type { Kysely } from "kysely";
import type { Database } from "./database.ts";

/** Values of the installation: what it was given once and keeps, and a few that change. */
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

		/** Puts this value in the place of whatever stood there. */
		async set(name: string, value: string): Promise<void> {
			await db
				.insertInto("settings")
				.values({ name, value })
				.onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
				.execute();
		},
	};
}
