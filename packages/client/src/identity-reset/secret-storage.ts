import { decodeBase64, encodeBase64, isRecord, member } from "@countersign/protocol";

/** One secret, encrypted with one key. All base64. @see Matrix specification v1.17, "m.secret_storage.v1.aes-hmac-sha2" */
interface EncryptedSecret {
	readonly iv: string;
	readonly ciphertext: string;
	readonly mac: string;
}

/** How a key is had from a passphrase. @see Matrix specification v1.17, "Deriving keys from passphrases" */
interface PassphraseInfo {
	readonly algorithm: "m.pbkdf2";
	readonly salt: string;
	readonly iterations: number;
}

/** A key of secret storage: what is published of it, and the secret. */
export interface StorageKey {
	readonly keyId: string;
	/** 32 bytes in base64. */
	readonly secret: string;
	readonly passphrase?: PassphraseInfo | undefined;
}

const algorithm = "m.secret_storage.v1.aes-hmac-sha2";

/** What clients of today use for new passphrases. */
const newIterations = 500_000;

/**
 * Some seconds on a telephone. More would only keep the person waiting, and whoever has a token can write many such
 * descriptions; clients of today use half a million.
 */
const maxIterations = 1_000_000;

/** A new key, random or made from a passphrase; nothing is sent. */
export async function createStorageKey(passphrase?: string): Promise<StorageKey> {
	const keyId = randomText(24);
	if (passphrase === undefined) return { keyId, secret: random(32) };
	const info = { algorithm: "m.pbkdf2", salt: randomText(24), iterations: newIterations } as const;
	return { keyId, secret: await deriveFromPassphrase(passphrase, info), passphrase: info };
}

/** The key that this passphrase gives. */
export async function deriveFromPassphrase(passphrase: string, info: PassphraseInfo): Promise<string> {
	const utf8 = new TextEncoder();
	const key = await crypto.subtle.importKey("raw", utf8.encode(passphrase), "PBKDF2", false, ["deriveBits"]);
	const how = { name: "PBKDF2", salt: utf8.encode(info.salt), iterations: info.iterations, hash: "SHA-512" };
	return encodeBase64(new Uint8Array(await crypto.subtle.deriveBits(how, key, 256)));
}

/** The content of `m.secret_storage.key.<id>`: with it anybody who types a key can see whether it is the one. */
export async function describeKey({ secret, passphrase }: StorageKey) {
	const { iv, mac } = await encryptSecret({ key: secret, name: "", text: zeros });
	return { algorithm, iv, mac, ...(passphrase !== undefined && { passphrase }) };
}

/** How a published key is recognised, and had from a passphrase. Undefined for content that describes none. */
export function parseKeyDescription(content: unknown) {
	if (!isRecord(content) || member(content, "algorithm") !== algorithm) return undefined;
	const [iv, mac] = [member(content, "iv"), member(content, "mac")];
	if (typeof iv !== "string" || typeof mac !== "string") return undefined;
	return { iv, mac, passphrase: parsePassphrase(member(content, "passphrase")) };
}

function parsePassphrase(value: unknown): PassphraseInfo | undefined {
	if (!isRecord(value) || member(value, "algorithm") !== "m.pbkdf2") return undefined;
	const [salt, iterations, bits = 256] = ["salt", "iterations", "bits"].map((name) => member(value, name));
	if (typeof salt !== "string" || typeof iterations !== "number" || bits !== 256) return undefined;
	if (!Number.isInteger(iterations) || iterations < 1 || iterations > maxIterations) return undefined;
	return { algorithm: "m.pbkdf2", salt, iterations };
}

/** Whether this is the described key. */
export async function isDescribedKey(
	key: string,
	{ iv, mac }: { readonly iv: string; readonly mac: string },
): Promise<boolean> {
	const ivBytes = decodeBase64(iv);
	if (ivBytes?.length !== 16) return false;
	const made = await encryptSecret({ key, name: "", text: zeros, iv: ivBytes });
	return made.mac === bare(mac);
}

/** Encrypts a secret under its name. @param options.iv default: a new one */
export async function encryptSecret(options: {
	readonly key: string;
	readonly name: string;
	readonly text: string;
	readonly iv?: Uint8Array<ArrayBuffer>;
}): Promise<EncryptedSecret> {
	const { key, name, text, iv = newIv() } = options;
	const { aes, hmac } = await keysFor(key, name);
	const cipher = { name: "AES-CTR", counter: iv, length: 64 };
	const ciphertext = await crypto.subtle.encrypt(cipher, aes, new TextEncoder().encode(text));
	const mac = await crypto.subtle.sign("HMAC", hmac, ciphertext);
	return {
		iv: encodeBase64(iv),
		ciphertext: encodeBase64(new Uint8Array(ciphertext)),
		mac: encodeBase64(new Uint8Array(mac)),
	};
}

/** The secret this key opens in the content of an account data event; undefined where it opens none. */
export async function decryptSecret(
	{ keyId, secret }: Pick<StorageKey, "keyId" | "secret">,
	name: string,
	content: unknown,
): Promise<string | undefined> {
	const encrypted = isRecord(content) ? member(content, "encrypted") : undefined;
	const own = isRecord(encrypted) ? member(encrypted, keyId) : undefined;
	if (!isRecord(own)) return undefined;
	const [iv, ciphertext, mac] = ["iv", "ciphertext", "mac"].map((each) => {
		const text = member(own, each);
		return typeof text === "string" ? decodeBase64(text) : undefined;
	});
	if (iv?.length !== 16 || ciphertext === undefined || mac === undefined) return undefined;
	const { aes, hmac } = await keysFor(secret, name);
	if (!(await crypto.subtle.verify("HMAC", hmac, mac, ciphertext))) return undefined;
	const plain = await crypto.subtle.decrypt({ name: "AES-CTR", counter: iv, length: 64 }, aes, ciphertext);
	return new TextDecoder().decode(plain);
}

async function keysFor(key: string, name: string) {
	const bytes = decodeBase64(key);
	if (bytes?.length !== 32) throw new TypeError("a key of secret storage is 32 bytes of base64");
	const material = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
	const info = new TextEncoder().encode(name);
	const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info };
	const derived = await crypto.subtle.deriveBits(how, material, 512);
	const hmac = { name: "HMAC", hash: "SHA-256" };
	return {
		aes: await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-CTR", false, ["encrypt", "decrypt"]),
		hmac: await crypto.subtle.importKey("raw", derived.slice(32), hmac, false, ["sign", "verify"]),
	};
}

/** 32 zero bytes, as the text they are. */
const zeros = "\0".repeat(32);

/** Bit 63 is zero: some implementations of AES-CTR count wrongly past it. */
function newIv(): Uint8Array<ArrayBuffer> {
	const iv = crypto.getRandomValues(new Uint8Array(16));
	iv[8] = (iv[8] ?? 0) & 0x7f;
	return iv;
}

function random(length: number): string {
	return encodeBase64(crypto.getRandomValues(new Uint8Array(length)));
}

/** Letters and digits: it becomes part of an event type and of a URL. */
function randomText(length: number): string {
	return random(length * 2)
		.replaceAll(/[^A-Za-z0-9]/g, "")
		.slice(0, length);
}

function bare(base64: string): string {
	return base64.replace(/=+$/, "");
}
