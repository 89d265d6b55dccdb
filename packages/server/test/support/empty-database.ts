import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../src/storage/index.ts";

/**
 * Lays an empty database with every table into a new data directory, byte by byte what a first start makes there,
 * which takes several times as long. For tests of what comes after a first start.
 */
export async function layEmptyDatabase(directory: string): Promise<void> {
	made ??= make();
	writeFileSync(join(directory, file), await made, { mode: 0o600 });
}

const file = "countersign.db";
let made: Promise<Buffer> | undefined;

async function make(): Promise<Buffer> {
	const directory = mkdtempSync(join(tmpdir(), "countersign-empty-"));
	const storage = await openSqlite(directory);
	await storage.close();
	const bytes = readFileSync(join(directory, file));
	rmSync(directory, { recursive: true });
	return bytes;
}
