/** Why `serve` does not start: each reason in its own words. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import fs, { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startServer } from "../../test/support/server.ts";
import { startCountersign } from "../compose.ts";
import { silentLog } from "../log/index.ts";
import { run } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-serve-"));
const running = await startServer();
const { dataDirectory } = running;
after(async () => {
	await running.close();
	rmSync(folder, { recursive: true });
});

/** What it says on the way to its exit code; nothing of it may start. */
async function serve(environment: Readonly<Record<string, string>>, words: readonly string[] = []) {
	let said = "";
	const code = await run(["serve", ...words], {
		environment: {
			...{ COUNTERSIGN_LOG_LEVEL: "error", COUNTERSIGN_PORT: "0", COUNTERSIGN_DATA: join(folder, "data") },
			...environment,
		},
		out: (text) => assert.fail(`it started, and said: ${text}`),
		complain: (headline, details = []) => {
			said += [headline, ...details].join("\n");
		},
		readSecret: () => assert.fail("nobody is asked"),
	});
	return { code, said };
}

test("data on which another one runs", async () => {
	assert.deepEqual(await serve({ COUNTERSIGN_DATA: dataDirectory }), {
		code: 1,
		said: `Another Countersign is running on ${dataDirectory}.\nStop it first, or give this one its own folder: data in the settings file, or COUNTERSIGN_DATA.`,
	});
});

test("data that cannot be written", async () => {
	const file = join(folder, "file");
	writeFileSync(file, "");
	assert.deepEqual(await serve({ COUNTERSIGN_DATA: file }), {
		code: 1,
		said: `${file} cannot be written: a file is in the way. Name a folder.\nIt is named by data in the settings file, or COUNTERSIGN_DATA.`,
	});
});

test("data on a file system that is read-only, whichever part of them is there", async (t) => {
	const readOnly = () => {
		throw Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
	};
	for (const [call, data] of [
		["openSync", mkdtempSync(join(folder, "empty-"))],
		["accessSync", mkdtempSync(join(folder, "there-"))],
		["mkdirSync", join(folder, "not-there")],
	] as const) {
		const failing = t.mock.method(fs, call, readOnly);
		syncBuiltinESMExports();
		const outcome = await serve({ COUNTERSIGN_DATA: data }).finally(() => {
			failing.mock.restore();
			syncBuiltinESMExports();
		});
		assert.deepEqual(
			outcome,
			{
				code: 1,
				said: `${data} cannot be written: its file system is read-only. Make it writable, or put the data elsewhere.\nIt is named by data in the settings file, or COUNTERSIGN_DATA.`,
			},
			call,
		);
	}
});

test("a copy that root made and put in place, until it is given over as the words say", async () => {
	const [nobody, isRoot] = [65_534, process.getuid?.() === 0];
	const data = mkdtempSync(join(folder, "restored-"));
	const file = join(data, "countersign.db");
	const made = await run(["backup", file], {
		environment: { COUNTERSIGN_DATA: dataDirectory },
		out: () => {},
		complain: (headline) => assert.fail(headline),
		readSecret: () => assert.fail("nobody is asked"),
	});
	assert.equal(made, 0);
	if (isRoot) fs.chownSync(data, nobody, nobody);
	else fs.chmodSync(file, 0);
	if (isRoot) fs.chmodSync(folder, 0o711);
	const start = () =>
		spawnSync(
			process.execPath,
			[
				"--input-type=module-typescript",
				"--eval",
				`import { run } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
				if (${isRoot}) { process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody}); }
				process.exit(await run(["serve"], {
					environment: { COUNTERSIGN_LOG_LEVEL: "error", COUNTERSIGN_PORT: "0", COUNTERSIGN_DATA: ${JSON.stringify(data)} },
					out: () => { console.log("started"); process.exit(0); },
					complain: (headline, details = []) => console.log([headline, ...details].join("\\n")),
				}));`,
			],
			{ encoding: "utf8" },
		);
	const refused = start();
	assert.equal(refused.status, 1, refused.stderr);
	assert.ok(refused.stdout.startsWith(`${file} cannot be written: `), refused.stdout);
	assert.match(refused.stdout, /\nIt is named by data in the settings file, or COUNTERSIGN_DATA\.\n$/);
	if (isRoot) {
		assert.match(refused.stdout, new RegExp(`chown ${nobody} ${file}\n`));
		fs.chownSync(file, nobody, nobody);
	} else fs.chmodSync(file, 0o600);
	const started = start();
	assert.deepEqual([started.status, started.stdout], [0, "started\n"], started.stderr);
});

test("a database that does not answer", async () => {
	assert.deepEqual(await serve({ COUNTERSIGN_DATABASE: "postgres://127.0.0.1:1/none" }), {
		code: 1,
		said: "The database of the settings cannot be used: nobody answers at that host and port.\nIt is named by COUNTERSIGN_DATABASE, database or database_file.",
	});
});

test("an address that is taken, that this machine has not, or that only others may use", async () => {
	const other = createServer().listen(0, "127.0.0.1");
	await once(other, "listening");
	const { port } = other.address() as AddressInfo;
	const taken = await serve({ COUNTERSIGN_PORT: String(port) });
	other.close();
	assert.deepEqual(taken, {
		code: 1,
		said: `Port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another with COUNTERSIGN_PORT.`,
	});
	assert.deepEqual(await serve({ COUNTERSIGN_HOST: "203.0.113.1" }), {
		code: 1,
		said: "This machine has no address 203.0.113.1. Set COUNTERSIGN_HOST to one it has, like 127.0.0.1.",
	});
});

test("data of a server with another name, or with another kind of homeserver", async () => {
	const data = join(folder, "ours");
	const begun = await startCountersign(
		{
			...{ host: "127.0.0.1", port: 0, trustedProxies: [], dataDirectory: data },
			...{ serverName: "ours.example.org", openRegistration: true },
		},
		{ log: silentLog },
	);
	assert.ok(begun.ok);
	await begun.countersign.close();
	assert.deepEqual(await serve({ COUNTERSIGN_DATA: data, COUNTERSIGN_SERVER_NAME: "theirs.example.org" }), {
		code: 1,
		said: `${data} belongs to a server with another name than theirs.example.org; the name is fixed at the first start. Unset COUNTERSIGN_SERVER_NAME.`,
	});
	const beside = {
		COUNTERSIGN_PUBLIC_BASE: "https://account.example.org",
		COUNTERSIGN_SERVER_NAME: "ours.example.org",
		COUNTERSIGN_HOMESERVER_SYNAPSE: "http://127.0.0.1:1",
		COUNTERSIGN_HOMESERVER_SECRET: "a-secret-that-is-long-enough",
	};
	assert.deepEqual(await serve({ COUNTERSIGN_DATA: data, ...beside }), {
		code: 1,
		said: `${data} belongs to an installation with the other kind of homeserver, where people's devices and keys are: the built-in one and Synapse cannot take each other's place. Put homeserver.synapse back as it was, or name other data.`,
	});
});

test("settings that are wrong, all of them at once", async () => {
	assert.deepEqual(await serve({ COUNTERSIGN_PORT: "lots", COUNTERSIGN_COLOUR: "red" }), {
		code: 2,
		said: 'Countersign cannot start with these settings:\nCOUNTERSIGN_PORT is "lots"; expected a port number\nCOUNTERSIGN_COLOUR is not a setting',
	});
});

test("several workers without PostgreSQL, or as many as nobody means", async () => {
	assert.deepEqual(await serve({}, ["--workers", "2"]), {
		code: 2,
		said: "2 workers need PostgreSQL: SQLite has one writer, and one process is the quickest there.\nLeave --workers out, or take the data along: docs/operating.md, countersign copy.",
	});
	for (const typed of ["0", "00", "33", "100", "two", "1.5", "-1", ""])
		assert.deepEqual(await serve({}, [`--workers=${typed}`]), {
			code: 2,
			said: `--workers is ${typed}; expected a number, 1 to 32.`,
		});
	assert.equal((await serve({ COUNTERSIGN_DATA: dataDirectory }, ["--workers=1"])).code, 1, "one is as ever");
});
