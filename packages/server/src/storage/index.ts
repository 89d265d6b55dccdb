/**
 * Storage: one schema, kept in one file by `node:sqlite` (WAL, every commit synced).
 *
 * Owns the tables, the migrations, the connections and the repositories that implement the ports of the domain
 * folders. Leaves every decision to them: a repository method is one statement, or a few inside the caller's
 * transaction, and says in its port what is atomic about it.
 *
 * Flow: `write` queues a unit of work; units that arrive together share one commit; each resolves once it is on
 * disk. `read` uses a second connection and sees what is committed.
 */
export { DataDirectoryInUse, DataDirectoryUnusable, lockDirectory } from "./lock.ts";
export { openSqlite, type Storage } from "./open.ts";
export type { Unit } from "./unit.ts";
