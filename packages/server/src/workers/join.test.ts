import assert from "node:assert/strict";
import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

cluster.setupPrimary({
	...{ exec: join(import.meta.dirname, "../../../../bin/start.js"), args: ["serve"] },
	...{ serialization: "advanced", silent: true },
});

async function codeOf(worker: Worker): Promise<number> {
	const [code] = (await once(worker, "exit")) as [number];
	return code;
}

test("a worker of another program than the first process does nothing, and says that the server is to be restarted", async () => {
	const worker = cluster.fork();
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
