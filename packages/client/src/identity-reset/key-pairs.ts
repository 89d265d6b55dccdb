import { bytesToSign, decodeBase64, encodeBase64 } from "@countersign/protocol";

/** A key and its secret half, both 32 bytes in unpadded base64. Ed25519: the secret is the seed of RFC 8032. */
export interface KeyPair {
	readonly publicKey: string;
	readonly secret: string;
}

/** The curves of Matrix keys, by their WebCrypto names. */
type Curve = "Ed25519" | "X25519";

/** PKCS #8 around a 32-byte secret, up to it. @see RFC 8410 section 7 */
const pkcs8: Readonly<Record<Curve, string>> = {
	Ed25519: "MC4CAQAwBQYDK2VwBCIEIA",
	X25519: "MC4CAQAwBQYDK2VuBCIEIA",
};

/**
 * A new key pair, made by WebCrypto: nothing of an app's own crypto store is read or changed by it.
 *
 * Browsers offer this to secure contexts only.
 */
export function createKeyPair(curve: Curve): Promise<KeyPair> {
	return keyPairOf(curve, encodeBase64(crypto.getRandomValues(new Uint8Array(32))));
}

/** The pair that has this secret. @throws `TypeError` for a secret that is not 32 bytes of base64 */
export async function keyPairOf(curve: Curve, secret: string): Promise<KeyPair> {
	const key = await importSecret(curve, secret);
	const { x = "" } = await crypto.subtle.exportKey("jwk", key);
	const publicKey = x.replaceAll("-", "+").replaceAll("_", "/");
	return { publicKey, secret: encodeBase64(bytesOf(secret)) };
}

/**
 * What the holders of these two keys share, and nobody else.
 *
 * @throws for a public key that is no point of the curve, or one that would make the secret known to everybody
 */
export async function sharedSecret(own: KeyPair, publicKey: string): Promise<ArrayBuffer> {
	const raw = decodeBase64(publicKey);
	if (raw?.length !== 32) throw new TypeError("a public key is 32 bytes of base64");
	const theirs = await crypto.subtle.importKey("raw", raw, "X25519", false, []);
	const key = await importSecret("X25519", own.secret);
	return crypto.subtle.deriveBits({ name: "X25519", public: theirs }, key, 256);
}

type Signable = Readonly<Record<string, unknown>>;

/**
 * The object with one signature more, under the key's own name, as identity keys sign.
 *
 * @see Matrix specification v1.17, Appendices, "Signing JSON"
 */
export async function withSignature<T extends Signable>(
	object: T,
	userId: string,
	by: KeyPair,
): Promise<T & { readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>> }> {
	const key = await importSecret("Ed25519", by.secret);
	const text = new TextEncoder().encode(bytesToSign(object));
	const signature = encodeBase64(new Uint8Array(await crypto.subtle.sign("Ed25519", key, text)));
	return { ...object, signatures: { [userId]: { [`ed25519:${by.publicKey}`]: signature } } };
}

/** Whether the holder of this public key signed these bytes. False, never an error, for what is no key or signature. */
export async function isSignedBy(publicKey: string, text: string, signature: string): Promise<boolean> {
	const [raw, signed] = [decodeBase64(publicKey), decodeBase64(signature)];
	if (raw?.length !== 32 || signed?.length !== 64) return false;
	try {
		const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
		return await crypto.subtle.verify("Ed25519", key, signed, new TextEncoder().encode(text));
	} catch {
		// 32 bytes that are no point of the curve.
		return false;
	}
}

function importSecret(curve: Curve, secret: string): Promise<CryptoKey> {
	const prefix = decodeBase64(`${pkcs8[curve]}==`);
	if (prefix === undefined) throw new TypeError("the prefix is no base64");
	const der = new Uint8Array([...prefix, ...bytesOf(secret)]);
	return crypto.subtle.importKey("pkcs8", der, curve, true, curve === "Ed25519" ? ["sign"] : ["deriveBits"]);
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
	const bytes = decodeBase64(secret);
	if (bytes?.length !== 32) throw new TypeError("a secret key is 32 bytes of base64");
	return bytes;
}
