import { hash } from "node:crypto";
import { isUlid, ulidOfBytes } from "@countersign/core";

type Kind = "app-session" | "browser-session" | "address" | "link" | "registration-token";

/**
 * How the admin API calls a row that is known by other names here: a ULID, since its programs take nothing else for an
 * id. It follows from what the row is known by, so that it stays through copies and moves; one that is a ULID stays it.
 * @see https://github.com/ulid/spec
 */
export function toldId(kind: Kind, ...knownBy: readonly string[]): string {
	const [only = ""] = knownBy;
	if (knownBy.length === 1 && isUlid(only)) return only;
	const text = `countersign ${kind}\n${JSON.stringify(knownBy)}`;
	return ulidOfBytes(hash("sha256", text, "buffer").subarray(0, 16));
}
