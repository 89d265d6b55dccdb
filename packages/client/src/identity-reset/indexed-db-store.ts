import { isRecord } from "@countersign/protocol";
import type { PendingStore } from "./ports.ts";

/** What is used of IndexedDB, so that programs without the types of browsers can be checked, too. */
interface Asked<T> {
	readonly result: T;
	readonly error: unknown;
	onsuccess: (() => void) | null;
	onerror: (() => void) | null;
	onupgradeneeded?: (() => void) | null;
}
interface ObjectStore {
	get(key: string): Asked<unknown>;
	put(value: unknown, key: string): unknown;
	clear(): unknown;
}
interface Transaction {
	readonly error: unknown;
	oncomplete: (() => void) | null;
	onabort: (() => void) | null;
	objectStore(name: string): ObjectStore;
}
interface Database {
	createObjectStore(name: string): unknown;
	transaction(store: string, mode?: "readwrite", options?: { readonly durability: "strict" }): Transaction;
	close(): void;
}
interface Factory {
	open(name: string, version: number): Asked<Database>;
}

/** The one store, and the two things in it. */
const [storeName, keyName, recordName] = ["reset", "key", "record"];

/**
 * Keeps a reset in the browser's IndexedDB, encrypted with a key that scripts can use and cannot read, so that a copy
 * of the profile's files alone does not give it away. Tabs of one origin exclude each other. Needs a secure context.
 *
 * @param name of the database; one for each account that is signed in
 */
export function indexedDbPendingStore(name = "countersign-reset"): PendingStore {
	return {
		get: () => withDatabase(name, unseal),
		put: (text) => withDatabase(name, (db) => seal(db, text)),
		delete: () => withDatabase(name, (db) => change(db, (store) => store.clear())),
		async exclusively(work) {
			return navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
				lock === null ? "taken" : work(),
			);
		},
	};
}

interface Sealed {
	readonly iv: Uint8Array<ArrayBuffer>;
	readonly sealed: ArrayBuffer;
}

function isSealed(value: unknown): value is Sealed {
	return isRecord(value) && value.iv instanceof Uint8Array && value.sealed instanceof ArrayBuffer;
}

function createKey(): Promise<CryptoKey> {
	return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

async function withDatabase<T>(name: string, work: (db: Database) => Promise<T>): Promise<T> {
	const { indexedDB } = globalThis as unknown as { readonly indexedDB?: Factory };
	if (indexedDB === undefined) throw new TypeError("there is no IndexedDB here");
	const request = indexedDB.open(name, 1);
	request.onupgradeneeded = () => void request.result.createObjectStore(storeName);
	const db = await answerOf(request);
	try {
		return await work(db);
	} finally {
		db.close();
	}
}

async function unseal(db: Database): Promise<string | undefined> {
	const [key, record] = [await read(db, keyName), await read(db, recordName)];
	if (!(key instanceof CryptoKey) || !isSealed(record)) return undefined;
	const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: record.iv }, key, record.sealed);
	return new TextDecoder().decode(plain);
}

async function seal(db: Database, text: string): Promise<void> {
	const kept = await read(db, keyName);
	const key = kept instanceof CryptoKey ? kept : await createKey();
	const iv = crypto.getRandomValues(new Uint8Array(12));
	const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text));
	await change(db, (store) => {
		store.put(key, keyName);
		store.put({ iv, sealed }, recordName);
	});
}

function read(db: Database, key: string): Promise<unknown> {
	return answerOf(db.transaction(storeName).objectStore(storeName).get(key));
}

/** Resolves when it is on the disk. */
function change(db: Database, work: (store: ObjectStore) => void): Promise<void> {
	return new Promise((resolve, reject) => {
		const transaction = db.transaction(storeName, "readwrite", { durability: "strict" });
		transaction.oncomplete = () => resolve();
		transaction.onabort = () => reject(transaction.error);
		work(transaction.objectStore(storeName));
	});
}

function answerOf<T>(request: Asked<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}
