import { decodeBase64, encodeBase64 } from "@countersign/protocol";

/** Base58 as bitcoin spells it. */
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** What every recovery key begins with. @see Matrix specification v1.17, Client-Server API, "Key representation" */
const prefix = [0x8b, 0x01];

/**
 * A key as people write it down: groups of four characters, with a parity byte against slips of the pen.
 *
 * @param key 32 bytes in base64
 * @see Matrix specification v1.17, Client-Server API, "Key representation"
 */
export function encodeRecoveryKey(key: string): string {
	const bytes = [...prefix, ...(decodeBase64(key) ?? [])];
	const parity = bytes.reduce((sum, byte) => sum ^ byte, 0);
	return base58([...bytes, parity]).replace(/.{4}(?=.)/g, "$& ");
}

/** The key that somebody typed, in base64; white space is ignored. Undefined for a slip of the pen. */
export function decodeRecoveryKey(text: string): string | undefined {
	const bytes = fromBase58(text.replaceAll(/\s/g, ""));
	if (bytes?.length !== 35 || bytes.reduce((sum, byte) => sum ^ byte, 0) !== 0) return undefined;
	if (!prefix.every((byte, at) => bytes[at] === byte)) return undefined;
	return encodeBase64(new Uint8Array(bytes.slice(2, 34)));
}

function base58(bytes: readonly number[]): string {
	let value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
	let text = "";
	for (; value > 0n; value /= 58n) text = alphabet.charAt(Number(value % 58n)) + text;
	return text;
}

function fromBase58(text: string): readonly number[] | undefined {
	let value = 0n;
	for (const letter of text) {
		const digit = alphabet.indexOf(letter);
		if (digit < 0) return undefined;
		value = value * 58n + BigInt(digit);
	}
	const bytes: number[] = [];
	for (; value > 0n; value /= 256n) bytes.unshift(Number(value % 256n));
	return bytes;
}
