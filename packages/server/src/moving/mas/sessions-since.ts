import { lastingClient } from "../../sessions/index.ts";
import type { SessionHere } from "../ports.ts";
import { idAtMas } from "./at-mas.ts";
import type { NewAtMas } from "./ports.ts";

/** What a session that began here is at MAS. Undefined where it cannot be there: nobody knows its tokens any more. */
export function newAtMas(session: SessionHere): NewAtMas | undefined {
	const { clientId, clientName, access } = session;
	const [hash] = access;
	// MAS too keeps no more than a hash of a token that somebody issued for a program.
	if (!clientId.startsWith(lastingClient) || hash === undefined) return undefined;
	return {
		kind: "personal",
		id: idAtMas(session.id),
		scope: session.scope.split(" "),
		name: clientName,
		createdAt: session.createdAt,
		lastActiveAt: session.lastUsedAt,
		lastActiveAddress: session.lastAddress,
		hash,
	};
}
