import { isRecord, member } from "@countersign/protocol";
import type { Caller } from "./homeserver.ts";
import type { Identity } from "./identity.ts";
import { type KeyPair, withSignature } from "./key-pairs.ts";

/** The one algorithm there is. @see Matrix specification v1.17, Client-Server API, "Server-side key backups" */
const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";

/** A backup as the homeserver describes it. */
export interface PublishedBackup {
	readonly version: string;
	/** Curve25519, unpadded base64; undefined for a kind that is not known here. */
	readonly publicKey: string | undefined;
	/** What its public key stands in, with the signatures of those who vouch for it. */
	readonly authData: unknown;
	/** How many keys of messages are in it. */
	readonly count: number;
}

/** The newest backup, or one by its version; undefined where there is none. */
export async function readBackup(call: Caller, version?: string): Promise<PublishedBackup | undefined> {
	const path = version === undefined ? "room_keys/version" : versionPath(version);
	const { status, body } = await call({ method: "GET", path, accept: [404] });
	const [found, count, auth] = ["version", "count", "auth_data"].map((name) => member(body, name));
	if (status === 404 || typeof found !== "string") return undefined;
	const publicKey = isRecord(auth) ? member(auth, "public_key") : undefined;
	return {
		version: found,
		publicKey: typeof publicKey === "string" ? publicKey : undefined,
		authData: auth,
		count: typeof count === "number" ? count : 0,
	};
}

/** Makes a new, empty backup, signed by the identity. Older ones stay, and can still be read. */
export async function createBackup(
	call: Caller,
	{
		keys,
		identity,
		userId,
	}: { readonly keys: KeyPair; readonly identity: Identity; readonly userId: string },
): Promise<void> {
	const auth_data = await withSignature({ public_key: keys.publicKey }, userId, identity.master);
	await call({ method: "POST", path: "room_keys/version", body: { algorithm, auth_data } });
}

/** Deletes a backup with all keys in it. One that is gone already is no failure. */
export async function deleteBackup(call: Caller, version: string): Promise<void> {
	await call({ method: "DELETE", path: versionPath(version), accept: [404] });
}

function versionPath(version: string): string {
	return `room_keys/version/${encodeURIComponent(version)}`;
}
