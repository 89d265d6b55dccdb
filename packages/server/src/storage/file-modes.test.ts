import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openData } from "./index.ts";

const quiet = () => {};

/** The folder's files while data are open in it and something has been written, and who may open them. */
async function modesIn(directory: string): Promise<Readonly<Record<string, string>>> {
	const data = await openData({ dataDirectory: directory }, { homeserver: "embedded" }, quiet);
	await data.write((unit) => unit.settings.getOrKeep("name", "value"));
	const modes = readdirSync(directory).map((name) => {
		const { mode } = statSync(join(directory, name));
		return [name, (mode & 0o777).toString(8)] as const;
	});
	await data.close(AbortSignal.abort());
	return Object.fromEntries(modes.toSorted());
}

const closed = {
	"countersign.db": "600",
	"countersign.db-shm": "600",
	"countersign.db-wal": "600",
	lock: "600",
	"lock-journal": "600",
};

test("nobody but the server's user can open a file of the data, whatever the user's mask", async (t) => {
	const mask = process.umask(0);
	t.after(() => process.umask(mask));
	const directory = mkdtempSync(join(tmpdir(), "countersign-modes-"));
	t.after(() => rmSync(directory, { recursive: true }));
	assert.deepEqual(await modesIn(directory), closed);
});

test("files that an earlier server left open to others are closed to them", async (t) => {
	const directory = mkdtempSync(join(tmpdir(), "countersign-modes-"));
	t.after(() => rmSync(directory, { recursive: true }));
	await modesIn(directory);
	for (const left of ["-wal", "-shm"]) writeFileSync(join(directory, `countersign.db${left}`), "");
	for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o666);
	assert.deepEqual(await modesIn(directory), closed);
});
