import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { filePendingStore } from "./index.ts";

async function folderFor(t: TestContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "countersign-pending-"));
	t.after(() => rm(folder, { recursive: true }));
	return folder;
}

test("a reset is kept in a file of its owner alone, and leaves none behind", async (t) => {
	const folder = await folderFor(t);
	const path = join(folder, "reset.json");
	const store = filePendingStore(path);
	assert.equal(await store.get(), undefined);
	await store.put("one");
	await store.put("two");
	assert.equal(await filePendingStore(path).get(), "two");
	assert.equal((await stat(path)).mode & 0o777, 0o600);
	await store.delete();
	await store.delete();
	assert.deepEqual(await readdir(folder), []);
});

test("of many that would run it at once, one does, and the next only after it", async (t) => {
	const path = join(await folderFor(t), "reset.json");
	let [running, most, refused] = [0, 0, 0];
	const over = Promise.withResolvers<void>();
	const work = async () => {
		most = Math.max(most, ++running);
		// Two of them would wait for each other.
		if (most > 1) over.resolve();
		await over.promise;
		running--;
		return "done" as const;
	};
	const outcomes = await Promise.all(
		Array.from({ length: 20 }, async () => {
			const outcome = await filePendingStore(path).exclusively(work);
			refused += outcome === "taken" ? 1 : 0;
			// However late the last of them looks, it looks while one runs.
			if (refused === 19) over.resolve();
			return outcome;
		}),
	);
	assert.equal(most, 1);
	assert.deepEqual(outcomes.toSorted(), ["done", ...Array.from({ length: 19 }, () => "taken")]);
	assert.equal(await filePendingStore(path).exclusively(work), "done");
});

test("a program that lives holds the lock, one that was killed does not", async (t) => {
	const folder = await folderFor(t);
	const path = join(folder, "reset.json");
	const { pid } = spawnSync(process.execPath, ["--version"]);
	const store = filePendingStore(path);
	await writeFile(`${path}.lock`, `${process.ppid}\n`);
	assert.equal(await store.exclusively(async () => "done"), "taken");
	for (const dead of [`${pid}\n`, `${process.pid}\n`]) {
		await writeFile(`${path}.lock`, dead);
		assert.equal(await store.exclusively(async () => "done"), "done");
	}
	assert.deepEqual(await readdir(folder), []);
});

test("of programs that are killed while they run it, never two run it at once", async (t) => {
	const folder = await folderFor(t);
	const [path, running] = [join(folder, "reset.json"), join(folder, "running")];
	// Every one finds the lock of the one before it, dead, together with the others.
	const program = `
		import { rmSync, writeFileSync } from "node:fs";
		import { setTimeout as sleep } from "node:timers/promises";
		import { filePendingStore } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
		for (;;) {
			await filePendingStore(${JSON.stringify(path)}).exclusively(async () => {
				writeFileSync(${JSON.stringify(running)}, "", { flag: "wx" });
				await sleep(5);
				rmSync(${JSON.stringify(running)});
				process.kill(process.pid, "SIGKILL");
				await sleep(10_000);
			});
			await sleep(1);
		}`;
	const children = Array.from({ length: 6 }, () =>
		spawn(process.execPath, ["--input-type=module", "-e", program], {
			stdio: ["ignore", "ignore", "inherit"],
		}),
	);
	const ends = await Promise.all(children.map((child) => once(child, "close")));
	assert.deepEqual(new Set(ends.map(([, signal]) => signal)), new Set(["SIGKILL"]));
});
