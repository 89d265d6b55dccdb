import { randomBytes } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces what is in the file, readable by its owner alone (0600): after a crash or a power cut the old is there, or the new. */
export async function replaceFile(path: string, text: string | Uint8Array): Promise<void> {
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

/** The file's text, or `undefined` where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
}

/** Whether the file is not there. */
export function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}
