import { tokenHash } from "../sessions/index.ts";
import { endOfChain, type Following } from "./chain.ts";
import type { SessionHere } from "./ports.ts";

/** Opens what was sealed for a session; undefined where it cannot be opened. */
export type Unseal = (sealed: string, owner: string) => string | undefined;

export interface Opening extends Following {
	/** Absent: nobody named what opens first tokens. */
	readonly unseal?: Unseal;
}

/** What of a session that began here is good there. */
export type SinceHere =
	| { readonly kind: "access"; readonly token: string }
	/** `before`: the one before, where the app may not have the newer one. */
	| { readonly kind: "refresh"; readonly token: string; readonly before?: string };

/** What follows by now from the first token of a session that began here; undefined where that is not known. */
export function tokenSince(session: SessionHere, opening: Opening): SinceHere | undefined {
	if (session.sealed === null) return undefined;
	const first = opening.unseal?.(session.sealed, session.id);
	if (first === undefined) return undefined;
	const hash = tokenHash(first);
	if (session.access.has(hash)) return { kind: "access", token: first };
	if (session.refresh.get(hash)?.isUsed === false) return { kind: "refresh", token: first };
	const end = endOfChain(session, first, opening);
	if (end === undefined) return undefined;
	const { token, before, hasArrived } = end;
	return { kind: "refresh", token, ...(hasArrived ? {} : { before }) };
}
