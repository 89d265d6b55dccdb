/** The operator's commands on a PostgreSQL database. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { run } from "../../src/cli/index.ts";
import { startCountersign } from "../../src/compose.ts";
import { silentLog } from "../../src/log/index.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";

describe("a command on PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	async function type(line: string, database: string) {
		let said = "";
		const code = await run(line.split(" "), {
			environment: { COUNTERSIGN_DATABASE: database },
			out: () => {},
			complain: (headline) => {
				said += headline;
			},
			readSecret: async () => "a long enough password",
		});
		return { code, said };
	}

	test("that comes before the first server settles nothing, least of all the server's name", async () => {
		const { url } = await createDatabase(cluster.url("postgres"));
		const refused = await type("users create alice", url);
		assert.equal(refused.code, 1);
		assert.match(refused.said, /no data in the database/);
		const config = { host: "127.0.0.1", port: 0, dataDirectory: "unused", openRegistration: false };
		const wanted = { ...config, database: url, serverName: "example.org", trustedProxies: [] };
		const started = await startCountersign(wanted, { log: silentLog });
		assert.ok(started.ok, JSON.stringify(started));
		assert.equal((await type("users create alice", url)).code, 0);
		await started.countersign.close();
	});
});
