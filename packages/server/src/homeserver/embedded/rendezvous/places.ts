import type { Transactions } from "@countersign/core";
import type { Clock, Random } from "../../../config/ports.ts";
import { secretHash } from "../../../secrets/index.ts";
import type { RendezvousUnit, StoredRendezvous } from "./ports.ts";

/**
 * What strangers may leave here. Nobody is signed in where two devices meet, so anybody can make a place: few bytes,
 * for as long as a person needs to sign in, and no more places than harm nobody.
 */
export const bounds = {
	payloadBytes: 4096,
	/** MSC4388 wants 2 to 5 minutes; in them a person may have to sign in, read and allow. */
	lifeMs: 5 * 60_000,
	places: 1_000,
} as const;

/** A payload and what names it. */
export interface Payload {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly token: string;
	readonly modifiedAt: number;
	readonly expiresAt: number;
}

/** `changed`: somebody else wrote since; the payload is what is there now. */
type Replaced =
	| { readonly ok: true; readonly payload: Payload }
	| { readonly ok: false; readonly reason: "not-found" }
	| { readonly ok: false; readonly reason: "changed"; readonly payload: Payload };

/**
 * Places to meet, as both forms of the API serve them. Whoever knows the id of one may read, replace and remove; what
 * is in it is encrypted by those who meet. They live for a fixed time from when they were made.
 */
export interface Places {
	/** Undefined where there are too many already: those who meet elsewhere are let finish. */
	open(bytes: Uint8Array): Promise<{ readonly id: string; readonly payload: Payload } | undefined>;
	read(id: string): Promise<Payload | undefined>;
	/**
	 * Puts the bytes in the place of the payload that `token` names. The same bytes again are taken for the repeat of a
	 * write whose answer was lost, and change nothing.
	 */
	replace(id: string, token: string, bytes: Uint8Array): Promise<Replaced>;
	/** False if there was none. */
	close(id: string): Promise<boolean>;
}

export function createPlaces({
	storage,
	clock,
	random,
}: {
	readonly storage: Transactions<RendezvousUnit>;
	readonly clock: Clock;
	readonly random: Random;
}): Places {
	return {
		async open(bytes) {
			const [id, now] = [random.token(), clock()];
			const times = { modifiedAt: now, expiresAt: now + bounds.lifeMs };
			const stored = { payload: base64(bytes), token: random.token(), ...times };
			return storage.write(async ({ rendezvous }) => {
				// What has expired is gone for everybody; here it also leaves the disk.
				await rendezvous.deleteExpired(now);
				if ((await rendezvous.countLive(now)) >= bounds.places) return undefined;
				await rendezvous.add({ idHash: secretHash(id), ...stored });
				return { id, payload: fromStored(stored) };
			});
		},

		async read(id) {
			const stored = await storage.read.rendezvous.find(secretHash(id), clock());
			return stored && fromStored(stored);
		},

		replace(id, expected, bytes) {
			const [idHash, now] = [secretHash(id), clock()];
			const [payload, token] = [base64(bytes), random.token()];
			return storage.write(async ({ rendezvous }) => {
				const isReplaced = await rendezvous.replace(idHash, { expected, payload, token, now });
				const stored = await rendezvous.find(idHash, now);
				if (stored === undefined) return { ok: false, reason: "not-found" } as const;
				const there = fromStored(stored);
				return isReplaced || stored.payload === payload
					? { ok: true, payload: there }
					: { ok: false, reason: "changed", payload: there };
			});
		},

		close: (id) => storage.write(({ rendezvous }) => rendezvous.remove(secretHash(id), clock())),
	};
}

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("base64");
}

function fromStored({ payload, ...stored }: StoredRendezvous): Payload {
	return { ...stored, bytes: new Uint8Array(Buffer.from(payload, "base64")) };
}
