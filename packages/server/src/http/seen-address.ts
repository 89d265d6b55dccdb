import type { IncomingMessage } from "node:http";
import { isRecord } from "@countersign/protocol";

/** In a request: the proof that it may be told. In the answer: what is told. */
export const seenAddressHeaders = { proof: "x-countersign-doctor", told: "x-countersign-address" } as const;

/** Whom a request came from, and why the server thinks so. */
export interface SeenAddress {
	/** The other end of the socket. */
	readonly peer: string;
	/** Whether it is a trusted proxy. */
	readonly isTrusted: boolean;
	/** `X-Forwarded-For` as it arrived; undefined where there was none. */
	readonly forwarded?: string;
	/** What limits are counted by, and what people read in their security log. */
	readonly taken: string;
}

/** For those with a proof alone: it shows whose word counts here. A header of this kind that is none tells nothing. */
export function proofIn({ headers }: IncomingMessage): string | undefined {
	const proof = headers[seenAddressHeaders.proof];
	return typeof proof === "string" ? proof : undefined;
}

/** In letters that every proxy passes on, whatever was in it. */
export function writeSeenAddress(seen: SeenAddress): string {
	return Buffer.from(JSON.stringify(seen)).toString("base64url");
}

/** Undefined where it is none. */
export function parseSeenAddress(text: string): SeenAddress | undefined {
	const seen = jsonIn(Buffer.from(text, "base64url").toString());
	if (!isRecord(seen)) return undefined;
	const { peer, isTrusted, forwarded, taken } = seen;
	if (typeof peer !== "string" || typeof isTrusted !== "boolean" || typeof taken !== "string")
		return undefined;
	return { peer, isTrusted, taken, ...(typeof forwarded === "string" && { forwarded }) };
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
