import { makeUserId } from "@countersign/protocol";
import type { BrowserSessions, People } from "../people/index.ts";
import type { Proof, Proofs } from "../proofs/index.ts";
import type { Resume } from "../resume/index.ts";
import { goOn, type Visitor, type Visitors } from "./visitor.ts";

export interface StartSessionDeps {
	readonly visitors: Visitors;
	readonly browserSessions: Pick<BrowserSessions, "start">;
	readonly proofs: Pick<Proofs, "demands">;
	readonly people: Pick<People, "owesTerms">;
	readonly serverName: string;
}

/** Signs somebody in who has proved who they are, and leads on. Undefined where everybody was thrown out meanwhile. */
export async function startSession(
	{ visitors, browserSessions, proofs, people, serverName }: StartSessionDeps,
	{ address, userAgent }: Visitor,
	it: {
		readonly proof: Proof;
		readonly localpart: string;
		readonly to: Resume;
		/** `Set-Cookie` values beside that of the session. Default: none. */
		readonly cookies?: readonly string[];
	},
): Promise<Response | undefined> {
	const started = await browserSessions.start({ proof: it.proof, address, userAgent });
	if (started === undefined) return undefined;
	const missingFactor = await proofs.demands.missing(it.proof.accountId);
	const owesTerms = await people.owesTerms(it.proof.accountId);
	const userId = makeUserId(it.localpart, serverName);
	const set = [visitors.signedInCookie(started.cookieValue), ...(it.cookies ?? [])];
	const headers = set.map((value) => ["set-cookie", value] as const);
	const person = { userId, hasProofSince: () => true, missingFactor, owesTerms };
	return goOn(person, it.to, { asksFactor: true, headers });
}
