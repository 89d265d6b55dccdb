/** All data, from SQLite to PostgreSQL and back, over a database with something of every kind. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { asAccountId } from "@countersign/core";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { run } from "../../src/cli/index.ts";
import { startCountersign } from "../../src/compose.ts";
import { silentLog } from "../../src/log/index.ts";
import { momentOf } from "../../src/lost-factors/lifetimes.ts";
import { openPostgres, openSqlite, type Unit } from "../../src/storage/index.ts";
import { seedFullPerson } from "../support/full-person.ts";
import { anyOf, killAt } from "../support/kill-command.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { changeData, everyRow, tableNames } from "../support/storage.ts";

const kills = Number(process.env.COUNTERSIGN_MOVE_KILLS ?? 2);

const fail = (error: unknown) => {
	throw error;
};
const inFolder = (dataDirectory: string) => ({ dataDirectory, database: undefined });
const inDatabase = (database: string) => ({ dataDirectory: "", database });

/** Every row of the installation: not what tells how far the tables are made, nor what one dialect needs beside. */
async function dataOf(place: ReturnType<typeof inFolder> | ReturnType<typeof inDatabase>) {
	const rows = await everyRow(place);
	return rows
		.filter((row) => !/^(kysely_migration|attempts|write_turns)/.test(row))
		.map((row) => {
			const [table = ""] = row.split(" ", 1);
			return `${table} ${JSON.stringify(normal(JSON.parse(row.slice(table.length + 1))))}`;
		})
		.sort();
}

/** Columns by name; the reader of the tests has 64-bit numbers as text. */
function normal(row: Readonly<Record<string, unknown>>) {
	return Object.entries(row)
		.map(([name, value]) => [name, value === null ? null : String(value)])
		.sort();
}

/** What belongs to no device: links, and whatever waits for somebody. */
async function addOthers(unit: Unit): Promise<void> {
	const accountId = asAccountId("account-zoe");
	const [createdAt, expiresAt] = [5, Number.MAX_SAFE_INTEGER];
	const link = { accountId, secretHash: "h", kind: "reset", generation: 0, createdAt, expiresAt } as const;
	await unit.passwordLinks.put(link);
	const [address, seed] = ["zoë@example.org", "s"];
	await unit.addresses.vouch({ accountId, address, key: address, at: 5 });
	await unit.addresses.askCode({ accountId, address, key: "other", seed, createdAt, expiresAt });
	const asking = { id: "a", typed: "zoe", address: "192.0.2.1", askedAt: 5 };
	await unit.recovery.add(asking);
	const [loss, at] = [{ id: "l", generation: 0 }, momentOf(5)];
	assert.equal(await unit.factorLosses.ask({ ...loss, accountId, at }), true);
	const registrationToken = { id: "t", hash: "t", name: "for the choir", createdAt: 1, madeBy: "root" };
	await unit.registrationTokens.add(registrationToken);
	const begun = {
		browserHash: "h",
		address,
		key: address,
		tokenHash: "t",
		seed,
		createdAt,
		expiresAt,
		since: 0,
	};
	await unit.begunRegistrations.begin(begun);
	const toNobody = { kind: "registration-code", to: address, key: address, seed, expiresAt } as const;
	await unit.mailTasks.addToNobody(toNobody, 5);
	await unit.agreedTerms.add({ accountId, version: "2026-11", at: 1 });
	await unit.notices.add({ eventId: "e", accountId, at: 5 });
	await unit.passwordLinks.put({ ...link, secretHash: "mailed", addressKey: address });
	await unit.mailTasks.add(accountId, { kind: "address-code", to: address, expiresAt, seed }, 5);
	await unit.engineRecords.put({ kind: "Interaction", idHash: "h", payload: '{"a":"\\u0000"}', expiresAt });
	await unit.ssoRequests.add({ id: "s", redirectUrl: "https://a/", action: "login", createdAt, expiresAt });
	await unit.rendezvous.add({ idHash: "h", payload: "", token: "t", modifiedAt: 5, expiresAt });
	const codes = { deviceCodeHash: "d", userCodeHash: "u", clientId: "client-1", scope: "" };
	await unit.deviceAuthorizations.add({
		...codes,
		createdAt,
		expiresAt,
		intervalMs: 5,
		address: "192.0.2.1",
	});
}

describe("countersign copy", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	const root = mkdtempSync(join(tmpdir(), "countersign-copy-"));
	const original = join(root, "original");
	before(async () => {
		cluster = await startCluster();
		await fill(original);
	});
	after(async () => {
		await cluster.stop();
		rmSync(root, { recursive: true });
	});

	let folders = 0;
	const newFolder = () => join(root, `data-${folders++}`);
	const newDatabase = async (t: TestContext) => {
		const database = await createDatabase(cluster.url("postgres"));
		t.after(() => database.release());
		return database.url;
	};

	async function type(settings: Readonly<Record<string, string>>, ...words: readonly string[]) {
		const said = { out: "", err: "" };
		const code = await run(words, {
			environment: Object.fromEntries(
				Object.entries(settings).map(([name, value]) => [`COUNTERSIGN_${name}`, value]),
			),
			out: (text) => {
				said.out += text;
			},
			complain: (headline, details = []) => {
				said.err += `${[headline, ...details].join("\n")}\n`;
			},
			readSecret: async () => "a long enough password",
		});
		return { code, ...said };
	}

	/** A folder of a test's own, with the same in it as every other. */
	async function filled() {
		const dataDirectory = newFolder();
		cpSync(original, dataDirectory, { recursive: true });
		return dataDirectory;
	}

	/** What a server was started on, with people who have something of everything. */
	async function fill(dataDirectory: string) {
		const config = { host: "127.0.0.1", port: 0, openRegistration: false, trustedProxies: [] };
		const started = await startCountersign({ ...config, dataDirectory }, { log: silentLog });
		assert.ok(started.ok);
		await started.countersign.close();
		const storage = await openSqlite(dataDirectory);
		// More than are read, and written, at once.
		await seedFullPerson(storage, "alice", { devices: ["ONE", "TWO"], more: 1_100 });
		await seedFullPerson(storage, "Zoë", { devices: ["ONE"] });
		await seedFullPerson(storage, "zoe", { devices: ["zwei", "Zwei", "_", "É"] });
		await storage.write(addOthers);
		await storage.close();
		await changeData(
			inFolder(dataDirectory),
			`INSERT INTO moved_accounts (account_id, digest) VALUES ('account-zoe', 'd');
			INSERT INTO account_links (provider, subject, account_id) VALUES ('p', 's', 'account-zoe');
			INSERT INTO moved_extras (kind, id, body) VALUES ('k', 'i', '{}');
			INSERT INTO sealed_tokens (session_id, sealed) VALUES ('zoe/_', 's');
			INSERT INTO passkeys (id, account_id, credential_id, public_key, counter, transports, host, name, created_at)
				VALUES ('p', 'account-zoe', 'c', 'k', 7, '["usb"]', 'localhost', 'É', 1);
			INSERT INTO one_time_codes (account_id, secret, last_step, created_at) VALUES ('account-zoe', 's', 9, 1);
			INSERT INTO recovery_codes (hash, account_id) VALUES ('r', 'account-zoe');
			INSERT INTO used_challenges (hash, expires_at) VALUES ('u', 5);
			INSERT INTO begun_sign_ins (id_hash, account_id, generation, expires_at) VALUES ('b', 'account-zoe', 0, 5);
			INSERT INTO upstream_sign_ins (state_hash, browser_hash, provider, intent, resume, created_at, expires_at)
				VALUES ('s', 'b', 'p', 'sign-in', '/account/', 1, 5);
			INSERT INTO upstream_arrivals (browser_hash, provider, issuer, subject, claims, proved_at, resume, expires_at)
				VALUES ('b', 'p', 'https://p.example', 's', '{}', 1, '/account/', 5);
			INSERT INTO upstream_stays (id, provider, issuer, subject, sid, since, expires_at)
				VALUES ('t', 'p', 'https://p.example', 's', 'i', 1, 5);
			INSERT INTO upstream_ends (provider, word_hash, issuer, subject, sid, until, expires_at)
				VALUES ('p', 'w', 'https://p.example', 's', 'i', 1, 5)`,
		);
	}

	test(`killed ${kills} times on each way, it ends as it would have`, async (t) => {
		const from = await filled();
		const whole = await dataOf(inFolder(from));
		const [database, back] = [await newDatabase(t), newFolder()];
		const [here, there] = [join(root, "here.yaml"), join(root, "there.yaml")];
		writeFileSync(here, JSON.stringify({ data: from }));
		writeFileSync(there, JSON.stringify({ data: newFolder(), database }));
		for (const [to, settings, place] of [
			[database, here, inDatabase(database)],
			[back, there, inFolder(back)],
		] as const) {
			const words = ["copy", "--to", to, "--config", settings];
			// One more each time, at the least: what was there is compared and stays.
			// A table is a transaction of its own at the least: the first ten of them are twenty moments.
			assert.equal(await killAt(anyOf(20), words), true);
			for (let kill = 1; kill < kills; kill += 1) await killAt(anyOf(60), words);
			await killAt(0, words);
			assert.deepEqual(await dataOf(place), whole);
		}
		assert.deepEqual(await dataOf(inFolder(from)), whole);
	});

	test("brings every row over and back, and the source stays as it was", async (t) => {
		const from = await filled();
		const before = await dataOf(inFolder(from));
		const tables = new Set(before.map((row) => row.split(" ", 1)[0]));
		const all = (await tableNames(inFolder(from))).filter((name) => !name.startsWith("kysely_"));
		assert.deepEqual(
			all.filter((name) => !tables.has(name)),
			[],
			"there is something in every table",
		);
		const database = await newDatabase(t);
		const there = await type({ DATA: from }, "copy", "--to", database);
		assert.deepEqual([there.code, there.err], [0, ""]);
		assert.match(
			there.out,
			new RegExp(`^${before.length} rows in \\d+ tables were copied, and each was compared`),
		);
		assert.deepEqual(await dataOf(inDatabase(database)), before);
		assert.deepEqual(await dataOf(inFolder(from)), before);
		const back = newFolder();
		const home = await type({ DATABASE: database, DATA: "unused" }, "copy", "--to", back);
		assert.deepEqual([home.code, home.err], [0, ""]);
		assert.deepEqual(await dataOf(inFolder(back)), before);
		assert.deepEqual(await dataOf(inDatabase(database)), before);
		const again = await type({ DATA: from }, "copy", "--to", database);
		assert.deepEqual([again.code, again.out], [0, there.out], "typed again, all is there");
	});

	test("that was broken off goes on where it ended; until then no server and no command takes it for whole", async (t) => {
		const from = await filled();
		const before = await dataOf(inFolder(from));
		const database = await newDatabase(t);
		// A row of a table in the middle cannot be written there, for now.
		const rule = (what: string) => onDatabase(database, (client) => client.query(what));
		await rule("ALTER TABLE account_data ADD CONSTRAINT broken CHECK (type <> 't900')");
		await assert.rejects(type({ DATA: from }, "copy", "--to", database), /broken/);
		const part = await dataOf(inDatabase(database));
		assert.ok(
			part.some((row) => row.startsWith("account_data ")),
			"some of it is there",
		);
		assert.ok(part.length < before.length);
		await assert.rejects(openPostgres(database, fail), /begun and not ended/);
		const listed = await type({ DATABASE: database }, "users", "list");
		assert.equal(listed.code, 1);
		assert.match(listed.err, /begun and not ended/);
		await rule("ALTER TABLE account_data DROP CONSTRAINT broken");
		const kept = () => rule("SELECT xmin::text || ctid::text AS made FROM accounts ORDER BY id");
		const { rows: accounts } = await kept();
		const done = await type({ DATA: from }, "copy", "--to", database);
		assert.deepEqual([done.code, done.err], [0, ""]);
		assert.deepEqual((await kept()).rows, accounts, "what was there is not made again");
		assert.deepEqual(await dataOf(inDatabase(database)), before);
		const storage = await openPostgres(database, fail);
		await storage.close();
	});

	test("that was broken off begins anew where the data have changed meanwhile, in both directions", async (t) => {
		const from = await filled();
		const database = await newDatabase(t);
		await onDatabase(database, (client) =>
			client.query("ALTER TABLE account_data ADD CONSTRAINT broken CHECK (type <> 't900')"),
		);
		await assert.rejects(type({ DATA: from }, "copy", "--to", database), /broken/);
		await onDatabase(database, (client) => client.query("ALTER TABLE account_data DROP CONSTRAINT broken"));
		await changeData(inFolder(from), "UPDATE accounts SET display_name = 'Another' WHERE localpart = 'zoe'");
		await changeData(inFolder(from), "DELETE FROM browser_sessions WHERE account_id = 'account-alice'");
		assert.equal((await type({ DATA: from }, "copy", "--to", database)).code, 0);
		assert.deepEqual(await dataOf(inDatabase(database)), await dataOf(inFolder(from)));
		const back = newFolder();
		mkdirSync(back);
		const storage = await openSqlite(back);
		await storage.close();
		await changeData(
			inFolder(back),
			"CREATE TRIGGER broken BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'broken'); END",
		);
		await assert.rejects(type({ DATABASE: database }, "copy", "--to", back), /broken/);
		await assert.rejects(openSqlite(back), /begun and not ended/);
		await changeData(inFolder(back), "DROP TRIGGER broken");
		await changeData(
			inDatabase(database),
			"UPDATE accounts SET display_name = 'A third' WHERE localpart = 'zoe'",
		);
		assert.equal((await type({ DATABASE: database }, "copy", "--to", back)).code, 0);
		assert.deepEqual(await dataOf(inFolder(back)), await dataOf(inDatabase(database)));
	});

	test("touches nothing that is not its own unfinished copy", async (t) => {
		const [one, other] = [await filled(), await filled()];
		await changeData(inFolder(other), "UPDATE settings SET value = 'another' WHERE name = 'master-key'");
		const database = await newDatabase(t);
		const config = { host: "127.0.0.1", port: 0, openRegistration: false, trustedProxies: [] };
		const used = { ...config, database, dataDirectory: "unused" };
		const started = await startCountersign(used, { log: silentLog });
		assert.ok(started.ok);
		await started.countersign.close();
		const refused = async (from: string) => {
			const before = await dataOf(inDatabase(database));
			const { code, out, err } = await type({ DATA: from }, "copy", "--to", database);
			assert.deepEqual([code, out], [1, ""]);
			assert.match(err, /other data in that place/);
			assert.deepEqual(await dataOf(inDatabase(database)), before);
		};
		await refused(one);
		await onDatabase(database, (client) => client.query("DELETE FROM settings"));
		await onDatabase(database, (client) =>
			client.query("INSERT INTO settings (name, value) VALUES ('copying', 'of other data')"),
		);
		await refused(one);
		await onDatabase(database, (client) => client.query("DELETE FROM settings"));
		assert.equal((await type({ DATA: one }, "copy", "--to", database)).code, 0);
		await refused(other);
		await changeData(inDatabase(database), "UPDATE accounts SET display_name = 'Of the new place'");
		await refused(one);
	});

	test("runs beside no server, on either side, and nothing is written meanwhile", async (t) => {
		const from = await filled();
		const database = await newDatabase(t);
		const config = { host: "127.0.0.1", port: 0, openRegistration: false, trustedProxies: [] };
		const here = await startCountersign({ ...config, dataDirectory: from }, { log: silentLog });
		assert.ok(here.ok);
		const beside = await type({ DATA: from }, "copy", "--to", database);
		await here.countersign.close();
		assert.equal(beside.code, 1);
		assert.match(beside.err, /A server runs on the data/);
		const there = await startCountersign(
			{ ...config, database, dataDirectory: "unused" },
			{ log: silentLog },
		);
		assert.ok(there.ok);
		const onto = await type({ DATA: from }, "copy", "--to", database);
		const away = await type({ DATABASE: database }, "copy", "--to", newFolder());
		await there.countersign.close();
		for (const { code, err } of [onto, away]) {
			assert.equal(code, 1);
			assert.match(err, /works on the database/);
		}
	});

	test("says what it expects, and what there is not", async (t) => {
		const from = await filled();
		const database = await newDatabase(t);
		for (const [settings, words, code, why] of [
			[{ DATA: from }, ["copy"], 2, /--to postgres:\/\/\.\.\. is expected/],
			[{ DATA: from }, ["copy", "--to", newFolder()], 2, /--to postgres/],
			[{ DATABASE: database }, ["copy", "--to", database], 2, /--to FOLDER is expected/],
			[{ DATA: newFolder() }, ["copy", "--to", database], 1, /There are no data in/],
			[{ DATABASE: database }, ["copy", "--to", newFolder()], 1, /no server was ever started/],
		] as const) {
			const answer = await type(settings, ...words);
			assert.equal(answer.code, code, words.join(" "));
			assert.match(answer.err, why);
		}
	});
});
