import { makeUserId } from "@countersign/protocol";
import type { BrowserSessions } from "../people/index.ts";
import type { Proof, Proofs } from "../proofs/index.ts";
import type { Resume } from "../resume/index.ts";
import { goOn, type Visitor, type Visitors } from "./visitor.ts";

export interface StartSessionDeps {
	readonly visitors: Visitors;
	readonly browserSessions: Pick<BrowserSessions, "start">;
	readonly proofs: Pick<Proofs, "demands">;
	readonly serverName: string;
}

/** Signs somebody in who has proved who they are, and leads on. Undefined where everybody was thrown out meanwhile. */
export async function startSession(
	{ visitors, browserSessions, proofs, serverName }: StartSessionDeps,
	{ address, userAgent }: Visitor,
	it: { readonly proof: Proof; readonly localpart: string; readonly to: Resume },
): Promise<Response | undefined> {
	const started = await browserSessions.start({ proof: it.proof, address, userAgent });
	if (started === undefined) return undefined;
	const missingFactor = await proofs.demands.missing(it.proof.accountId);
	const userId = makeUserId(it.localpart, serverName);
	const headers = [["set-cookie", visitors.signedInCookie(started.cookieValue)]] as const;
	return goOn({ userId, hasProofSince: () => true, missingFactor }, it.to, { asksFactor: true, headers });
}
