import { isUlid } from "@countersign/core";
import { administers } from "@countersign/protocol";
import { compatClient, lastingClient } from "../../sessions/index.ts";
import { type Opening, tokenSince } from "../first-token.ts";
import type { SessionHere } from "../ports.ts";
import { idAtMas, refreshIdAtMas } from "./at-mas.ts";
import type { NewAtMas, RefreshAtMas } from "./ports.ts";

interface SinceAtMas {
	readonly session: NewAtMas;
	readonly refresh: readonly RefreshAtMas[];
}

/** What a session that began here is at MAS. Undefined where it cannot be there: nobody knows its tokens any more. */
export function newAtMas(here: SessionHere, opening: Opening): SinceAtMas | undefined {
	const { clientId, scope } = here;
	const common = {
		id: idAtMas(here.id),
		name: here.deviceName,
		createdAt: here.createdAt,
		lastActiveAt: here.lastUsedAt,
		lastActiveAddress: here.lastAddress,
		userAgent: here.userAgent,
	};
	if (clientId.startsWith(lastingClient)) {
		// MAS too keeps no more than a hash of a token that somebody issued for a program.
		const [hash] = here.access;
		if (hash === undefined) return undefined;
		const { clientName: name, endsAt: expiresAt } = here;
		const personal = { kind: "personal", name, scope: scope.split(" "), hash, expiresAt } as const;
		return { session: { ...common, ...personal }, refresh: [] };
	}
	const isCompat = clientId === compatClient;
	// An app that MAS cannot have under its id would not find itself there.
	const since = isCompat || isUlid(clientId) ? tokenSince(here, opening) : undefined;
	if (since === undefined || here.deviceId === null) return undefined;
	const kind = isCompat ? "compat" : "oauth";
	const refresh = since.kind === "refresh" ? refreshRows(since, { kind, sessionId: common.id }) : [];
	if (!isCompat) return { session: { ...common, kind: "oauth", clientId, scope: scope.split(" ") }, refresh };
	const compat = { kind: "compat", deviceId: here.deviceId, isSynapseAdmin: administers(scope) } as const;
	const token = since.kind === "access" ? since.token : null;
	return { session: { ...common, ...compat, token }, refresh };
}

function refreshRows(
	{ token, before }: { readonly token: string; readonly before?: string },
	of: Pick<RefreshAtMas, "kind" | "sessionId">,
): readonly RefreshAtMas[] {
	const row = (text: string, nextId: string | null): RefreshAtMas => ({
		...of,
		id: refreshIdAtMas(text),
		token: text,
		nextId,
	});
	return [row(token, null), ...(before === undefined ? [] : [row(before, refreshIdAtMas(token))])];
}
