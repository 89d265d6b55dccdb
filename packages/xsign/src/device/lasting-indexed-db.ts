import { readFile } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import { replaceFile } from "@countersign/client/node";

interface Index {
	readonly name: string;
	readonly keyPath: string | string[];
	readonly unique: boolean;
	readonly multiEntry: boolean;
}

/** A database as it is written down. */
interface Snapshot {
	readonly name: string;
	readonly version: number;
	readonly stores: readonly {
		readonly name: string;
		readonly keyPath: string | string[] | null;
		readonly autoIncrement: boolean;
		readonly indexes: readonly Index[];
		readonly rows: readonly (readonly [key: IDBValidKey, value: unknown])[];
	}[];
}

/** An IndexedDB of this process that outlives it. */
export interface LastingIndexedDb {
	/** Whether nothing was written before. */
	readonly isNew: boolean;
	/**
	 * Writes everything down, as whole before a power cut as after it. What the crypto has begun has to be over: call it
	 * between its calls.
	 */
	save(): Promise<void>;
}

/**
 * Gives the process an IndexedDB, which is what the crypto keeps its keys in, with what `save` wrote to the file.
 * Rows are cloned by the algorithm that IndexedDB itself clones by, so nothing is lost on the way.
 *
 * @throws `TypeError` for a file that holds something else
 */
export async function openLastingIndexedDb(path: string): Promise<LastingIndexedDb> {
	const fake = await import("fake-indexeddb");
	// The crypto finds it, and its classes, where a browser has them.
	Object.assign(globalThis, fake);
	const factory: IDBFactory = fake.indexedDB;
	const bytes = await readFile(path).catch(absent);
	for (const snapshot of parseSnapshots(bytes)) await restore(factory, snapshot);
	return {
		isNew: bytes === undefined,
		async save() {
			const snapshots = [];
			for (const { name = "" } of await factory.databases()) snapshots.push(await dump(factory, name));
			await replaceFile(path, serialize(snapshots));
		},
	};
}

function absent(error: unknown): undefined {
	if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
	throw error;
}

/** The file is this program's own, and in a folder nobody else reads: only that it is whole is judged. */
function parseSnapshots(bytes: Uint8Array | undefined): readonly Snapshot[] {
	if (bytes === undefined) return [];
	let value: unknown;
	try {
		value = deserialize(bytes);
	} catch (cause) {
		throw new TypeError("the crypto store is damaged", { cause });
	}
	if (!Array.isArray(value)) throw new TypeError("the crypto store is damaged");
	return value as readonly Snapshot[];
}

async function dump(factory: IDBFactory, name: string): Promise<Snapshot> {
	const database = await answer(factory.open(name));
	try {
		const stores = [];
		for (const each of database.objectStoreNames) {
			const store = database.transaction(each).objectStore(each);
			const [keys, values] = await Promise.all([answer(store.getAllKeys()), answer(store.getAll())]);
			const indexes = [...store.indexNames].map((index) => {
				const { name, keyPath, unique, multiEntry } = store.index(index);
				return { name, keyPath, unique, multiEntry };
			});
			const { keyPath, autoIncrement } = store;
			const rows = keys.map((key, at): readonly [IDBValidKey, unknown] => [key, values[at]]);
			stores.push({ name: each, keyPath, autoIncrement, indexes, rows });
		}
		return { name, version: database.version, stores };
	} finally {
		database.close();
	}
}

async function restore(factory: IDBFactory, { name, version, stores }: Snapshot): Promise<void> {
	const request = factory.open(name, version);
	request.onupgradeneeded = () => {
		for (const { name, keyPath, autoIncrement, indexes, rows } of stores) {
			const store = request.result.createObjectStore(name, { keyPath, autoIncrement });
			for (const { name, keyPath, ...options } of indexes) store.createIndex(name, keyPath, options);
			for (const [key, value] of rows) store.put(value, keyPath === null ? key : undefined);
		}
	};
	(await answer(request)).close();
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}
