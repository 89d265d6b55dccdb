import { errcodes, type Parsed, refuse } from "@countersign/protocol";

const token = /^s(0|[1-9][0-9]{0,14})$/;

/** A position in the stream of changes, as apps keep it: all up to it has been handed out. */
export function makeSyncToken(position: number): string {
	return `s${position}`;
}

/** Refuses with M_INVALID_PARAM whatever this server cannot have made. */
export function parseSyncToken(text: string): Parsed<number> {
	const [, position] = token.exec(text) ?? [];
	if (position === undefined) return refuse(errcodes.invalidParam, "Not a token of this server");
	return { ok: true, value: Number(position) };
}
