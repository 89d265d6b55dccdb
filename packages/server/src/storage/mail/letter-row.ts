import { isRecord, isStringRecord } from "@countersign/protocol";
import type { QueuedLetter } from "../../notices/ports.ts";

interface LetterRow {
	readonly kind: string;
	/** JSON: to whom, until when, and what it is of. */
	readonly detail: string;
}

export function letterRow({ to, expiresAt, kind, ...facts }: QueuedLetter): LetterRow {
	return { kind, detail: JSON.stringify({ to, expiresAt, facts }) };
}

/** Undefined where a row means nothing: half understood, a letter could tell somebody what is not so. */
export function parseLetter({ kind, detail }: LetterRow): QueuedLetter | undefined {
	const { to, expiresAt, facts }: Readonly<Record<string, unknown>> = parsed(detail);
	if (typeof to !== "string" || typeof expiresAt !== "number" || !isStringRecord(facts)) return undefined;
	const { seed, key } = facts;
	if (isSeeded(kind) && seed !== undefined) return { kind, to, expiresAt, seed };
	if (kind === "registration-code" && seed !== undefined && key !== undefined)
		return { kind, to, expiresAt, seed, key };
	const { what, name, ends } = facts;
	if (kind === "ends-soon" && what !== undefined && name !== undefined && ends !== undefined)
		return { kind, to, expiresAt, what, name, ends };
	const { eventId, event, at, from } = facts;
	if (kind === "address-withdrawn") return { kind, to, expiresAt };
	if (kind === "address-removed" && eventId !== undefined) return { kind, to, expiresAt, eventId };
	if (
		kind === "notice" &&
		eventId !== undefined &&
		event !== undefined &&
		at !== undefined &&
		from !== undefined
	)
		return { kind, to, expiresAt, eventId, event, at, from };
	return undefined;
}

type Seeded = Exclude<Extract<QueuedLetter, { readonly seed: string }>["kind"], "registration-code">;

function isSeeded(kind: string): kind is Seeded {
	return ["address-code", "password-link", "lost-factors-begin", "lost-factors-finish"].includes(kind);
}

function parsed(detail: string): Readonly<Record<string, unknown>> {
	const value: unknown = JSON.parse(detail);
	return isRecord(value) ? value : {};
}
