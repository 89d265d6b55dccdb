import { decodeBase64, encodeBase64, isRecord, member } from "@countersign/protocol";
import { createKeyPair, type KeyPair, sharedSecret } from "../key-pairs.ts";

/**
 * One key of messages as a backup keeps it; all unpadded base64.
 *
 * @see Matrix specification v1.17, Client-Server API, "Backup algorithm: m.megolm_backup.v1.curve25519-aes-sha2"
 */
export interface EncryptedRoomKey {
	readonly ephemeral: string;
	readonly ciphertext: string;
	readonly mac: string;
}

/** Opens what was encrypted to this backup; undefined for anything else. */
export async function decryptRoomKey(
	backup: KeyPair,
	data: unknown,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	if (!isRecord(data)) return undefined;
	const [ephemeral, ciphertext] = [member(data, "ephemeral"), member(data, "ciphertext")];
	const bytes = typeof ciphertext === "string" ? decodeBase64(ciphertext) : undefined;
	if (typeof ephemeral !== "string" || bytes === undefined) return undefined;
	try {
		const { cipher, aes } = await keysFor(backup, ephemeral);
		// The MAC is that of an empty text, whatever the ciphertext is: it proves nothing, so it is not looked at.
		const plain = await crypto.subtle.decrypt(cipher, aes, bytes);
		const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(plain));
		return isRecord(value) ? value : undefined;
	} catch {
		// No point of the curve, no padding, no JSON: made for another backup, or damaged.
		return undefined;
	}
}

/** Encrypts to a backup, of which only the public key is needed. */
export async function encryptRoomKey(publicKey: string, roomKey: object): Promise<EncryptedRoomKey> {
	const ephemeral = await createKeyPair("X25519");
	const { cipher, aes, hmac } = await keysFor(ephemeral, publicKey);
	const ciphertext = await crypto.subtle.encrypt(
		cipher,
		aes,
		new TextEncoder().encode(JSON.stringify(roomKey)),
	);
	const mac = await crypto.subtle.sign("HMAC", hmac, new Uint8Array());
	return {
		ephemeral: ephemeral.publicKey,
		ciphertext: encodeBase64(new Uint8Array(ciphertext)),
		mac: encodeBase64(new Uint8Array(mac).slice(0, 8)),
	};
}

async function keysFor(own: KeyPair, publicKey: string) {
	const secret = await sharedSecret(own, publicKey);
	const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
	const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: new Uint8Array() };
	const derived = await crypto.subtle.deriveBits(how, material, 640);
	const hash = { name: "HMAC", hash: "SHA-256" };
	return {
		aes: await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-CBC", false, ["encrypt", "decrypt"]),
		hmac: await crypto.subtle.importKey("raw", derived.slice(32, 64), hash, false, ["sign"]),
		cipher: { name: "AES-CBC", iv: derived.slice(64, 80) },
	};
}
