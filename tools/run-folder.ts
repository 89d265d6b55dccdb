/** A folder of its own for what the tests of one run write, gone afterwards. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";

/** Where Linux keeps files in memory. */
const memory = "/dev/shm";
/** Several times what a run has at any moment. */
const enoughBytes = 4 * 2 ** 30;

/**
 * Makes the folder: in memory where there is plenty, and else where temporary files are. Every commit of a test's
 * database would wait for the disk; no machine is expected to lose its power during a test.
 */
export function makeRunFolder(place = memory): string {
	const folder = inMemory(place) ?? mkdtempSync(join(tmpdir(), "countersign-run-"));
	// Whoever knows a path may pass: PostgreSQL runs as a user of its own.
	chmodSync(folder, 0o711);
	return folder;
}

export function removeRunFolder(folder: string): void {
	// A process that is ending may still write.
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function inMemory(place: string): string | undefined {
	let folder: string | undefined;
	try {
		const { bavail, bsize } = statfsSync(place);
		if (Math.min(bavail * bsize, freemem()) < enoughBytes) return undefined;
		folder = mkdtempSync(join(place, "countersign-run-"));
		if (runsPrograms(folder)) return folder;
	} catch {
		// No such place, or it is not ours to write to.
	}
	if (folder !== undefined) removeRunFolder(folder);
	return undefined;
}

/** Tests install packages and start them; containers often mount such a place so that nothing in it may run. */
function runsPrograms(folder: string): boolean {
	const program = join(folder, "program");
	writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
	return spawnSync(program).status === 0;
}
