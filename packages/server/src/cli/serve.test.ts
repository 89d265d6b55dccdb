/** Why `serve` does not start: each reason in its own words. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
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
async function serve(environment: Readonly<Record<string, string>>) {
	let said = "";
	const code = await run(["serve"], {
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
