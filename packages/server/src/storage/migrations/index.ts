import type { Migration } from "kysely/migration";
import { accounts } from "./0001-accounts.ts";

/** Every migration in order. Listed, not discovered; a released one is never edited. */
export const migrations: Record<string, Migration> = {
	"0001-accounts": accounts,
};
