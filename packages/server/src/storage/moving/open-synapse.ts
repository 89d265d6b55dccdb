import {
	chmodSync,
	closeSync,
	copyFileSync,
	existsSync,
	linkSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readlinkSync,
	readSync,
	realpathSync,
	rmSync,
	statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { SourceUnusable } from "./source-unusable.ts";

export interface OpenedFile {
	readonly connection: DatabaseSync;
	close(): void;
}

/**
 * Opens the SQLite file of a Synapse so that nothing of it changes. Synapse keeps it in write-ahead mode: there reading
 * makes files beside it, which would lock their owner out if they were somebody else's. So while Synapse runs its own
 * user or root may read; a file that was closed properly is read as what does not change; one that a crash left is
 * copied aside first.
 */
export function openSynapseFile(path: string): OpenedFile {
	if (!existsSync(path)) throw new SourceUnusable(`there is no file ${path}`);
	const file = realpathSync(path);
	try {
		if (!existsSync(`${file}-wal`)) return openUnchanging(file);
		const isOwn = process.getuid === undefined || [0, statSync(file).uid].includes(process.getuid());
		if (!isOwn)
			throw new SourceUnusable(
				`${path} is in use, or was left by a crash: only root and the user that Synapse runs as can read it without harm`,
			);
		return isHeldOpen(file)
			? opened(new DatabaseSync(file, { readOnly: true, timeout: 5_000 }))
			: openCopy(file);
	} catch (cause) {
		if (cause instanceof SourceUnusable) throw cause;
		throw new SourceUnusable(
			`${path} cannot be read: ${cause instanceof Error ? cause.message : "it fails"}`,
			{
				cause,
			},
		);
	}
}

/**
 * Opens the file of a stopped Synapse to be written, in one transaction: what is not committed was never there, and until
 * then the file itself does not change.
 */
export function openSynapseToWrite(path: string): OpenedFile {
	if (!existsSync(path)) throw new SourceUnusable(`there is no file ${path}`);
	const file = realpathSync(path);
	const { uid } = statSync(file);
	if (process.getuid !== undefined && ![0, uid].includes(process.getuid()))
		throw new SourceUnusable(`${path} may be written by root and the user that Synapse runs as only`);
	const connection = new DatabaseSync(file, { timeout: 0 });
	try {
		connection.exec("PRAGMA cache_spill = OFF; PRAGMA wal_checkpoint(TRUNCATE); BEGIN IMMEDIATE");
	} catch (cause) {
		connection.close();
		throw new SourceUnusable(
			`${path} cannot be written: ${cause instanceof Error ? cause.message : "it fails"}`,
			{
				cause,
			},
		);
	}
	return { connection, close: () => connection.close() };
}

/**
 * A copy for its owner alone, whole or not there at all. A copy of these very bytes, which an attempt before has made,
 * is as good. Throws `SourceUnusable` where there is another file of that name.
 */
export function copyAside(file: string, copy: string): void {
	const partial = `${copy}.partial`;
	try {
		if (existsSync(copy) && isSame(file, copy)) return;
		copyFileSync(file, partial);
		chmodSync(partial, 0o600);
		linkSync(partial, copy);
	} catch (cause) {
		throw new SourceUnusable(
			`no copy can be made at ${copy}: ${cause instanceof Error ? cause.message : "it fails"}`,
			{
				cause,
			},
		);
	} finally {
		rmSync(partial, { force: true });
	}
}

const chunkBytes = 2 ** 20;

/** Databases may be larger than the memory. */
function isSame(one: string, other: string): boolean {
	if (statSync(one).size !== statSync(other).size) return false;
	const files = [openSync(one, "r"), openSync(other, "r")] as const;
	const [ours, theirs] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
	try {
		for (;;) {
			const read = [readSync(files[0], ours), readSync(files[1], theirs)] as const;
			if (read[0] !== read[1] || !ours.subarray(0, read[0]).equals(theirs.subarray(0, read[1]))) return false;
			if (read[0] === 0) return true;
		}
	} finally {
		for (const each of files) closeSync(each);
	}
}

function openUnchanging(file: string): OpenedFile {
	const address = pathToFileURL(file);
	address.searchParams.set("immutable", "1");
	return opened(new DatabaseSync(address, { readOnly: true }));
}

function openCopy(file: string): OpenedFile {
	const folder = mkdtempSync(join(tmpdir(), "countersign-move-"));
	const remove = () => rmSync(folder, { recursive: true, force: true });
	try {
		const copy = join(folder, basename(file));
		copyFileSync(file, copy);
		copyFileSync(`${file}-wal`, `${copy}-wal`);
		return opened(new DatabaseSync(copy), remove);
	} catch (error) {
		remove();
		throw error;
	}
}

function opened(connection: DatabaseSync, then: () => void = () => {}): OpenedFile {
	try {
		// Everything that is read is of one moment, however long it takes.
		connection.exec("PRAGMA query_only = ON; BEGIN");
		connection.prepare("SELECT version FROM schema_version").get();
	} catch (error) {
		connection.close();
		then();
		throw error;
	}
	return {
		connection,
		close() {
			connection.close();
			then();
		},
	};
}

/** Whether a process has the file open: only then is what stands beside it kept by somebody. */
export function isHeldOpen(file: string): boolean {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.some((id) => filesOf(id).includes(file));
}

/** Empty where the process has ended, or is none of ours. */
function filesOf(id: string): readonly string[] {
	const folder = `/proc/${id}/fd`;
	try {
		return readdirSync(folder).map((name) => linkOf(join(folder, name)));
	} catch {
		return [];
	}
}

/** Closed meanwhile, it led nowhere. */
function linkOf(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return "";
	}
}
