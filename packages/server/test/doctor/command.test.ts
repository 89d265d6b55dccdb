/** The command over a server with the built-in homeserver: how it is asked, what it leaves alone, what it ends with. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { examineBy, names, runHere } from "../support/doctor-command.ts";
import { startServer } from "../support/server.ts";

const server = await startServer();
after(() => server.close());

async function settings(more = "", port = server.port): Promise<string> {
	const file = join(server.dataDirectory, "countersign.yaml");
	await writeFile(file, `port: ${port}\ndata: .\n${more}`);
	return file;
}

test("a server that runs as its settings say is well", async () => {
	const { code, wrong, text } = await examineBy(runHere, await settings(), []);
	assert.deepEqual([code, wrong], [0, []], text);
	const { code: printed, text: said } = await runHere(["doctor"], await settings());
	assert.equal(printed, 0);
	assert.match(said, /^Everything is well\.\n0 problems, 0 warnings, \d+ checks well\n/);
});

const tables = [
	"settings",
	"accounts",
	"clients",
	"engine_records",
	"sessions",
	"access_tokens",
	"security_events",
];

test("looking changes nothing in the data", async () => {
	await server.loginDevice({ localpart: "ann", browser: await server.register("ann") });
	// The server that is looked at notes by itself, every so often, that it is well.
	const isOurs = ({ name }: Readonly<Record<string, unknown>>) => name !== "last-healthy";
	const rows = () => Promise.all(tables.map(async (table) => (await server.rows(table)).filter(isOurs)));
	const before = await rows();
	await examineBy(runHere, await settings(), ["--also", server.url]);
	assert.deepEqual(await rows(), before);
});

test("a problem is printed with the line of the settings, and ends the command with 1", async () => {
	const file = await settings("", 9);
	const { code, text } = await runHere(["doctor"], file);
	assert.equal(code, 1);
	assert.match(
		text,
		/^PROBLEM server\n {2}wrong {2}host and port in \S+countersign\.yaml\n {2}found {2}.*ECONNREFUSED/,
	);
});

test("a public address without a proxy that is trusted is only warned of", async () => {
	const examined = await examineBy(runHere, await settings(`public_base: ${server.url}\n`), []);
	names(examined, ["warning trusted-proxies"], /trusted_proxies: \[127\.0\.0\.1\]/);
	assert.equal(examined.code, 0);
});

test("data of another kind of homeserver are named", async () => {
	const more = `public_base: ${server.url}\nserver_name: localhost\nhomeserver:\n  synapse: http://127.0.0.1:9\n  secret: ${"x".repeat(16)}\n`;
	const { results } = await examineBy(runHere, await settings(more), []);
	const database = results.find(({ check }) => check === "database");
	assert.match(JSON.stringify(database), /belongs to an installation with the other kind of homeserver/);
});

test("a database that does not answer is named without its password", async () => {
	const more = "database: postgres://ann:not-to-be-shown@127.0.0.1:9/countersign\n";
	const examined = await examineBy(runHere, await settings(more), []);
	names(examined, ["problem database"], /data or database in .*countersign\.yaml/);
	assert.ok(!examined.text.includes("not-to-be-shown"), examined.text);
});

test("what was asked for wrongly ends the command with 2, and nothing is looked at", async () => {
	const lines = [
		["--also", "matrix.example.org"],
		["--also", "ftp://example.org"],
		["--also"],
		["--all"],
		["now"],
	];
	for (const words of lines) {
		const { code, text } = await runHere(["doctor", ...words], await settings());
		assert.equal(code, 2, words.join(" "));
		assert.match(text, /^countersign doctor: /);
	}
	assert.equal((await runHere(["doctor"], await settings("colour: green\n"))).code, 2);
});
