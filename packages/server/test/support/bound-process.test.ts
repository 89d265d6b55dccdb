import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startBound, untilReady } from "./bound-process.ts";
import { until } from "./until.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-bound-"));
after(() => rm(folder, { recursive: true }));

test("a program is gone when the test that started it was killed, even if it was stopped", async () => {
	const starter = join(folder, "starter.ts");
	const pidFile = join(folder, "pid");
	const program = { command: "/bin/sh", args: ["-c", `echo $$ > pid; kill -STOP $$`], folder };
	await writeFile(
		starter,
		`import { startBound } from ${JSON.stringify(join(import.meta.dirname, "bound-process.ts"))};
		await startBound(${JSON.stringify({ ...program, log: join(folder, "log") })}).ended;`,
	);
	const running = spawn(process.execPath, [starter], { stdio: "inherit" });
	let pid = 0;
	await until(async () => {
		pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
		return pid > 0;
	});
	await until(async () => (await state(pid)) === "T");
	running.kill("SIGKILL");
	await once(running, "exit");
	// Where nobody looks after orphans their names stay.
	await until(async () => ["", "Z"].includes(await state(pid)));
});

test("a program that ends instead of getting ready is told of with its last words", async () => {
	const log = join(folder, "last-words");
	const program = startBound({ command: "/bin/sh", args: ["-c", "echo broken >&2; exit 3"], folder, log });
	const ready = untilReady(program, { name: "The program", log, isReady: async () => false });
	await assert.rejects(ready, /The program ended \(3\):\nbroken/);
	assert.equal(program.isRunning(), false);
});

/** One letter, as `ps` prints it; none for a process that is gone. */
async function state(pid: number): Promise<string> {
	const ps = spawn("ps", ["-o", "state=", "-p", String(pid)], { stdio: ["ignore", "pipe", "inherit"] });
	return (await ps.stdout.setEncoding("utf8").toArray()).join("").trim().slice(0, 1);
}
