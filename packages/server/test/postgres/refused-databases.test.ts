/** Databases that Countersign cannot live in: refused before anything is made in them, with what to do. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { startServer } from "../../src/cli/start-server.ts";
import { loadConfig } from "../../src/config/index.ts";
import { createLog } from "../../src/log/index.ts";
import { DatabaseUnavailable, openPostgres } from "../../src/storage/index.ts";
import { examineBy, names, runHere } from "../support/doctor-command.ts";
import { onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";

describe("a PostgreSQL database is refused in words", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
		await onDatabase(cluster.url("postgres"), async (client) => {
			for (const encoding of ["LATIN1", "SQL_ASCII", "UTF8"])
				await client.query(
					`CREATE DATABASE in_${encoding} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`,
				);
			await client.query("CREATE ROLE stranger LOGIN");
			await client.query("REVOKE CREATE ON SCHEMA public FROM public");
		});
	});
	after(() => cluster.stop());

	async function refusal(url: string): Promise<string> {
		try {
			await (await openPostgres(url, () => {})).close();
			return "opened";
		} catch (error) {
			assert.ok(error instanceof DatabaseUnavailable, String(error));
			return error.message;
		}
	}

	test("whose encoding cannot hold every name: it says how to make one that can", async () => {
		for (const encoding of ["latin1", "sql_ascii"]) {
			const url = cluster.url(`in_${encoding}`);
			assert.match(
				await refusal(url),
				new RegExp(
					`encoding ${encoding}, which cannot hold every name.*createdb in_${encoding}_utf8 .*--encoding=UTF8`,
					"i",
				),
			);
			await onDatabase(url, async (client) => {
				const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
				assert.deepEqual(rows, [], "nothing was made in it");
			});
		}
		assert.equal(await refusal(cluster.url("in_utf8")), "opened");
	});

	test("whose encoding cannot hold every name: so does doctor", async (t) => {
		const folder = await mkdtemp(join(tmpdir(), "countersign-latin1-"));
		t.after(() => rm(folder, { recursive: true }));
		const file = join(folder, "countersign.yaml");
		await writeFile(file, `port: 9\ndatabase: ${cluster.url("in_latin1")}\n`);
		const examined = await examineBy(runHere, file, []);
		names(
			{ ...examined, wrong: examined.wrong.filter((each) => each.includes("database")) },
			["problem database"],
			/encoding LATIN1, which cannot hold every name.*createdb in_latin1_utf8 .*--encoding=UTF8/s,
		);
	});

	test("that does not speak TLS, though its URL asks for it", async () => {
		for (const mode of ["require", "verify-full"])
			assert.match(
				await refusal(`${cluster.url("in_utf8")}?sslmode=${mode}`),
				/does not speak TLS, and sslmode.*ssl = on/,
			);
	});

	test("that has a connection left and not the next: a server that has others wait does, and this passes", async () => {
		await onDatabase(cluster.url("postgres"), async (client) => {
			await client.query("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1");
			await client.query("CREATE DATABASE narrow OWNER narrow");
		});
		const database = new URL(cluster.url("narrow"));
		database.username = "narrow";
		const settings = loadConfig({ COUNTERSIGN_DATABASE: database.href, COUNTERSIGN_PORT: "0" });
		assert.ok(settings.ok);
		const started = await startServer(settings.config, { log: createLog({ level: "error" }) });
		assert.ok(!started.ok);
		assert.equal(started.complaint.mayPass, true, started.complaint.headline);
		assert.match(started.complaint.headline, /no connection left|too many connections/);
	});

	test("in which the user may make no tables", async () => {
		const url = new URL(cluster.url("postgres"));
		url.username = "stranger";
		assert.match(await refusal(url.href), /may not make tables.*ALTER DATABASE name OWNER TO user/);
	});
});
