import { errcodes, type MatrixErrorBody } from "@countersign/protocol";
import { awayInShort, isStorageAway, retryAfter } from "./storage-away.ts";

/** What a request to the Matrix API is answered that this server failed at, without a word about why. */
export function matrixFailure(error: unknown): {
	readonly status: number;
	readonly body: MatrixErrorBody;
	readonly headers: Readonly<Record<string, string>>;
} {
	return isStorageAway(error)
		? { status: 503, body: { errcode: errcodes.unknown, error: awayInShort }, headers: retryAfter }
		: { status: 500, body: { errcode: errcodes.unknown, error: "Internal server error" }, headers: {} };
}
