import assert from "node:assert/strict";
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

const exec = join(import.meta.dirname, "../../../../bin/start.js");
const start = (...args: string[]) =>
	cluster.setupPrimary({ exec, args, serialization: "advanced", silent: true });

async function codeOf(worker: Worker): Promise<number> {
	const [code] = (await once(worker, "exit")) as [number];
	return code;
}

test("a worker of another program than the first process does nothing, and says that the server is to be restarted", async () => {
	start("serve");
	const worker = cluster.fork({ COUNTERSIGN_WORKER: "yes" });
	const ended = codeOf(worker);
	// To which nobody listens: who came as far as that would complain of it.
	const config = { database: "postgres://127.0.0.1:1/nothing", dataDirectory: "/nowhere" };
	worker.send({ kind: "begin", config, number: 1, program: "of yesterday" });
	const [said] = (await once(worker, "message")) as [unknown];
	assert.deepEqual(said, {
		kind: "refused",
		complaint: {
			headline: "The program was replaced while the server runs: restart it.",
			mayPass: true,
		},
	});
	assert.equal(await ended, 1);
});

test("under a manager that makes it one of its own workers it is a server, and has no workers itself", async () => {
	for (const [args, database, complaint] of [
		[["serve"], "no URL", /cannot start with these settings/],
		[
			["serve", "--workers", "2"],
			"postgres://127.0.0.1:1/nothing",
			/^--workers cannot be used where another/m,
		],
	] as const) {
		start(...args);
		const worker = cluster.fork({ COUNTERSIGN_DATABASE: database });
		const ended = codeOf(worker);
		const { stderr } = worker.process;
		assert.ok(stderr);
		assert.match((await stderr.setEncoding("utf8").toArray()).join(""), complaint);
		assert.notEqual(await ended, 0);
	}
});
