import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Storage } from "../../src/storage/index.ts";

/** What every storage of the installation's own values must hold: the keys of everything are among them. */
export function settingsContract(name: string, open: () => Promise<Storage>): void {
	const keep = (storage: Storage, value: string) =>
		storage.write((unit) => unit.settings.getOrKeep("master-key", value));

	describe(`settings, ${name}`, () => {
		test("of a hundred that give a first value one is kept, and everybody is told which", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const offered = Array.from({ length: 100 }, (_, at) => `value-${at}`);
			const told = new Set(await Promise.all(offered.map((value) => keep(storage, value))));
			assert.equal(told.size, 1);
			const [kept = ""] = told;
			assert.ok(offered.includes(kept));
			assert.equal(await storage.read.settings.get("master-key"), kept);
		});

		test("what is kept stays, and a name is nobody else's", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			assert.equal(await storage.read.settings.get("master-key"), undefined);
			assert.equal(await keep(storage, "first"), "first");
			assert.equal(await keep(storage, "second"), "first");
			assert.equal(await storage.read.settings.get("Master-key"), undefined);
			assert.equal(await storage.read.settings.get("master-key"), "first");
		});

		test("what may change is what was said last, and nothing else changes with it", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			await keep(storage, "kept");
			for (const value of ["first", "second"])
				await storage.write((unit) => unit.settings.set("last-healthy", value));
			assert.equal(await storage.read.settings.get("last-healthy"), "second");
			assert.equal(await storage.read.settings.get("master-key"), "kept");
		});

		test("a first value of a transaction that fails was never given", async (t) => {
			const storage = await open();
			t.after(() => storage.close());
			const failing = storage.write(async (unit) => {
				await unit.settings.getOrKeep("master-key", "lost");
				throw new Error("the start failed");
			});
			await assert.rejects(failing, /the start failed/);
			assert.equal(await keep(storage, "second"), "second");
		});
	});
}
