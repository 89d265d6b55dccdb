import { errcodes, type Parsed, refuse } from "@countersign/protocol";

/**
 * How far an app has been told, as positions among the changes to its account. Of messages only so many come at once, so that
 * they may be behind all the rest.
 */
export interface SyncPoint {
	readonly messages: number;
	readonly rest: number;
}

const token = /^s(0|[1-9][0-9]{0,14})(?:_(0|[1-9][0-9]{0,14}))?$/;

/** The point as apps keep it: all up to it has been handed out. */
export function makeSyncToken({ messages, rest }: SyncPoint): string {
	return messages === rest ? `s${rest}` : `s${messages}_${rest}`;
}

/** Refuses with M_INVALID_PARAM whatever this server cannot have made. */
export function parseSyncToken(text: string): Parsed<SyncPoint> {
	const [, first, second] = token.exec(text) ?? [];
	const point = { messages: Number(first), rest: Number(second ?? first) };
	if (first === undefined || point.messages > point.rest || makeSyncToken(point) !== text)
		return refuse(errcodes.invalidParam, "Not a token of this server");
	return { ok: true, value: point };
}
