import { opensClientApi } from "@countersign/protocol";
import { json } from "../../http/index.ts";
import { tokenRefusals } from "../../matrix-api/index.ts";
import type { Caller } from "./endpoint.ts";

/** Whether an access token counts now, and whose it is. */
export type AuthenticateToken = (
	accessToken: string,
	visit: { readonly address?: string | undefined },
) => Promise<
	| { readonly ok: true; readonly caller: Caller }
	| { readonly ok: false; readonly reason: "unknown" | "expired" | "ended" | "device-kept" | "locked" }
>;

export type Authenticated =
	| { readonly ok: true; readonly caller: Caller }
	| { readonly ok: false; readonly answer: Response };

/**
 * Who calls. The token comes in exactly one `Authorization: Bearer` header and nowhere else: a token in a query ends
 * in logs and histories, so even beside a good header it is refused.
 *
 * An expired token answers `soft_logout: true`: the app refreshes it and keeps its keys. Refuses with 401
 * M_MISSING_TOKEN, M_UNKNOWN_TOKEN or M_USER_LOCKED.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-authentication
 */
export async function authenticate(
	headers: Headers,
	query: URLSearchParams,
	ask: { readonly authenticate: AuthenticateToken; readonly address: string },
): Promise<Authenticated> {
	const token = bearerToken(headers.get("authorization"));
	if (token === undefined || query.has("access_token")) return refused("missing");
	const known = await ask.authenticate(token, { address: ask.address });
	if (!known.ok) return refused(known.reason);
	return opensClientApi(known.caller.scope) ? known : refused("other-purpose");
}

/** Two headers arrive joined by a comma, which no token contains. */
function bearerToken(header: string | null): string | undefined {
	return /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(header ?? "")?.[1];
}

function refused(reason: keyof typeof tokenRefusals): Authenticated {
	return { ok: false, answer: json(401, tokenRefusals[reason]) };
}
