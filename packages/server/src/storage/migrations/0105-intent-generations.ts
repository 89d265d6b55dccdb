import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** In which generation of an account somebody went elsewhere to show who they are. */
export const intentGenerations: Migration = {
	async up(db: Kysely<unknown>) {
		// Whoever is on the way for that goes once more: nobody wrote down what has ended since.
		await db
			.deleteFrom("upstream_sign_ins" as never)
			.where("intent" as never, "<>", "sign-in" as never)
			.execute();
		await db.schema.alterTable("upstream_sign_ins").addColumn("generation", "bigint").execute();
	},
};
