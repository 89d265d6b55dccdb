import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { deserialize, serialize } from "node:v8";

/** What is used of the standard's interfaces: the types of browsers are not those of a server. */
interface Asked<T> {
	readonly result: T;
	readonly error: unknown;
	onsuccess: (() => void) | null;
	onerror: (() => void) | null;
	onupgradeneeded?: (() => void) | null;
}
interface Index {
	readonly name: string;
	readonly keyPath: string | string[];
	readonly unique: boolean;
	readonly multiEntry: boolean;
}
interface ObjectStore {
	readonly keyPath: string | string[] | null;
	readonly autoIncrement: boolean;
	readonly indexNames: Iterable<string>;
	index(name: string): Index;
	createIndex(name: string, keyPath: Index["keyPath"], options: object): unknown;
	put(value: unknown, key?: unknown): unknown;
	getAll(): Asked<unknown[]>;
	getAllKeys(): Asked<unknown[]>;
}
interface Opened {
	readonly version: number;
	readonly objectStoreNames: Iterable<string>;
	transaction(store: string): { objectStore(name: string): ObjectStore };
	createObjectStore(name: string, options: object): ObjectStore;
	close(): void;
}
interface Factory {
	databases(): Promise<readonly { readonly name?: string }[]>;
	open(name: string, version?: number): Asked<Opened>;
}

/** A database as it is written down. */
interface Database {
	readonly name: string;
	readonly version: number;
	readonly stores: readonly (Pick<ObjectStore, "keyPath" | "autoIncrement"> & {
		readonly name: string;
		readonly indexes: readonly Index[];
		readonly rows: readonly (readonly [unknown, unknown])[];
	})[];
}

/** Gives the process an IndexedDB with what `save` wrote into the file, as a browser would after it was killed. */
export async function openLastingIndexedDb(path: string): Promise<{ save(): Promise<void> }> {
	const fake = await import("fake-indexeddb");
	Object.assign(globalThis, fake);
	const factory: Factory = fake.indexedDB;
	if (existsSync(path))
		for (const database of deserialize(readFileSync(path))) await restore(factory, database);
	return {
		async save() {
			writeFileSync(`${path}.new`, serialize(await dumpAll(factory)));
			renameSync(`${path}.new`, path);
		},
	};
}

/** Gives the process an empty IndexedDB; returns what tells every row of every database in it. */
export async function openEmptyIndexedDb(): Promise<() => Promise<readonly Database[]>> {
	const fake = await import("fake-indexeddb");
	Object.assign(globalThis, fake);
	return () => dumpAll(fake.indexedDB);
}

async function dumpAll(factory: Factory): Promise<readonly Database[]> {
	const databases = [];
	for (const { name = "" } of await factory.databases()) databases.push(await dump(factory, name));
	return databases;
}

async function dump(factory: Factory, name: string): Promise<Database> {
	using opened = await open(factory, name);
	const { db } = opened;
	const names = [...db.objectStoreNames];
	const stores = [];
	for (const each of names) {
		const store = db.transaction(each).objectStore(each);
		const keys = await answer(store.getAllKeys());
		const values = await answer(db.transaction(each).objectStore(each).getAll());
		const indexes = [...store.indexNames].map((index) => {
			const { name, keyPath, unique, multiEntry } = store.index(index);
			return { name, keyPath, unique, multiEntry };
		});
		const { keyPath, autoIncrement } = store;
		const rows = keys.map((key, at) => [key, values[at]] as const);
		stores.push({ name: each, keyPath, autoIncrement, indexes, rows });
	}
	return { name, version: db.version, stores };
}

async function restore(factory: Factory, { name, version, stores }: Database): Promise<void> {
	const upgrade = (db: Opened) => {
		for (const { name, keyPath, autoIncrement, indexes, rows } of stores) {
			const store = db.createObjectStore(name, { keyPath, autoIncrement });
			for (const { name, keyPath, ...options } of indexes) store.createIndex(name, keyPath, options);
			for (const [key, value] of rows) store.put(value, keyPath === null ? key : undefined);
		}
	};
	using opened = await open(factory, name, { version, upgrade });
	if (opened.db.version !== version) throw new Error("the database is of another version");
}

async function open(
	factory: Factory,
	name: string,
	{ version, upgrade }: { readonly version?: number; readonly upgrade?: (db: Opened) => void } = {},
) {
	const request = factory.open(name, version);
	request.onupgradeneeded = () => upgrade?.(request.result);
	const db = await answer(request);
	return { db, [Symbol.dispose]: () => db.close() };
}

function answer<T>(request: Asked<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}
