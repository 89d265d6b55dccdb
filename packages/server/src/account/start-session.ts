import { makeUserId } from "@countersign/protocol";
import type { BrowserSessions } from "../people/index.ts";
import type { Proof } from "../proofs/index.ts";
import type { Resume } from "../resume/index.ts";
import { goOn, type Visitor, type Visitors } from "./visitor.ts";

interface Deps {
	readonly visitors: Visitors;
	readonly browserSessions: Pick<BrowserSessions, "start">;
	readonly serverName: string;
}

/** Signs somebody in who has proved who they are, and leads on. Undefined where everybody was thrown out meanwhile. */
export async function startSession(
	{ visitors, browserSessions, serverName }: Deps,
	{ address, userAgent }: Visitor,
	it: { readonly proof: Proof; readonly localpart: string; readonly to: Resume },
): Promise<Response | undefined> {
	const started = await browserSessions.start({ proof: it.proof, address, userAgent });
	if (started === undefined) return undefined;
	const person = { userId: makeUserId(it.localpart, serverName), hasProofSince: () => true };
	return goOn(person, it.to, { headers: [["set-cookie", visitors.signedInCookie(started.cookieValue)]] });
}
