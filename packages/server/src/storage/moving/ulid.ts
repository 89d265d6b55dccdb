const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const digits = 26;

/** The name under which apps know what a database keeps as UUID: the same 128 bits. @see https://github.com/ulid/spec */
export function ulidOf(uuid: string): string {
	let rest = BigInt(`0x${uuid.replaceAll("-", "")}`);
	let text = "";
	while (text.length < digits) {
		text = alphabet.charAt(Number(rest % 32n)) + text;
		rest /= 32n;
	}
	return text;
}

/** The other way round. */
export function uuidOf(ulid: string): string {
	const number = [...ulid].reduce((sum, digit) => sum * 32n + BigInt(alphabet.indexOf(digit)), 0n);
	const hex = number.toString(16).padStart(32, "0");
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
