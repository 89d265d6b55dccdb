import type { HomeserverSession, IdentityCrypto, PendingStore } from "../../src/index.ts";

/** What a reset works with. */
interface Parts {
	readonly session: HomeserverSession;
	readonly crypto: IdentityCrypto;
	readonly store: PendingStore;
}

/** The same parts for a program that ends in the middle, and when it has ended. */
export interface Mortal<P> {
	readonly parts: P;
	readonly died: Promise<"died">;
	/** What it did last. */
	lastDeed(): string;
}

/**
 * A program that ends right after its nth deed: a write to the homeserver, to its record, or to its crypto. From then
 * on nothing that it asks for is answered. The record outlives it; who held it does not.
 */
export function mortal<P extends Parts>(parts: P, dieAt: number): Mortal<P> {
	const { session, crypto, store } = parts;
	const end = Promise.withResolvers<"died">();
	const never = new Promise<never>(() => {});
	let deeds = 0;
	let last = "";
	const isDead = () => deeds >= dieAt;
	const deed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
		if (isDead()) return never;
		const result = await work();
		if (isDead()) return never;
		deeds++;
		last = name;
		if (!isDead()) return result;
		end.resolve("died");
		return never;
	};
	const send = session.fetch ?? fetch;
	return {
		died: end.promise,
		lastDeed: () => last,
		parts: {
			...parts,
			session: {
				...session,
				async fetch(url: string, init: RequestInit) {
					if (isDead()) return never;
					const { pathname } = new URL(url);
					if (init.method === "GET" || pathname.endsWith("/keys/query")) return send(url, init);
					return deed(`${init.method} ${pathname}`, () => send(url, init));
				},
			},
			crypto: {
				...crypto,
				importIdentity: (...given) => deed("import", () => crypto.importIdentity(...given)),
				signDevice: (...given) => deed("sign", () => crypto.signDevice(...given)),
				useBackup: (...given) => deed("use backup", () => crypto.useBackup(...given)),
			},
			store: {
				...store,
				put: (record) => deed("put", () => store.put(record)),
				delete: () => deed("delete", () => store.delete()),
				exclusively: async (work) => work(),
			},
		},
	};
}
