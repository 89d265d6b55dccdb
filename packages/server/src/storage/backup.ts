import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { backup } from "node:sqlite";
import { databaseFile } from "./beside.ts";
import { namingDamage } from "./damaged.ts";
import { connect } from "./sqlite.ts";

/** More than any database has. */
const allPages = 2 ** 31 - 1;

type BackupOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "file-exists" | "folder-unusable" | "disk-full" };

/**
 * Copies the database as it is at one moment, also while a server writes to it, which goes on meanwhile. The copy
 * has its name only once it is whole and on disk; a file of that name is never replaced. Nobody else may read it: it
 * holds the server's own key. Throws `NoData`, or `DatabaseDamaged` where there is nothing that could be copied.
 */
export async function backupSqlite(directory: string, target: string): Promise<BackupOutcome> {
	const original = databaseFile(directory);
	return namingDamage(original, () => copy(original, resolve(target)));
}

async function copy(original: string, file: string): Promise<BackupOutcome> {
	const source = connect(original, true);
	const partial = `${file}.partial`;
	try {
		const refused = createPrivate(partial);
		if (refused !== undefined) return { ok: false, reason: refused };
		try {
			// All pages in one step: a copy made in several begins anew with each commit of the server.
			await backup(source, partial, { rate: allPages });
			sync(partial);
			// The name is taken first, so that what is replaced is our own; not every disk has hard links.
			const refusedName = createPrivate(file);
			if (refusedName !== undefined) return { ok: false, reason: refusedName };
			renameSync(partial, file);
			sync(dirname(file));
			return { ok: true };
		} catch (error) {
			if (isFull(error)) return { ok: false, reason: "disk-full" };
			throw error;
		} finally {
			rmSync(partial, { force: true });
		}
	} finally {
		source.close();
	}
}

function createPrivate(file: string): "file-exists" | "folder-unusable" | undefined {
	try {
		closeSync(openSync(file, "wx", 0o600));
		return undefined;
	} catch (error) {
		return isCode(error, "EEXIST") ? "file-exists" : "folder-unusable";
	}
}

function sync(path: string): void {
	const handle = openSync(path, "r");
	fsyncSync(handle);
	closeSync(handle);
}

/** @see https://www.sqlite.org/rescode.html#full */
const sqliteFull = 13;

function isFull(error: unknown): boolean {
	return (
		isCode(error, "ENOSPC") || (error instanceof Error && "errcode" in error && error.errcode === sqliteFull)
	);
}

function isCode(error: unknown, code: string): boolean {
	return error instanceof Error && "code" in error && error.code === code;
}
