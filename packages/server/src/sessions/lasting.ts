import type { Operator } from "../audit/index.ts";
import { lastingClient } from "./device-session.ts";
import {
	type IssueDeps,
	type Issued,
	type IssueRefusal,
	type IssueUnit,
	issueLasting,
	type WantedToken,
} from "./issue-lasting.ts";
import { type ReplacedToken, type ReplaceOutcome, replaceLasting } from "./replace-lasting.ts";

/** Tokens for programs that cannot sign in: nothing renews them. */
export interface LastingTokens {
	/**
	 * Opens a session that this one token holds; the device exists at the homeserver before the token does. Whoever
	 * calls must be the operator, whose name stands in the security log: nothing is proved here. Never takes over a device that is signed in or kept.
	 */
	issue(wanted: WantedToken, by: Operator): Promise<Issued | IssueRefusal>;
	/** Another token in the place of the one that holds a session: device and identity stay, the old one is dead at once. */
	replace(which: ReplacedToken, by: Operator): Promise<ReplaceOutcome>;
}

export function createLastingTokens<Unit extends IssueUnit>(deps: IssueDeps<Unit>): LastingTokens {
	return {
		issue: (wanted, actor) =>
			issueLasting(deps, {
				wanted,
				clientId: `${lastingClient}${deps.random.token(16)}`,
				line: { kind: "token-issued", actor },
			}),
		replace: (which, actor) => replaceLasting(deps, which, { actor }),
	};
}
