import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { packClient } from "./index.ts";

const modules = join(import.meta.dirname, "../../node_modules");

/** An empty project outside this tree, in which the packed client was installed, and nothing else. */
export interface Consumer extends Disposable {
	readonly folder: string;
	/** Where the package was unpacked. */
	readonly installed: string;
	/** Writes a file of the project and returns its path. */
	write(file: string, text: string): string;
	/** What the compiler says to the project, one complaint a line; "" when it is content. */
	compile(options: Readonly<Record<string, unknown>>, ...files: readonly string[]): string;
	/** Makes a package that is installed here one of the project's. */
	borrow(name: string): void;
}

export function createConsumer(): Consumer {
	const folder = mkdtempSync(join(tmpdir(), "countersign-consumer-"));
	const write: Consumer["write"] = (file, text) => {
		const path = join(folder, file);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
		return path;
	};
	write("package.json", JSON.stringify({ name: "consumer", private: true, type: "module" }));
	const tarball = packClient(join(folder, "downloads"));
	expectQuiet(
		spawnSync("npm", ["install", tarball, "--offline", "--no-audit", "--no-fund"], { cwd: folder }),
	);
	return {
		...{ folder, write, installed: join(folder, "node_modules/@countersign/client") },
		compile(options, ...files) {
			write("tsconfig.json", JSON.stringify({ compilerOptions: options, files }));
			const { stdout, stderr } = spawnSync(join(modules, ".bin/tsc"), ["--pretty", "false"], {
				cwd: folder,
				encoding: "utf8",
			});
			return `${stdout}${stderr}`.trim();
		},
		borrow(name) {
			mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
			symlinkSync(join(modules, name), join(folder, "node_modules", name));
		},
		[Symbol.dispose]: () => rmSync(folder, { recursive: true }),
	};
}

function expectQuiet({ status, stderr }: { readonly status: number | null; readonly stderr: Buffer }): void {
	if (status !== 0) throw new Error(`npm install failed:\n${stderr.toString()}`);
}

/** A Node that the package has to run on. */
export interface Runtime {
	readonly path: string;
	readonly version: string;
}

/** The Node that runs this and, where the machine has another one that the package promises to run on, that too. */
export function runtimes(): readonly Runtime[] {
	const own = { path: process.execPath, version: process.version };
	const folders = (process.env.PATH ?? "")
		.split(delimiter)
		.filter((folder) => !folder.includes("node_modules"));
	const others = folders
		.map((folder) => join(folder, "node"))
		.filter(isExecutable)
		.map((path) => ({ path, version: spawnSync(path, ["--version"], { encoding: "utf8" }).stdout.trim() }))
		.filter(({ version }) => version !== own.version && isPromised(version));
	return [own, ...others.slice(0, 1)];
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

function isPromised(version: string): boolean {
	const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
	return major > 20 || (major === 20 && minor >= 3);
}

/** Runs a program to its end. Each line it prints is JSON, and heard at once; throws with what it complained of. */
export async function runProgram(
	{ path }: Runtime,
	args: readonly string[],
	hear: (line: unknown) => Promise<void> = async () => {},
): Promise<readonly unknown[]> {
	const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"] });
	const [lines, complaints]: [unknown[], string[]] = [[], []];
	child.stderr.setEncoding("utf8").on("data", (text: string) => complaints.push(text));
	const ended = once(child, "close");
	try {
		for await (const line of createInterface(child.stdout)) {
			const told: unknown = JSON.parse(line);
			lines.push(told);
			await hear(told);
		}
	} catch (error) {
		child.kill();
		throw error;
	}
	const [code] = await ended;
	if (code !== 0) throw new Error(`${args[0]} ended with ${code}:\n${complaints.join("")}`);
	return lines;
}
