import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Somebody with an empty home, who sits in Countersign's folder and types what a page says. */
export interface Reader extends Disposable {
	readonly home: string;
	/** Where `npm install --global` puts things. */
	readonly prefix: string;
	/** Sets a variable for everything that is typed from now on. */
	set(name: string, value: string): void;
	/** What programs are started with. */
	readonly environment: () => NodeJS.ProcessEnv;
	/** Writes a file where the lines are typed or, with a path that begins with `~/`, at home. */
	write(file: string, text: string): void;
	/** Types lines into a shell that ends at the first one that fails. Variables that they export last. */
	type(lines: string): Typed;
}

export interface Typed {
	/** Resolves with what was said as soon as that matches; undefined where it ends without. */
	says(pattern: RegExp): Promise<RegExpMatchArray | undefined>;
	/** What was said so far. */
	said(): string;
	/** Resolves with all that was said. Throws where a line failed. */
	readonly ended: Promise<string>;
	/** Ends a program that would run on. */
	stop(): void;
}

/** @param registry where `npm` finds packages */
export function createReader(registry: string): Reader {
	const folder = mkdtempSync(join(tmpdir(), "countersign-reader-"));
	const [home, prefix, repository] = ["home", "prefix", "countersign"].map((name) => join(folder, name));
	if (home === undefined || prefix === undefined || repository === undefined) throw new Error("no folders");
	for (const each of [home, prefix, repository]) mkdirSync(each);
	// What is written there is nobody else's: the rest is this tree.
	copyFileSync(join(root, "package.json"), join(repository, "package.json"));
	for (const name of ["bin", "node_modules", "packages", "tools"])
		symlinkSync(join(root, name), join(repository, name));
	const set = new Map<string, string>();
	const environment = () => ({
		PATH: [join(prefix, "bin"), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter),
		...{ HOME: home, npm_config_prefix: prefix, npm_config_cache: join(folder, "cache") },
		...{ npm_config_registry: registry, npm_config_audit: "false", npm_config_fund: "false" },
		npm_config_update_notifier: "false",
		...Object.fromEntries(set),
	});
	return {
		...{ home, prefix, environment },
		set: (name, value) => void set.set(name, value),
		write(file, text) {
			const path = file.startsWith("~/") ? join(home, file.slice(2)) : join(repository, file);
			mkdirSync(dirname(path), { recursive: true });
			writeFileSync(path, text);
		},
		type(lines) {
			const typed = start(lines, { cwd: repository, env: environment() });
			for (const [, name = "", value = ""] of lines.matchAll(/^export (\w+)=(.*)$/gm))
				set.set(name, value.replace(/^~/, home));
			return typed;
		},
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
}

function start(lines: string, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Typed {
	const child = spawn("bash", ["-euo", "pipefail", "-c", lines], {
		...options,
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
	});
	const said = { out: "", complaint: "" };
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		said.out += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		said.complaint += text;
	});
	const closed = once(child, "close");
	const ended = closed.then(([code]) => {
		if (code === 0) return said.out;
		throw new Error(`it ended with ${code}:\n${lines}\n${said.out}${said.complaint}`);
	});
	// Whoever stops it does not wait for its end.
	ended.catch(() => {});
	return {
		ended,
		said: () => said.out,
		async says(pattern) {
			for (;;) {
				const found = said.out.match(pattern);
				if (found !== null) return found;
				const next = once(child.stdout, "data").then(() => "more" as const);
				if ((await Promise.race([next, closed])) === "more") continue;
				return said.out.match(pattern) ?? undefined;
			}
		},
		stop: () => void (child.pid !== undefined && process.kill(-child.pid, "SIGKILL")),
	};
}
