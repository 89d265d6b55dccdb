import type { DatabaseSync } from "node:sqlite";
import type { CopiedTable } from "./end.ts";

/** What is not the installation's: how far the tables are made. */
const ofMigrations = ["kysely_migration", "kysely_migration_lock"];
/** Copied at the very end: with it the data are a server's. */
export const settingsTable: CopiedTable = { name: "settings", columns: ["name", "value"], key: ["name"] };

/** Every table but the settings, each behind those it refers to. SQLite's own word on them holds for both dialects. */
export function copiedTables(connection: DatabaseSync): readonly CopiedTable[] {
	const names = connection
		.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
		.all()
		.map(({ name }) => String(name))
		.filter((name) => name !== settingsTable.name && !ofMigrations.includes(name));
	const waiting = new Map(names.map((name) => [name, referredTo(connection, name)]));
	const ordered: CopiedTable[] = [];
	while (waiting.size > 0) {
		const [next] = [...waiting].find(([, to]) => to.every((other) => !waiting.has(other))) ?? [];
		if (next === undefined) throw new Error(`tables refer to each other: ${[...waiting.keys()].join(", ")}`);
		waiting.delete(next);
		ordered.push(tableOf(connection, next));
	}
	return ordered;
}

function referredTo(connection: DatabaseSync, name: string): readonly string[] {
	const references = connection.prepare('SELECT "table" FROM pragma_foreign_key_list(?)').all(name);
	return references.map(({ table }) => String(table)).filter((table) => table !== name);
}

function tableOf(connection: DatabaseSync, name: string): CopiedTable {
	const columns = connection.prepare("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid").all(name);
	const key = columns.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk));
	if (key.length === 0) throw new Error(`the table ${name} has no key`);
	return {
		name,
		columns: columns.map((column) => String(column.name)),
		key: key.map((column) => String(column.name)),
	};
}
