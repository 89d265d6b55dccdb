import { hash } from "node:crypto";
import type { AccountId } from "@countersign/core";
import { type DeviceId, errcodes, type Parsed, refuse } from "@countersign/protocol";

/** How far one connection has been told of what; undefined where it has not been told of that at all. */
export interface Position {
	readonly keyChanges: number | undefined;
	readonly accountData: number | undefined;
}

/** A loop of syncs: an app on one device may run several, each by a name of its own. */
export interface Connection {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	/** Empty where the app names none. */
	readonly connectionId: string;
}

const pattern = /^p([A-Za-z0-9_-]{16})\.(0|[1-9][0-9]{0,14}|-)\.(0|[1-9][0-9]{0,14}|-)$/;

/** All that a connection has to remember, kept by the app: any server answers it, and the server keeps nothing. */
export function makePosition(connection: Connection, { keyChanges, accountData }: Position): string {
	return `p${markOf(connection)}.${keyChanges ?? "-"}.${accountData ?? "-"}`;
}

/**
 * Refuses with M_UNKNOWN_POS, upon which an app begins anew, what was not made for this connection, and what lies
 * beyond `latest`: only another database can have given that out. Nothing in it is secret or grants anything, what is
 * read is always the caller's own; an app that makes one up misses what it says it has seen.
 */
export function parsePosition(
	text: string,
	connection: Connection,
	{ latest }: { readonly latest: number },
): Parsed<Position> {
	const [, mark, keyChanges, accountData] = pattern.exec(text) ?? [];
	const position = { keyChanges: numberIn(keyChanges), accountData: numberIn(accountData) };
	const isKnown =
		mark === markOf(connection) &&
		(position.keyChanges ?? 0) <= latest &&
		(position.accountData ?? 0) <= latest;
	return isKnown
		? { ok: true, value: position }
		: refuse(errcodes.unknownPos, "Not a position of this connection: begin without one");
}

/** Ids and names have no line breaks or come last, so that no two connections have the same text. */
function markOf({ accountId, deviceId, connectionId }: Connection): string {
	return hash("sha256", `sliding sync\n${accountId}\n${deviceId}\n${connectionId}`, "base64url").slice(0, 16);
}

function numberIn(text: string | undefined): number | undefined {
	return text === undefined || text === "-" ? undefined : Number(text);
}
