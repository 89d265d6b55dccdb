/** Synapse's own database at the beginning of a move and at its way back, in SQLite and in PostgreSQL. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { Client } from "pg";
import type { SynapsePlace } from "../../src/moving/ports.ts";
import {
	isSynapseRunning,
	openSynapseSource,
	openSynapseTarget,
	SourceUnusable,
} from "../../src/storage/index.ts";
import { onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";

import { synapseRows, synapseTables } from "../support/synapse-tables.ts";
import { until } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-synapse-source-"));
after(() => rmSync(folder, { recursive: true }));

interface Made {
	readonly place: SynapsePlace;
	run(statement: string): Promise<unknown>;
	rows(query: string): Promise<readonly unknown[]>;
	/** A name that `commit` takes. */
	readonly backup: string;
}

let made = 0;

async function makeFile(): Promise<Made & { readonly file: string }> {
	made += 1;
	const file = join(folder, `homeserver-${made}.db`);
	const on = <T>(work: (connection: DatabaseSync) => T): T => {
		const connection = new DatabaseSync(file);
		connection.exec("PRAGMA journal_mode = WAL");
		const result = work(connection);
		connection.close();
		return result;
	};
	on((connection) => connection.exec([...synapseTables, ...synapseRows].join(";\n")));
	return {
		...{ file, place: { kind: "sqlite", file }, backup: `${file}.before` },
		run: async (statement) => on((connection) => connection.exec(statement)),
		rows: async (query) =>
			on((connection) =>
				connection
					.prepare(query)
					.all()
					.map((row) => ({ ...row })),
			),
	};
}

const cluster = skipWithoutPostgres === false ? await startCluster() : undefined;
after(() => cluster?.stop());

async function makeDatabase(): Promise<Made> {
	made += 1;
	const name = `synapse_${made}`;
	const url = cluster?.url(name) ?? "";
	await onDatabase(cluster?.url("postgres") ?? "", (client) => client.query(`CREATE DATABASE ${name}`));
	const run = (statement: string) => onDatabase(url, (client) => client.query(statement));
	for (const statement of [...synapseTables, ...synapseRows]) await run(statement);
	const { hostname: host, port, username: user } = new URL(url);
	const backup = join(folder, `${name}.dump`);
	writeFileSync(backup, "a dump");
	return {
		...{
			place: { kind: "postgres", host, port: Number(port), user, database: name, ssl: "none" },
			run,
			backup,
		},
		rows: (query) => onDatabase(url, async (client) => (await client.query(query)).rows),
	};
}

const bob = {
	...{ userId: "@Bob:example.org", passwordHash: "hash", createdAtSeconds: 1_700_000_000, admin: true },
	...{ isGuest: false, appServiceId: null, deactivated: false, shadowBanned: true, locked: true },
	...{ approved: false, displayName: "Bobby" },
	devices: [
		{ deviceId: "A", displayName: null, lastSeen: null, ip: null, userAgent: null },
		{ deviceId: "B", displayName: "Desk", lastSeen: 1_700_000_000_001, ip: "192.0.2.1", userAgent: "App/1" },
	],
	accessTokens: [
		{
			...{ token: "syt_1", deviceId: "B", validUntil: 1_700_000_000_002, puppets: null },
			...{ lastValidated: 1_700_000_000_003, refreshTokenId: 8, used: true },
		},
		{
			...{ token: "syt_2", deviceId: null, validUntil: null, puppets: "@alice:example.org" },
			...{ lastValidated: null, refreshTokenId: null, used: false },
		},
	],
	refreshTokens: [
		{ id: 7, token: "syr_1", deviceId: "B", nextId: 8, expiresAt: null, sessionEndsAt: null },
		{
			...{ id: 8, token: "syr_2", deviceId: "B", nextId: null },
			...{ expiresAt: 1_700_000_000_004, sessionEndsAt: 1_700_000_000_005 },
		},
	],
	threepids: [{ medium: "email", address: "bob@example.org", addedAt: 1_700_000_000_006 }],
	externalIds: [{ provider: "oidc-x", subject: "sub-1" }],
};

for (const [dialect, make, skip] of [
	["SQLite", makeFile, false],
	["PostgreSQL", makeDatabase, skipWithoutPostgres],
] as const)
	describe(`Synapse's database in ${dialect}`, { skip }, () => {
		test("is read as it is, person by person, in the order of their names", async () => {
			const { place } = await make();
			const source = await openSynapseSource(place);
			const [first, second, ...more] = await source.people({ after: "", limit: 10 });
			assert.deepEqual(first, bob);
			assert.deepEqual(
				[second?.userId, second?.appServiceId, second?.approved],
				["@alice:example.org", "bridge", null],
			);
			assert.deepEqual([second?.isGuest, second?.deactivated, second?.devices], [true, true, []]);
			assert.deepEqual(more, []);
			assert.deepEqual(await source.people({ after: "", limit: 1 }), [first]);
			assert.deepEqual(await source.people({ after: bob.userId, limit: 1 }), [second]);
			assert.deepEqual(await source.people({ after: "@alice:example.org", limit: 1 }), []);
			await source.close();
		});

		test("that has tables of another version is refused, for writing where it is not known best", async () => {
			const { place, run } = await make();
			await run("UPDATE schema_version SET version = 93");
			await (await openSynapseSource(place)).close();
			await assert.rejects(openSynapseTarget(place), SourceUnusable);
			for (const version of [83, 95]) {
				await run(`UPDATE schema_version SET version = ${version}`);
				await assert.rejects(openSynapseSource(place), SourceUnusable, `${version}`);
			}
		});

		test("is written at once or not at all, and what followed a deleted token does not take it along", async () => {
			const { place, rows, backup } = await make();
			const changes = {
				...{ deleteAccess: ["syt_2"], deleteRefresh: [8] },
				addRefresh: [{ deviceId: "B", token: "syr_4", before: "syr_3" }],
				addAccess: [{ deviceId: "B", token: "mct_5" }],
				account: { passwordHash: "new", admin: false, locked: false },
			};
			const before = await rows("SELECT * FROM refresh_tokens ORDER BY id");
			const left = await openSynapseTarget(place);
			await left.write(bob.userId, changes);
			await left.close();
			assert.deepEqual(await rows("SELECT * FROM refresh_tokens ORDER BY id"), before);
			const target = await openSynapseTarget(place);
			await target.write(bob.userId, changes);
			await target.commit(backup);
			await target.close();
			const [made, ...others] = await rows(
				"SELECT token, device_id AS device, user_id AS user_ FROM access_tokens",
			);
			assert.deepEqual([made, others], [{ token: "mct_5", device: "B", user_: bob.userId }, []]);
			const [end] = await rows("SELECT id FROM refresh_tokens WHERE token = 'syr_4'");
			const { id } = end as { readonly id: number | string };
			assert.deepEqual(await rows("SELECT token, next_token_id AS next FROM refresh_tokens ORDER BY token"), [
				{ token: "syr_1", next: null },
				{ token: "syr_3", next: id },
				{ token: "syr_4", next: null },
			]);
			const source = await openSynapseSource(place);
			const [person] = await source.people({ after: "", limit: 1 });
			assert.deepEqual([person?.passwordHash, person?.admin, person?.locked], ["new", false, false]);
			await source.close();
		});

		test("is not written without a backup", async () => {
			const { place, rows, backup } = await make();
			const target = await openSynapseTarget(place);
			await target.write(bob.userId, {
				deleteAccess: ["syt_1"],
				deleteRefresh: [],
				addRefresh: [],
				addAccess: [],
			});
			if (place.kind === "sqlite") writeFileSync(backup, "somebody's file");
			await assert.rejects(
				target.commit(place.kind === "sqlite" ? backup : `${backup}.none`),
				SourceUnusable,
			);
			await target.close();
			assert.equal((await rows("SELECT token FROM access_tokens")).length, 2);
		});
	});

describe("Synapse's SQLite file", () => {
	const sight = () => readdirSync(folder).sort();

	test("that was closed properly is read without a trace", async () => {
		const { place, file } = await makeFile();
		const [names, content] = [sight(), readFileSync(file)];
		const source = await openSynapseSource(place);
		assert.deepEqual(sight(), names);
		assert.equal((await source.people({ after: "", limit: 10 })).length, 2);
		await source.close();
		assert.deepEqual([sight(), readFileSync(file)], [names, content]);
	});

	test("that a crash left is read with what it had not yet taken in, from a copy", async () => {
		const { file } = await makeFile();
		const left = new DatabaseSync(file);
		left.exec("PRAGMA wal_autocheckpoint = 0; UPDATE users SET admin = 0");
		const crashed = join(folder, "crashed.db");
		for (const end of ["", "-wal"]) writeFileSync(`${crashed}${end}`, readFileSync(`${file}${end}`));
		left.close();
		const [names, content] = [sight(), readFileSync(crashed)];
		const source = await openSynapseSource({ kind: "sqlite", file: crashed });
		assert.equal((await source.people({ after: "", limit: 1 }))[0]?.admin, false);
		await source.close();
		assert.deepEqual([sight(), readFileSync(crashed)], [names, content]);
	});

	test("in use by somebody else is refused, for reading would lock them out", async (t) => {
		const { place, file } = await makeFile();
		writeFileSync(`${file}-wal`, "");
		t.mock.method(process as { getuid: () => number }, "getuid", () => 12_345);
		const names = sight();
		await assert.rejects(openSynapseSource(place), /only root and the user that Synapse runs as/);
		await assert.rejects(openSynapseTarget(place), /may be written by root/);
		assert.deepEqual(sight(), names);
	});

	test("that is none, or not there, is named", async () => {
		const file = join(folder, "none.db");
		await assert.rejects(openSynapseSource({ kind: "sqlite", file }), /there is no file/);
		assert.ok(!existsSync(file));
		writeFileSync(file, "not a database, by far not long enough to be one");
		await assert.rejects(openSynapseSource({ kind: "sqlite", file }), SourceUnusable);
	});
});

test("Synapse's PostgreSQL database is in use while somebody is connected as Synapse is", {
	skip: skipWithoutPostgres,
}, async () => {
	const { place } = await makeDatabase();
	// Those who made it are gone a moment after they said so.
	await until(async () => !(await isSynapseRunning(place)));
	if (place.kind !== "postgres") return;
	await onDatabase(cluster?.url(place.database) ?? "", async () => {
		assert.equal(await isSynapseRunning(place), true);
	});
	await assert.rejects(openSynapseSource({ ...place, database: "nowhere" }), /cannot be reached/);
});

test("Synapse's PostgreSQL database is read as of one moment, whatever is written between two pages, and not written", {
	skip: skipWithoutPostgres,
}, async (t) => {
	const { place, run } = await makeDatabase();
	await run("CREATE SEQUENCE ours");
	const connected = t.mock.method(Client.prototype, "connect");
	const source = await openSynapseSource(place);
	const [first, ...others] = await source.people({ after: "", limit: 1 });
	assert.deepEqual([first, others], [bob, []]);
	const [client] = connected.mock.calls.map((call) => call.this as Client);
	connected.mock.restore();
	await run("UPDATE users SET locked = TRUE, password_hash = 'changed'");
	await run("INSERT INTO users (name, creation_ts) VALUES ('@carl:example.org', 1)");
	await run("DELETE FROM access_tokens");
	await run("INSERT INTO devices (user_id, device_id) VALUES ('@alice:example.org', 'LATE')");
	const rest = await source.people({ after: bob.userId, limit: 10 });
	assert.deepEqual(
		rest.map(({ userId, locked, passwordHash, devices }) => [userId, locked, passwordHash, devices]),
		[["@alice:example.org", false, null, []]],
	);
	assert.deepEqual(await source.people({ after: "", limit: 1 }), [bob], "asked again, it is as it was");
	for (const write of [
		"UPDATE users SET admin = 1",
		"CREATE TABLE more (a INTEGER)",
		"SELECT nextval('ours')",
	]) {
		await client?.query("SAVEPOINT before");
		await assert.rejects(client?.query(write) ?? Promise.resolve(), { code: "25006" }, write);
		await client?.query("ROLLBACK TO SAVEPOINT before");
	}
	await source.close();
	const after = await openSynapseSource(place);
	assert.equal((await after.people({ after: "", limit: 10 })).length, 3);
	await after.close();
});
