import { hash } from "node:crypto";
import { isUlid, ulidOfBytes } from "@countersign/core";

/** What programs call an upstream provider: a ULID, always the same for what the settings call it. */
export function idOfProvider(name: string): string {
	const digest = () => hash("sha256", `countersign provider\n${name}`, "buffer");
	return isUlid(name) ? name : ulidOfBytes(digest().subarray(0, 16));
}

/** One cursor for what several columns name together: opaque to whoever has it, and no secret. */
export function idOfParts(...parts: readonly string[]): string {
	return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** The parts again. Undefined where the id names nothing of so many. */
export function partsOfId(id: string, count: number): readonly string[] | undefined {
	try {
		const parts: unknown = JSON.parse(Buffer.from(id, "base64url").toString());
		const areTexts = Array.isArray(parts) && parts.length === count && parts.every(isText);
		return areTexts ? parts : undefined;
	} catch {
		return undefined;
	}
}

function isText(part: unknown): part is string {
	return typeof part === "string" && !part.includes("\0") && part.isWellFormed();
}
