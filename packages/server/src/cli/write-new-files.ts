import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

export interface NewFile {
	readonly path: string;
	readonly text: string;
	/** Readable by its owner alone. */
	readonly isSecret: boolean;
}

/** Writes all of them, with their folders, or none: what is there already is never touched. */
export async function writeNewFiles(
	files: readonly NewFile[],
): Promise<{ readonly ok: true } | { readonly ok: false; readonly problem: string }> {
	const written: string[] = [];
	for (const { path, text, isSecret } of files) {
		try {
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, text, { flag: "wx", mode: isSecret ? 0o600 : 0o644 });
			written.push(path);
		} catch (error) {
			await Promise.all(written.map((each) => rm(each)));
			return { ok: false, problem: problemOf(path, error) };
		}
	}
	return { ok: true };
}

function problemOf(path: string, error: unknown): string {
	const { code, syscall } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
	if (code === "EEXIST" && syscall === "open")
		return `${path} is there already. Move it away, or name another folder.`;
	if (code === undefined) throw error;
	return `${path} cannot be written (${code}).`;
}
