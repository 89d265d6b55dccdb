import type { Retention } from "../jobs/ports.ts";
import { limitsTable } from "./postgres/limits.ts";
import { turns } from "./postgres/writes.ts";

/** What is no domain folder's: the installation itself, and what the dialects need. */
export const storageRetention: Retention<unknown> = {
	ends: [],
	stays: {
		settings: "what this installation is, and its keys: a row for each",
		kysely_migration: "which tables there are",
		kysely_migration_lock: "one row",
		[limitsTable]: "attempts go by themselves, an hour after they stop to count",
		[turns]: "never has a row",
	},
};
