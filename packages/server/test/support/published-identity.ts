import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { bytesToSign } from "@countersign/protocol";

/** What `/keys/query` tells about a person, every signature on the way checked. */
export interface PublishedIdentity {
	readonly masterKey: string;
	readonly selfSigningKey: string;
	/** Devices that the self-signing key vouches for. */
	readonly signedDevices: readonly string[];
	readonly devices: readonly string[];
}

type Signed = Readonly<Record<string, unknown>> & {
	readonly keys: Readonly<Record<string, string>>;
	readonly signatures?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

interface Answer {
	readonly master_keys?: Readonly<Record<string, Signed>>;
	readonly self_signing_keys?: Readonly<Record<string, Signed>>;
	readonly device_keys: Readonly<Record<string, Readonly<Record<string, Signed>>>>;
}

/**
 * Asks the homeserver, as any other app would, and believes only what is signed: the self-signing key by the master
 * key, a device by the self-signing key. Throws where no whole identity is published.
 */
export async function readIdentity(
	url: string,
	{ userId, accessToken }: { readonly userId: string; readonly accessToken: string },
): Promise<PublishedIdentity> {
	const response = await fetch(new URL("_matrix/client/v3/keys/query", url), {
		method: "POST",
		headers: { authorization: `Bearer ${accessToken}` },
		body: JSON.stringify({ device_keys: { [userId]: [] } }),
	});
	const answer = (await response.json()) as Answer;
	const [master, selfSigning] = [answer.master_keys?.[userId], answer.self_signing_keys?.[userId]];
	assert.ok(master !== undefined && selfSigning !== undefined, "no whole identity is published");
	const [masterKey, selfSigningKey] = [onlyKey(master), onlyKey(selfSigning)];
	assert.ok(isSignedBy(selfSigning, userId, masterKey), "the master key did not sign the self-signing key");
	const devices = Object.entries(answer.device_keys[userId] ?? {});
	return {
		masterKey,
		selfSigningKey,
		signedDevices: devices.filter(([, keys]) => isSignedBy(keys, userId, selfSigningKey)).map(([id]) => id),
		devices: devices.map(([id]) => id),
	};
}

function onlyKey({ keys }: Signed): string {
	const [key, ...more] = Object.values(keys);
	assert.ok(key !== undefined && more.length === 0, "a cross-signing key is not one key");
	return key;
}

/** Ed25519 public keys as DER: this, and 32 bytes. @see RFC 8410 section 4 */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

function isSignedBy(object: Signed, userId: string, publicKey: string): boolean {
	const signature = object.signatures?.[userId]?.[`ed25519:${publicKey}`];
	if (signature === undefined) return false;
	const der = Buffer.concat([spkiPrefix, Buffer.from(publicKey, "base64")]);
	const key = createPublicKey({ key: der, format: "der", type: "spki" });
	return verify(null, Buffer.from(bytesToSign(object)), key, Buffer.from(signature, "base64"));
}
