import { execFileSync } from "node:child_process";
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The repository somewhere else, to be broken there. */
export interface Copy {
	readonly root: string;
	remove(): void;
}

/** Where files are kept in memory: tests open databases by the hundred, and a disk is what they wait for. */
const memory = "/dev/shm";

/**
 * Copies what git knows or would add. Libraries are only pointed to; our own packages are those of the copy, or a test
 * would load the sources that nobody broke.
 */
export function copyRepository(root: string): Copy {
	const copy = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), "countersign-mutate-"));
	// Some tests start a program that runs as nobody, and it has to find its sources.
	chmodSync(copy, 0o711);
	const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
		cwd: root,
	});
	for (const file of list.toString().split("\0").filter(Boolean)) {
		mkdirSync(join(copy, dirname(file)), { recursive: true });
		cpSync(join(root, file), join(copy, file), { force: true, verbatimSymlinks: true });
	}
	linkModules(root, copy);
	mkdirSync(join(copy, "tmp"));
	return { root: copy, remove: () => rmSync(copy, { recursive: true, force: true, maxRetries: 3 }) };
}

function linkModules(root: string, copy: string): void {
	const own = join(copy, "node_modules", "@countersign");
	mkdirSync(own, { recursive: true });
	for (const name of readdirSync(join(root, "node_modules"))) {
		if (name !== "@countersign")
			symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name));
	}
	for (const name of readdirSync(join(copy, "packages"))) {
		symlinkSync(join(copy, "packages", name), join(own, name));
	}
}
