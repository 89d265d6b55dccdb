import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { readSynapseSettings } from "./homeserver-yaml.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-homeserver-yaml-"));
after(() => rmSync(folder, { recursive: true }));

let written = 0;
function read(...texts: readonly string[]) {
	const files = texts.map((text) => {
		written += 1;
		const file = join(folder, `${written}.yaml`);
		writeFileSync(file, text);
		return file;
	});
	return readSynapseSettings(files);
}

const named = "server_name: example.org\n";

test("where Synapse has its data, and what stands behind passwords, is read from its settings", () => {
	assert.deepEqual(read(`${named}database: {name: sqlite3, args: {database: /var/lib/s.db}}`), {
		...{ ok: true, serverName: "example.org", pepper: "" },
		database: { kind: "sqlite", file: "/var/lib/s.db" },
	});
	const [postgres, pepper] = [
		"database: {name: psycopg2, args: {user: s, password: p, dbname: d, host: h, port: 5433, sslmode: verify-full}}",
		"password_config: {pepper: salt}",
	];
	assert.deepEqual(read(`${named}${postgres}\n${pepper}`), {
		...{ ok: true, serverName: "example.org", pepper: "salt" },
		database: {
			kind: "postgres",
			user: "s",
			password: "p",
			database: "d",
			host: "h",
			port: 5433,
			ssl: "verified",
		},
	});
	const plain = read(`${named}database: {name: psycopg2, args: {user: s, database: d}}`);
	assert.deepEqual(plain.ok && plain.database, { kind: "postgres", user: "s", database: "d", ssl: "none" });
});

test("of several files the later stands over the earlier, and a relative path begins where the first is", () => {
	const merged = read(`${named}database: {args: {database: a.db}}`, "password_config: {pepper: later}");
	assert.deepEqual(merged, {
		...{ ok: true, serverName: "example.org", pepper: "later" },
		database: { kind: "sqlite", file: join(folder, "a.db") },
	});
});

describe("settings that cannot be used are named:", () => {
	for (const [text, problem] of [
		["database: {}", /server_name is missing/],
		[`${named}databases: {}`, /several databases/],
		[`${named}database: {name: mysql}`, /neither sqlite3 nor psycopg2/],
		[`${named}database: {name: psycopg2, args: {user: s}}`, /no user or no database/],
		[`${named}database: {args: {database: ":memory:"}}`, /names no file/],
		[`${named}password_config: {pepper: [1]}`, /pepper is no text/],
		["- a list", /holds no settings/],
		["a: [", /cannot be read as YAML/],
	] as const)
		test(text, () => {
			const outcome = read(text);
			assert.match(outcome.ok ? "" : outcome.problems.join("\n"), problem);
		});

	test("a file that is not there", () => {
		const outcome = readSynapseSettings([join(folder, "nowhere.yaml")]);
		assert.match(outcome.ok ? "" : outcome.problems.join("\n"), /nowhere\.yaml cannot be read/);
	});
});
