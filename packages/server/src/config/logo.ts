import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

/** A picture of the operator's own, read once at the start. */
export interface Logo {
	readonly type: "image/png" | "image/jpeg" | "image/webp";
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Another one for every other picture. */
	readonly version: string;
}

const atMostBytes = 100 * 1024;

export const logoExpected = "a PNG, JPEG or WebP file of at most 100 KiB";

/**
 * Reads it; undefined where it cannot be read, is too large or no such picture. By its content: a name can say anything.
 * SVG is not taken: it can hold scripts, which would run here for whoever opens it by its address.
 */
export function readLogo(file: string): Logo | undefined {
	const bytes = readAtMost(file, atMostBytes);
	if (bytes === undefined) return undefined;
	const type = typeOf(bytes);
	if (type === undefined) return undefined;
	const version = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
	return Object.freeze({ type, bytes: Uint8Array.from(bytes), version });
}

function readAtMost(file: string, most: number): Buffer | undefined {
	let handle: number | undefined;
	try {
		handle = openSync(file, "r");
		const { size } = fstatSync(handle);
		return fstatSync(handle).isFile() && size <= most ? readFileSync(handle) : undefined;
	} catch {
		return undefined;
	} finally {
		if (handle !== undefined) closeSync(handle);
	}
}

function typeOf(bytes: Buffer): Logo["type"] | undefined {
	const begins = (text: string, at = 0) => bytes.toString("latin1", at, at + text.length) === text;
	if (begins("\x89PNG\r\n\x1a\n")) return "image/png";
	if (begins("\xff\xd8\xff")) return "image/jpeg";
	return begins("RIFF") && begins("WEBP", 8) ? "image/webp" : undefined;
}
