import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/programs.md"), "utf8");

/** What the page has the reader type for this program, block by block. */
export function blocksOf(program: string): readonly string[] {
	const section = page.split(/^## /m).find((part) => part.startsWith(program)) ?? "";
	return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
}

/** Somebody at a shell in an empty folder. */
export function openShell(environment: Readonly<Record<string, string>>) {
	const folder = mkdtempSync(join(tmpdir(), "countersign-programs-"));
	return {
		folder,
		async type(lines: string) {
			const shell = spawn("bash", ["-euo", "pipefail", "-c", lines], {
				cwd: folder,
				env: { PATH: process.env.PATH, ...environment },
				stdio: ["ignore", "pipe", "pipe"],
			});
			const [out, err] = [text(shell.stdout), text(shell.stderr)];
			const [code] = await once(shell, "close");
			return { code: Number(code), out: await out, err: await err };
		},
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
}
