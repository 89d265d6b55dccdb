/** The arrows between packages and folders, held against the sources. The rules are in `boundaries/table.ts`. */
import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, test } from "node:test";
import { circlesAmong } from "./boundaries/circles.ts";
import { arrowsOf, judge, type Source } from "./boundaries/judge.ts";
import { everywhere, libraries, serverFolders, wiring } from "./boundaries/table.ts";
import { folders as mutated } from "./mutate/folders.ts";

const root = join(import.meta.dirname, "..", "packages");

function read(...patterns: readonly string[]): readonly Source[] {
	const files = globSync([...patterns], { cwd: root });
	assert.ok(files.length > 0, "no sources were found: the test would judge nothing");
	return files.map((file) => ({
		path: file.split(sep).join("/"),
		text: readFileSync(join(root, file), "utf8"),
	}));
}

test("every source file keeps to its boundaries", () => {
	const found = read("*/src/**/*.ts", "*/test/**/*.ts").flatMap(judge);
	assert.equal(found.length, 0, `\n${found.sort().join("\n")}\n`);
});

test("no files import each other, types included, directly or around", () => {
	const sources = read("*/{src,test}/**/*.ts", "../{tools,bench,demo}/**/*.ts");
	assert.deepEqual(circlesAmong(sources), []);
});

test("a circle of files is found, by types too, and told once", () => {
	const file = (path: string, ...imports: readonly string[]) => {
		return { path, text: imports.map((name) => `import type { A } from "${name}";\n`).join("") };
	};
	const circle = [
		file("a/b.ts", "./c.ts"),
		file("a/c.ts", "../d/e.ts", "./b.ts"),
		file("d/e.ts", "../a/b.ts"),
	];
	const beside = [
		file("f.ts", "./g.ts", "./a/b.ts"),
		file("g.ts", "node:fs", "a/b.ts"),
		file("h.ts", "./h.ts"),
	];
	assert.deepEqual(circlesAmong([...beside, ...circle]), [["a/b.ts", "a/c.ts", "d/e.ts"], ["h.ts"]]);
});

test("no arrow is allowed that nobody takes", () => {
	const sources = read("server/src/**/*.ts").filter(({ path }) => !path.endsWith(".test.ts"));
	const inFolders = sources.filter(({ path }) => !wiring.some((place) => path.startsWith(place)));
	const taken = inFolders.map(arrowsOf);
	const takes = (from: string, to: string) =>
		taken.some((each) => each.from === from && each.to.some((one) => one.startsWith(to)));
	const unused = Object.entries(serverFolders).flatMap(([from, { uses = [], implements: ports = [] }]) => [
		...uses.filter((to) => !takes(from, `${to}/`)).map((to) => `${from} -> ${to}`),
		...ports.filter((to) => !takes(from, `${to}/ports.ts`)).map((to) => `${from} -> ${to}/ports.ts`),
	]);
	const folders = new Set(taken.map(({ from }) => from));
	const gone = [...Object.keys(serverFolders), ...everywhere].filter((folder) => !folders.has(folder));
	const unowned = Object.entries(libraries).flatMap(([library, { owners }]) =>
		owners
			.filter((owner) => {
				const own = sources.filter(({ path }) => path.startsWith(owner));
				return !own.some((source) => arrowsOf(source).to.some((name) => name.startsWith(library)));
			})
			.map((owner) => `${owner} owns ${library}`),
	);
	assert.deepEqual({ unused, gone, unowned }, { unused: [], gone: [], unowned: [] });
});

describe("what a stranger reads first is true:", () => {
	const architecture = readFileSync(join(root, "..", "ARCHITECTURE.md"), "utf8");
	const names = (text: string) => [...text.matchAll(/`([a-z/-]+)`/g)].map(([, name = ""]) => name);

	test("the claim is under 700 lines that stand together, and the reading order has each of its files once", () => {
		const claim = read("core/src/claim/*.ts").filter(({ path }) => !path.endsWith(".test.ts"));
		const lines = claim.reduce((sum, { text }) => sum + text.trimEnd().split("\n").length, 0);
		assert.ok(lines < 700, `${lines} lines`);
		const [, order = ""] = /`claim\/`, in this order: (.*?); then/.exec(architecture) ?? [];
		const files = claim.map(({ path }) => path.replace(/^.*\/|\.ts$/g, ""));
		assert.deepEqual(names(order).sort(), files.sort());
	});

	test("the list of the server's folders is what there is", () => {
		const [, list = ""] = /Its folders:\n((?: {2}- .*\n)+)/.exec(architecture) ?? [];
		const told = list.split("\n").flatMap((line) => {
			// Only what stands in front of the dash is a folder; the last line has none, and several of these.
			const [named = ""] = line.split(" — ");
			return names(named);
		});
		assert.deepEqual(told.sort(), foldersOfServer().sort());
	});
});

test("every folder of the server is tried with faults put in", () => {
	const sources = Object.values(mutated).flatMap((each) => each.sources);
	const untried = foldersOfServer().filter(
		(folder) =>
			!sources.some((glob) => globSync(glob, { cwd: join(root, "..") }).some((file) => isIn(file, folder))),
	);
	assert.deepEqual(untried, []);
});

test("what is tried with faults is there, and so is each test that has to notice", () => {
	const globs = Object.values(mutated).flatMap(({ sources, tests }) => [...sources, ...tests]);
	const empty = globs.filter((glob) => globSync(glob, { cwd: join(root, "..") }).length === 0);
	assert.deepEqual(empty, []);
});

function isIn(file: string, folder: string): boolean {
	return file.split(sep).join("/").startsWith(`packages/server/src/${folder}/`);
}

/** As the table of boundaries has them: the two homeservers are folders of their own. */
function foldersOfServer(): string[] {
	const under = (folder: string) =>
		readdirSync(join(root, "server/src", folder), { withFileTypes: true })
			.filter((entry) => entry.isDirectory())
			.map(({ name }) => name);
	return under("").flatMap((name) =>
		name === "homeserver" ? under(name).map((kind) => `homeserver/${kind}`) : [name],
	);
}

const refused: readonly (readonly [promise: string, path: string, text: string, reason: RegExp])[] = [
	["protocol imports nothing", "protocol/src/a.ts", 'import { z } from "zod";', /may not import "zod"/],
	["core has no I/O", "core/src/a.ts", 'import "node:fs";', /may not import "node:fs"/],
	["the client stays free of Node", "client/src/a.ts", 'export * from "node:http";', /browsers load it/],
	[
		"the server does not use the client",
		"server/src/jobs/a.ts",
		'import("@countersign/client");',
		/not import/,
	],
	["packages are imported by name", "core/src/a.ts", 'import "../../protocol/src/b.ts";', /by their name/],
	[
		"edges do not reach storage",
		"server/src/http/a.ts",
		'import "../storage/index.ts";',
		/declare what is needed/,
	],
	[
		"storage sees ports alone",
		"server/src/storage/a.ts",
		'import "../people/index.ts";',
		/may not use people/,
	],
	[
		"folders have one door",
		"server/src/account/a.ts",
		'import {\n\tb,\n} from "../people/b.ts";',
		/one door/,
	],
	["doors hold for the wiring too", "server/src/compose.ts", 'import "./people/b.ts";', /one door/],
	[
		"nobody imports the composition root",
		"server/src/http/a.ts",
		'import "../compose.ts";',
		/only the wiring/,
	],
	["an unknown folder has no arrows", "server/src/new/a.ts", 'import "../people/index.ts";', /may not use/],
	["the engine stays in its folder", "server/src/account/a.ts", 'import "oidc-provider";', /belongs to/],
	["a library's parts have its owner", "server/src/jobs/a.ts", 'import "kysely/migration";', /belongs to/],
	["the clock comes in", "core/src/a.ts", "const now = Date.now;", /Date\.now/],
	["dates are made from a clock", "server/src/people/a.ts", "const at = new Date();", /new Date/],
	["dice come in", "server/src/people/a.ts", "Math.random()", /Math\.random/],
	["fetch has one place", "server/src/people/a.ts", "await fetch(url)", /fetch is not for/],
	["settings are read once", "server/src/people/a.ts", "process.env.SECRET", /process\.env/],
	["hashes are slow elsewhere", "server/src/proofs/passwords.ts", "hashSync(password)", /main thread/],
	["timers that repeat are jobs", "server/src/people/a.ts", "setInterval(run, 1)", /setInterval/],
	["nothing goes around the log", "server/src/people/a.ts", "console.warn(1)", /console/],
	["typos in wiring", "server/src/parts.ts", "make({ ...{ storage, clok } })", /spread into a literal/],
	[
		"typos in a folder's own",
		"server/src/jobs/create.ts",
		"make({\n\t...{ a },\n})",
		/spread into a literal/,
	],
	["files stay short", "server/test/a.ts", "a\n".repeat(401), /401 lines/],
];

describe("a boundary refuses, with its reason:", () => {
	for (const [promise, path, text, reason] of refused) {
		test(promise, () => assert.match(judge({ path, text }).join("\n"), reason));
	}
});

const allowed: readonly (readonly [promise: string, path: string, text: string])[] = [
	["core reads protocol", "core/src/a.ts", 'import { b } from "@countersign/protocol";'],
	["the loopback listener uses Node", "client/src/node/a.ts", 'import "node:http";\nimport "../errors.ts";'],
	["an edge uses a domain's door", "server/src/account/a.ts", 'import type { B } from "../people/index.ts";'],
	["storage satisfies ports", "server/src/storage/a.ts", 'import type { B } from "../people/ports.ts";'],
	["the composition root wires all", "server/src/compose.ts", 'import "./storage/index.ts";'],
	["tests go where they need", "server/src/people/a.test.ts", 'import "../storage/open.ts"; Date.now();'],
	[
		"comments may name what code may not do",
		"core/src/a.ts",
		"/**\n * Never Date.now() here.\n */\n// fetch(x)\n",
	],
	["a request's own fetch is not the ambient one", "server/src/http/a.ts", "app.fetch(request)"],
	["what there is may be spread in wiring", "server/src/parts.ts", "make({ ...deps, ...(a && { b }) })"],
	["migrations are as long as history", "server/src/storage/migrations/a.ts", "a\n".repeat(900)],
];

describe("a boundary lets through:", () => {
	for (const [promise, path, text] of allowed) {
		test(promise, () => assert.deepEqual(judge({ path, text }), []));
	}
});
