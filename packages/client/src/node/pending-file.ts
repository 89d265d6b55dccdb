import { randomBytes } from "node:crypto";
import { open, readFile, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { PendingStore } from "../identity-reset/index.ts";
import { withFileLock } from "./file-lock.ts";

/**
 * Keeps a reset in a file that only its owner can read (0600), as whole before a power cut as after it. The secrets
 * in it are not encrypted: they are as safe as the folder. Programs that share the path exclude each other.
 *
 * @param path of the file; `<path>.lock` is used beside it. The folder has to exist.
 */
export function filePendingStore(path: string): PendingStore {
	return {
		async get() {
			try {
				return await readFile(path, "utf8");
			} catch (error) {
				if (isMissing(error)) return undefined;
				throw error;
			}
		},
		put: (record) => replaceFile(path, record),
		async delete() {
			try {
				await unlink(path);
			} catch (error) {
				if (!isMissing(error)) throw error;
			}
		},
		exclusively: (work) => withFileLock(`${path}.lock`, work),
	};
}

async function replaceFile(path: string, text: string): Promise<void> {
	const draft = `${path}.${randomBytes(9).toString("hex")}`;
	const file = await open(draft, "wx", 0o600);
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
	await rename(draft, path);
	await syncFolder(dirname(path));
}

/** The name, too, has to be on the disk. Windows has no such call, and needs none. */
async function syncFolder(path: string): Promise<void> {
	if (process.platform === "win32") return;
	const folder = await open(path, "r");
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}
