/**
 * Storage: one schema in two dialects, one file kept by `node:sqlite` (WAL, every commit synced) or PostgreSQL.
 *
 * Owns the tables, the migrations, the connections and the repositories that implement the ports of the domain
 * folders. Leaves every decision to them: a repository method is one statement, or a few inside the caller's
 * transaction, and says in its port what is atomic about it.
 *
 * Flow: `write` runs a unit of work and resolves once it is on disk; `read` sees what is committed. In the file,
 * units that arrive together share one commit; in PostgreSQL each is a serialisable transaction, run again when it
 * loses against another one.
 */
export { backupSqlite } from "./backup.ts";
export { NoData, OtherVersionRuns, openSqliteBeside } from "./beside.ts";
export { type CopyOutcome, copyStorage } from "./copy/open-copy.ts";
export { DatabaseInUse } from "./copy/postgres-end.ts";
export { DatabaseDamaged } from "./damaged.ts";
export type { HomeserverKind, StorageSettings } from "./homeserver-kind.ts";
export { DataDirectoryInUse, lockDirectory } from "./lock.ts";
export {
	isMasRunning,
	isSynapseRunning,
	openMasSource,
	openMasTarget,
	openSynapseSource,
	openSynapseTarget,
} from "./moving/open-source.ts";
export { SourceUnusable } from "./moving/source-unusable.ts";
export { openSqlite } from "./open.ts";
export { openData } from "./open-data.ts";
export { DatabaseUnavailable, openPostgres } from "./postgres/open.ts";
export { storageRetention } from "./retention.ts";
export type { Storage } from "./storage.ts";
export type { Unit } from "./unit.ts";
export { DataDirectoryUnusable } from "./unusable.ts";
