import { createPublicKey, verify } from "node:crypto";
import { bytesToSign, isRecord } from "@countersign/protocol";
import type { Account, Json, Slot } from "./state.ts";

/** Ed25519 public keys as DER: this, and 32 bytes. @see RFC 8410 section 4 */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** Whether the holder of the public key (base64) signed the object, under this name of a key. */
function isSignedBy(
	object: Json,
	userId: string,
	{ keyId, publicKey }: { readonly keyId: string; readonly publicKey: string },
): boolean {
	const signature = signaturesOf(object, userId)[keyId];
	if (typeof signature !== "string") return false;
	const raw = Buffer.from(publicKey, "base64");
	if (raw.length !== 32) return false;
	const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: "der", type: "spki" });
	return verify(null, Buffer.from(bytesToSign(object)), key, Buffer.from(signature, "base64"));
}

function signaturesOf(object: Json, userId: string): Json {
	const bySigner = object.signatures;
	const own = isRecord(bySigner) ? bySigner[userId] : undefined;
	return isRecord(own) ? own : {};
}

/** The one key of a cross-signing key object, without its algorithm. */
export function onlyKey(object: Json | undefined): string | undefined {
	const keys = isRecord(object?.keys) ? Object.values(object.keys) : [];
	return typeof keys[0] === "string" && keys.length === 1 ? keys[0] : undefined;
}

/** Both keys signed by the master key that comes along, or is stored; as servers demand that check it at all. */
export function areSignedByMaster(account: Account, sent: ReadonlyMap<Slot, Json>): boolean {
	const publicKey = onlyKey(sent.get("master") ?? account.identity.get("master"));
	if (publicKey === undefined) return false;
	return (["self_signing", "user_signing"] as const).every((slot) => {
		const key = sent.get(slot);
		return key === undefined || isSignedBy(key, account.userId, { keyId: `ed25519:${publicKey}`, publicKey });
	});
}

/**
 * Adds those signatures of the sent object that hold: of a device by the self-signing key, of the master key by a
 * device. Undefined where none of the new ones does.
 */
export function withGoodSignatures(account: Account, stored: Json, sent: Json): Json | undefined {
	if (bytesToSign(stored) !== bytesToSign(sent)) return undefined;
	const { userId } = account;
	const before = signaturesOf(stored, userId);
	const added = Object.entries(signaturesOf(sent, userId)).filter(([keyId]) => before[keyId] === undefined);
	const good = added.filter(([keyId]) => {
		const publicKey = signingKey(account, keyId);
		return publicKey !== undefined && isSignedBy(sent, userId, { keyId, publicKey });
	});
	if (good.length < added.length) return undefined;
	return { ...stored, signatures: { [userId]: { ...before, ...Object.fromEntries(good) } } };
}

function signingKey(account: Account, keyId: string): string | undefined {
	const name = keyId.slice("ed25519:".length);
	if (name === onlyKey(account.identity.get("self_signing"))) return name;
	const keys = account.devices.get(name)?.keys?.keys;
	const key = isRecord(keys) ? keys[keyId] : undefined;
	return typeof key === "string" ? key : undefined;
}
