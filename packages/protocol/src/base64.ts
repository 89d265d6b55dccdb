const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const sextets: ReadonlyMap<string, number> = new Map([...alphabet].map((letter, value) => [letter, value]));

/**
 * Strict decoding: the standard alphabet only (no `-` `_`, no whitespace), unused trailing bits zero, padding either
 * absent or complete. One byte string thus has one text (two with padding), so comparing texts compares keys.
 * @param options.padding default "tolerated", as input should be; "forbidden" where the text itself is an identifier
 * @returns undefined for anything else
 * @see https://spec.matrix.org/v1.17/appendices/#unpadded-base64
 */
export function decodeBase64(
	text: string,
	options: { readonly padding?: "forbidden" | "tolerated" } = {},
): Uint8Array<ArrayBuffer> | undefined {
	const bare = withoutPadding(text, options.padding ?? "tolerated");
	if (bare === undefined || bare.length % 4 === 1) return undefined;
	const bytes = new Uint8Array(Math.floor((bare.length * 3) / 4));
	let bits = 0;
	let held = 0;
	let at = 0;
	for (const letter of bare) {
		const sextet = sextets.get(letter);
		if (sextet === undefined) return undefined;
		bits = (bits << 6) | sextet;
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[at++] = bits >> held;
			bits &= (1 << held) - 1;
		}
	}
	return bits === 0 ? bytes : undefined;
}

/** Unpadded base64, the form everything is sent in. */
export function encodeBase64(bytes: Uint8Array): string {
	let text = "";
	for (let at = 0; at < bytes.length; at += 3) {
		const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
		const bits = (first << 16) | (second << 8) | third;
		const letters = Math.min(bytes.length - at, 3) + 1;
		for (let index = 0; index < letters; index++) text += alphabet.charAt((bits >> (18 - 6 * index)) & 63);
	}
	return text;
}

/**
 * Whether the text is the one canonical spelling of a 32-byte key: 43 characters, unpadded. Key ids are compared as
 * text all over Matrix; a second spelling of one key would pass as another key.
 */
export function isCanonicalKey(text: string): boolean {
	return text.length === 43 && decodeBase64(text, { padding: "forbidden" }) !== undefined;
}

function withoutPadding(text: string, padding: "forbidden" | "tolerated"): string | undefined {
	if (!text.endsWith("=")) return text;
	if (padding === "forbidden" || text.length % 4 !== 0) return undefined;
	return text.endsWith("==") ? text.slice(0, -2) : text.slice(0, -1);
}
