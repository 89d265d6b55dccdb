import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { backupSqlite, lockDirectory, NoData, openSqlite, openSqliteBeside } from "./index.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-backup-"));
after(() => rm(folder, { recursive: true }));

const person = (index: number) => ({
	...{ id: asAccountId(`a${index}`), localpart: `person-${index}`, passwordHash: "h", createdAt: 1 },
});

test("a backup made while others write holds everything acknowledged before it, and opens", async () => {
	const storage = await openSqlite(folder);
	let acknowledged = 0;
	let isOver = false;
	const writing = (async () => {
		for (let index = 0; !isOver; index++) {
			await storage.write((unit) => unit.accounts.add(person(index)));
			acknowledged = index + 1;
		}
	})();
	while (acknowledged < 50) await new Promise((resolve) => setImmediate(resolve));
	const before = acknowledged;
	const kept = join(folder, "kept");
	await mkdir(kept);
	const outcome = await backupSqlite(folder, join(kept, "countersign.db")).finally(() => {
		isOver = true;
	});
	const after = acknowledged;
	await writing;
	await storage.close();
	assert.deepEqual(outcome, { ok: true });
	assert.deepEqual(await readdir(kept), ["countersign.db"], "nothing half-made is left");
	assert.equal((await stat(join(kept, "countersign.db"))).mode & 0o777, 0o600);
	const restored = await openSqlite(kept);
	const people = await restored.read.accounts.list();
	await restored.close();
	assert.ok(
		people.length >= before && people.length <= after + 1,
		`${before} <= ${people.length} <= ${after}`,
	);
});

test("a backup replaces no file, not even a half-made one, and says where it cannot write", async () => {
	const taken = join(folder, "taken");
	await writeFile(taken, "mine");
	assert.deepEqual(await backupSqlite(folder, taken), { ok: false, reason: "file-exists" });
	assert.equal((await stat(taken)).size, 4);
	await writeFile(join(folder, "other.partial"), "");
	assert.deepEqual(await backupSqlite(folder, join(folder, "other")), { ok: false, reason: "file-exists" });
	const nowhere = join(folder, "no", "such", "folder");
	assert.deepEqual(await backupSqlite(folder, nowhere), { ok: false, reason: "folder-unusable" });
});

test("commands work beside a running server, and leave the directory free when none runs", async () => {
	const lock = lockDirectory(folder);
	const server = await openSqlite(folder);
	const command = await openSqliteBeside(folder);
	await command.write((unit) => unit.accounts.lock(asAccountId("a1"), 7));
	assert.equal(
		(await server.read.accounts.find({ id: asAccountId("a1") }))?.lockedAt,
		7,
		"the server sees it at once",
	);
	const both = [server, command].flatMap((storage, offset) =>
		Array.from({ length: 40 }, (_, index) =>
			storage.write((unit) => unit.accounts.add(person(10_000 + offset * 100 + index))),
		),
	);
	assert.ok((await Promise.all(both)).every(Boolean), "neither is in the other's way");
	await command.close();
	await server.close();
	lock.release();
	const alone = await openSqliteBeside(folder);
	lockDirectory(folder).release();
	await alone.close();
});

test("a directory without data is not made into one", async () => {
	const empty = join(folder, "empty");
	await assert.rejects(openSqliteBeside(empty), NoData);
	await assert.rejects(backupSqlite(empty, join(folder, "copy")), NoData);
	await assert.rejects(stat(empty));
});
