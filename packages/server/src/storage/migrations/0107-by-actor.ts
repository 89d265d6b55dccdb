import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** What somebody who administers has done, to whomever, is found without a look at every line. */
export const byActor: Migration = {
	async up(db: Kysely<unknown>) {
		await sql`CREATE INDEX security_events_by_actor ON security_events (actor, actor_detail, at)
			WHERE actor IN ('administrator', 'program')`.execute(db);
	},
};
