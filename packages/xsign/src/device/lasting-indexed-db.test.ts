import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { openLastingIndexedDb } from "./lasting-indexed-db.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-xsign-db-"));
after(() => rmSync(folder, { recursive: true }));

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

describe("an IndexedDB that outlives its process", () => {
	test("comes back with its rows, keys, indexes and version", async () => {
		const path = join(folder, "kept");
		const first = await openLastingIndexedDb(path);
		assert.equal(first.isNew, true);
		const opening = indexedDB.open("a", 3);
		opening.onupgradeneeded = () => {
			const store = opening.result.createObjectStore("own", { keyPath: "id" });
			store.createIndex("by-name", "name", { unique: true });
			store.put({ id: 1, name: "one", bytes: new Uint8Array([1, 2]) });
			opening.result.createObjectStore("beside").put(new Map([["x", undefined]]), "key");
		};
		(await answer(opening)).close();
		await first.save();
		assert.equal(statSync(path).mode & 0o777, 0o600);

		// As another process would: everything in memory is new.
		const second = await openLastingIndexedDb(path);
		assert.equal(second.isNew, false);
		const again = await answer(indexedDB.open("a"));
		assert.equal(again.version, 3);
		const own = again.transaction("own").objectStore("own");
		assert.deepEqual(await answer(own.index("by-name").get("one")), {
			...{ id: 1, name: "one", bytes: new Uint8Array([1, 2]) },
		});
		assert.equal(own.index("by-name").unique, true);
		const beside = again.transaction("beside").objectStore("beside");
		assert.deepEqual(await answer(beside.get("key")), new Map([["x", undefined]]));
		again.close();
	});

	test("says so where the file is damaged, and leaves it alone", async () => {
		const path = join(folder, "damaged");
		for (const text of ["", "not a store", "{}"]) {
			writeFileSync(path, text);
			await assert.rejects(openLastingIndexedDb(path), TypeError);
			assert.equal(readFileSync(path, "utf8"), text);
		}
	});
});
