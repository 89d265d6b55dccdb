import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";

/**
 * Runs `work` while no other program, and nobody else in this one, holds the lock file at `path`; `"taken"` at once
 * where somebody does. The lock of a program that was killed is taken over.
 *
 * For programs of one machine: the file holds the number of a process.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T | "taken"> {
	if (held.has(path)) return "taken";
	held.add(path);
	try {
		if (!(await takeLock(path))) return "taken";
		try {
			return await work();
		} finally {
			await unlink(path);
		}
	} finally {
		held.delete(path);
	}
}

/** What this program holds or is about to: among its own calls nothing has to be read. */
const held = new Set<string>();

async function takeLock(path: string): Promise<boolean> {
	while (!(await created(path))) {
		const state = await stateOf(path);
		if (state === "held") return false;
		if (state === "dead") await removeDead(path);
	}
	return true;
}

/**
 * Removes the lock of a dead program. Whoever does so holds a lock for it and looks once more, or of two that saw the
 * same dead lock the slower one would remove the other's new one.
 */
async function removeDead(path: string): Promise<void> {
	const removing = `${path}.removing`;
	if (!(await created(removing))) {
		if ((await stateOf(removing)) === "dead") await existing(unlink(removing));
		return;
	}
	try {
		if ((await stateOf(path)) === "dead") await existing(unlink(path));
	} finally {
		await existing(unlink(removing));
	}
}

async function created(path: string): Promise<boolean> {
	// Written beside it first: a lock is never seen before it says whose it is.
	const draft = `${path}.${randomBytes(9).toString("hex")}`;
	await writeFile(draft, `${process.pid}\n`, { mode: 0o600, flag: "wx" });
	try {
		await link(draft, path);
		return true;
	} catch (error) {
		if (isCode(error, "EEXIST")) return false;
		throw error;
	} finally {
		await unlink(draft);
	}
}

/**
 * Whether the program in the file lives. This one's own number is an earlier program's: see `held`. What is gone is not
 * dead: whoever removed it then would remove what somebody else has made since.
 */
async function stateOf(path: string): Promise<"gone" | "dead" | "held"> {
	const line = await existing(readFile(path, "utf8"));
	if (line === undefined) return "gone";
	const pid = Number.parseInt(line, 10);
	if (pid === process.pid) return "dead";
	try {
		process.kill(pid, 0);
		return "held";
	} catch (error) {
		return isCode(error, "EPERM") ? "held" : "dead";
	}
}

async function existing<T>(done: Promise<T>): Promise<T | undefined> {
	try {
		return await done;
	} catch (error) {
		if (isCode(error, "ENOENT")) return undefined;
		throw error;
	}
}

function isCode(error: unknown, code: string): boolean {
	return error instanceof Error && "code" in error && error.code === code;
}
