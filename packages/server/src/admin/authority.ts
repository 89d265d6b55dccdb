import type { AccountId, SessionId } from "@countersign/core";
import { manages, type UserId } from "@countersign/protocol";
import type { Operator } from "../audit/index.ts";
import type { Clock } from "../config/ports.ts";
import { bearerOf } from "../http/index.ts";
import type { AuthorityUnit, Program, StillHeld } from "./ports.ts";
import type { Refusal } from "./refusals.ts";

/** Whether an access token of a person counts now, and whose it is. */
type AuthenticateToken = (
	accessToken: string,
	visit: { readonly address?: string | undefined },
) => Promise<
	| {
			readonly ok: true;
			readonly caller: {
				readonly accountId: AccountId;
				readonly sessionId: SessionId;
				readonly userId: UserId;
				readonly scope: string;
				readonly admin: boolean;
				readonly tokenHash: string;
			};
			/** Absent of a token that was refreshed. */
			readonly event?: { readonly at: number };
	  }
	| { readonly ok: false; readonly reason: "unknown" | "expired" | "ended" | "device-kept" | "locked" }
>;

export interface AuthorityDeps {
	readonly authenticate: AuthenticateToken;
	readonly clock: Clock;
	/** Whose token it is, of the operator's programs; undefined where it counts no more. Default: of those of now. */
	readonly programOf: (
		accessToken: string,
		programs?: AuthorityUnit["programs"],
	) => Promise<Program | undefined>;
	/** Whether somebody lacks a second factor that is demanded of administrators, and has had time to add one. */
	readonly lacksFactor: (accountId: AccountId) => Promise<boolean>;
}

/** Somebody who may administer, as long as `isHeld` says so. */
interface Authority {
	readonly by: Operator;
	/** Of the token that was shown, where a session has it. */
	readonly sessionId?: SessionId;
	/** When the person was there for this very token, where they were. */
	readonly provedAt?: number | undefined;
	readonly isHeld: StillHeld;
}

export type Authorized =
	| { readonly ok: true; readonly authority: Authority }
	| { readonly ok: false; readonly refusal: Refusal };

/** Thrown by a deed within its transaction: who asked for it may not any more, and nothing was done. */
export class AuthorityGone extends Error {
	override readonly name = "AuthorityGone";
}

/** Thrown by a deed within its transaction: nobody who administers would be left, and nothing was done. */
export class NobodyLeft extends Error {
	override readonly name = "NobodyLeft";
}

/**
 * Who may: by one bearer token in the header, and by nothing that a browser adds by itself. A person's counts while its
 * session lasts, holds `urn:mas:admin`, and the person is an administrator, not locked; a program's while it is one.
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export async function authorize(
	deps: AuthorityDeps,
	request: Pick<Request, "headers" | "url">,
	address: string,
): Promise<Authorized> {
	const token = bearerOf({ authorization: request.headers.get("authorization"), url: request.url });
	if (token === undefined) return { ok: false, refusal: "no-token" };
	const program = await deps.programOf(token);
	if (program !== undefined) return { ok: true, authority: ofProgram(deps, token, program) };
	const known = await deps.authenticate(token, { address });
	if (!known.ok) return { ok: false, refusal: known.reason === "locked" ? "locked" : "token-refused" };
	const { accountId, sessionId, userId, scope, admin, tokenHash } = known.caller;
	if (!manages(scope) || !admin) return { ok: false, refusal: "not-allowed" };
	if (await deps.lacksFactor(accountId)) return { ok: false, refusal: "factor-demanded" };
	return {
		ok: true,
		authority: {
			by: { kind: "administrator", name: userId },
			sessionId,
			provedAt: known.event?.at,
			isHeld: async ({ sessions, tokens }) => {
				if (!(await sessions.isSignedIn({ sessionId, accountId }))) return false;
				// The one that was shown: another of the session proves nothing about who holds this.
				const now = await tokens.findAccess(tokenHash);
				if (now === undefined || !now.admin || !manages(now.scope)) return false;
				return now.expiresAt === undefined || now.expiresAt > deps.clock();
			},
		},
	};
}

function ofProgram(
	{ programOf }: Pick<AuthorityDeps, "programOf">,
	token: string,
	{ id, name }: Program,
): Authority {
	return {
		by: { kind: "program", name: `${name} (${id})` },
		isHeld: async ({ programs }) => (await programOf(token, programs)) !== undefined,
	};
}
