import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { bytesToSign, encodeBase64, parseDeviceSigningUpload, type Utf8 } from "@countersign/protocol";
import type { Sha256 } from "../src/claim/binding.ts";

/** Real ed25519 keys for tests, the same ones for the same name at every run. */
export const userId = "@alice:example.org";

interface SigningKey {
	readonly privateKey: KeyObject;
	readonly publicKey: string;
}

export interface Identity {
	readonly master: SigningKey;
	readonly selfSigning: SigningKey;
	readonly userSigning: SigningKey;
}

export const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();
export const utf8: Utf8 = (text) => new TextEncoder().encode(text);

const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

export const signing = {
	utf8,
	verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
		const key = createPublicKey({
			key: Buffer.concat([spkiPrefix, publicKey]),
			format: "der",
			type: "spki",
		});
		return verify(null, message, key, signature);
	},
};

export function identity(name: string): Identity {
	return {
		master: signingKey(`${name}/master`),
		selfSigning: signingKey(`${name}/self-signing`),
		userSigning: signingKey(`${name}/user-signing`),
	};
}

/** A random course asks for the same few keys thousands of times. */
const made = new Map<string, SigningKey>();

function signingKey(seed: string): SigningKey {
	const known = made.get(seed) ?? makeSigningKey(seed);
	made.set(seed, known);
	return known;
}

function makeSigningKey(seed: string): SigningKey {
	const privateKey = createPrivateKey({
		key: Buffer.concat([pkcs8Prefix, sha256(utf8(seed))]),
		format: "der",
		type: "pkcs8",
	});
	const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
	return { privateKey, publicKey: encodeBase64(spki.subarray(spkiPrefix.length)) };
}

/** The whole upload body of an identity, self-signing and user-signing keys signed by its master key. */
export function bodyOf(keys: Identity, owner = userId) {
	return {
		master_key: keyObject(keys.master, "master", owner),
		self_signing_key: signedBy(keys.master, keyObject(keys.selfSigning, "self_signing", owner)),
		user_signing_key: signedBy(keys.master, keyObject(keys.userSigning, "user_signing", owner)),
	};
}

function keyObject(key: SigningKey, usage: string, owner: string) {
	return {
		user_id: owner,
		usage: [usage],
		keys: { [`ed25519:${key.publicKey}`]: key.publicKey },
	};
}

export function signedBy<T extends { readonly user_id: string }>(key: SigningKey, object: T) {
	const signature = encodeBase64(sign(null, utf8(bytesToSign(object)), key.privateKey));
	return { ...object, signatures: { [object.user_id]: { [`ed25519:${key.publicKey}`]: signature } } };
}

export function parsed(body: object, owner = userId) {
	const upload = parseDeviceSigningUpload(body, owner);
	if (!upload.ok) {
		throw new Error(upload.refusal.error);
	}
	return upload.value;
}
