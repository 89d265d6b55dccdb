import { unlink } from "node:fs/promises";
import type { PendingStore } from "../identity-reset/index.ts";
import { withFileLock } from "./file-lock.ts";
import { isMissing, readIfThere, replaceFile } from "./whole-file.ts";

/**
 * Keeps a reset in a file that only its owner can read (0600), as whole before a power cut as after it. The secrets
 * in it are not encrypted: they are as safe as the folder. Programs that share the path exclude each other.
 *
 * @param path of the file; `<path>.lock` is used beside it. The folder has to exist.
 */
export function filePendingStore(path: string): PendingStore {
	return {
		get: () => readIfThere(path),
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
