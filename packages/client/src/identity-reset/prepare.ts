import { CountersignClientError, clientErrorCode } from "../errors.ts";
import { readBackup } from "./backup.ts";
import { type Caller, callerFor } from "./homeserver.ts";
import { createIdentity } from "./identity.ts";
import { createKeyPair } from "./key-pairs.ts";
import { type PublishedKeys, readPublishedKeys } from "./published-keys.ts";
import { type PendingReset, parseRecord, type Recovery, serializeRecord } from "./record.ts";
import { type ResetOutcome, type ResetParts, type RunOptions, runReset } from "./run.ts";
import { createStorageKey } from "./secret-storage.ts";

/** What a new reset is to lead to. */
export interface ResetWishes {
	/**
	 * How the new identity is got back on another device: by a new random key, or by one made from a passphrase.
	 * `none` leaves secret storage and backup as they are. Default `new-key`.
	 */
	readonly recovery?:
		| { readonly kind: "new-key" }
		| { readonly kind: "passphrase"; readonly passphrase: string }
		| { readonly kind: "none" }
		| undefined;
	/**
	 * What becomes of the old backup once everything else is done. Default `keep`: it stays readable for whoever has
	 * its key.
	 */
	readonly oldBackup?: "keep" | "delete-after-success" | undefined;
}

/** A reset that waits to be run. */
export interface IdentityReset {
	/** Whether it was begun before: its keys, and an approval for them, are those of then. */
	readonly resumed: boolean;
	/** The new master key, unpadded base64. */
	readonly masterKey: string;
	/** Brings it to its end. After an error that is `resumable`, run it again. @throws `IdentityResetError` */
	run(options: RunOptions): Promise<ResetOutcome>;
	/** Forgets the new keys. Once the homeserver has them, this leaves an identity that nobody holds. */
	abandon(): Promise<void>;
}

/**
 * Makes the keys of a new identity and writes them down; nothing is sent, and the app's crypto is not touched.
 *
 * A reset that is under way is returned instead: other keys would need another approval. One whose keys cannot be
 * taken any more, because another identity was published meanwhile, is forgotten.
 *
 * @throws `network`, `rate-limited`, `http-status`, `malformed-answer`, `logged-out`, `already-running`
 */
export async function prepareIdentityReset(options: ResetParts & ResetWishes): Promise<IdentityReset> {
	return exclusively(options, () => prepare(options));
}

async function prepare(options: ResetParts & ResetWishes): Promise<IdentityReset> {
	const call = callerFor(options.session, new AbortController().signal);
	const published = await readPublishedKeys(call, options.session);
	const pending = await readPending(options);
	if (pending !== undefined && canGoOn(pending, published))
		return resetOf(pending, options, { resumed: true });
	const record: PendingReset = {
		userId: options.session.userId,
		deviceId: options.session.deviceId,
		identity: await createIdentity(),
		replaces: published.masterKey,
		recovery: await createRecovery(call, options),
		state: { at: "prepared" },
	};
	await options.store.put(serializeRecord(record));
	return resetOf(record, options, { resumed: false });
}

/** The reset that is under way, with the same keys and hence the same approval; undefined where there is none. */
export async function resumeIdentityReset(parts: ResetParts): Promise<IdentityReset | undefined> {
	const pending = await readPending(parts);
	return pending === undefined ? undefined : resetOf(pending, parts, { resumed: true });
}

async function readPending({ store, session }: ResetParts): Promise<PendingReset | undefined> {
	const text = await store.get();
	return text === undefined ? undefined : parseRecord(text, session);
}

function canGoOn({ identity, replaces }: PendingReset, { masterKey }: PublishedKeys): boolean {
	return masterKey === replaces || masterKey === identity.master.publicKey;
}

async function createRecovery(
	call: Caller,
	{ recovery = { kind: "new-key" }, oldBackup = "keep" }: ResetWishes,
): Promise<Recovery | undefined> {
	if (recovery.kind === "none") return undefined;
	const key = await createStorageKey(recovery.kind === "passphrase" ? recovery.passphrase : undefined);
	const backup = await createKeyPair("X25519");
	const old = await readBackup(call);
	return { key, backup, old: old && { version: old.version, fate: oldBackup } };
}

function resetOf(
	pending: PendingReset,
	parts: ResetParts,
	{ resumed }: { readonly resumed: boolean },
): IdentityReset {
	return {
		resumed,
		masterKey: pending.identity.master.publicKey,
		run: (options) => exclusively(parts, async () => runReset(await current(pending, parts), options, parts)),
		abandon: () => exclusively(parts, () => parts.store.delete()),
	};
}

/** The record as it is now: whoever ran it before may have come further. */
async function current({ identity }: PendingReset, parts: ResetParts): Promise<PendingReset> {
	const kept = await readPending(parts);
	if (kept?.identity.master.publicKey === identity.master.publicKey) return kept;
	throw new TypeError("this reset is over: it was completed, abandoned or cannot be completed");
}

async function exclusively<T>({ store }: ResetParts, work: () => Promise<T>): Promise<T> {
	const done = await store.exclusively(work);
	if (done !== "taken") return done;
	throw new CountersignClientError(clientErrorCode.alreadyRunning, "this reset runs already");
}
