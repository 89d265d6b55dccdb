const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const digits = 26;
const shape = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Sixteen bytes as twenty-six letters and digits. @see https://github.com/ulid/spec */
export function ulidOfBytes(bytes: Uint8Array): string {
	let rest = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
	let text = "";
	while (text.length < digits) {
		text = alphabet.charAt(Number(rest % 32n)) + text;
		rest /= 32n;
	}
	return text;
}

/** The other way round. */
export function bytesOfUlid(ulid: string): Uint8Array {
	let rest = [...ulid].reduce((sum, digit) => sum * 32n + BigInt(alphabet.indexOf(digit)), 0n);
	const bytes = new Uint8Array(16);
	for (let at = 15; at >= 0; at -= 1) {
		bytes[at] = Number(rest % 256n);
		rest /= 256n;
	}
	return bytes;
}

export function isUlid(text: string): boolean {
	return shape.test(text);
}
