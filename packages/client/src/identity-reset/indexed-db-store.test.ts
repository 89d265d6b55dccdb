import assert from "node:assert/strict";
import { test } from "node:test";
import { npmPackage } from "../../../../tools/requirements.ts";
import { indexedDbPendingStore } from "./index.ts";

const { skip } = npmPackage("fake-indexeddb");

test("a reset is kept in IndexedDB, unreadable in it, and two tabs do not run it at once", {
	skip,
}, async () => {
	const fake = await import("fake-indexeddb");
	Object.assign(globalThis, fake);
	const store = indexedDbPendingStore("alice");
	assert.equal(await store.get(), undefined);
	await store.put("secret one");
	await store.put("secret two");
	assert.equal(await indexedDbPendingStore("alice").get(), "secret two");
	assert.equal(await indexedDbPendingStore("bob").get(), undefined);
	const database: IDBDatabase = await new Promise((resolve) => {
		const request = fake.indexedDB.open("alice");
		request.onsuccess = () => resolve(request.result);
	});
	const stored: unknown = await new Promise((resolve) => {
		const request = database.transaction("reset").objectStore("reset").getAll();
		request.onsuccess = () => resolve(request.result);
	});
	database.close();
	assert.ok(Array.isArray(stored) && stored.length === 2);
	const key = stored.find((one) => one instanceof CryptoKey);
	assert.equal(key?.extractable, false);
	const sealed = stored.find((one) => !(one instanceof CryptoKey)).sealed;
	assert.ok(!Buffer.from(sealed).includes("secret"));
	const nested = await store.exclusively(() => indexedDbPendingStore("alice").exclusively(async () => "ran"));
	assert.equal(nested, "taken");
	assert.equal(await store.exclusively(async () => "ran"), "ran");
	await store.delete();
	assert.equal(await store.get(), undefined);
});
