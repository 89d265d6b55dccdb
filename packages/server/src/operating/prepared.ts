import type { AccountId } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { IssuedSession, Operator, SecurityEvents } from "../audit/index.ts";
import type { LinkUnit } from "../password-links/index.ts";

export interface PreparedUnit extends LinkUnit {
	readonly events: Pick<SecurityEvents, "record" | "listBy" | "issuedBy">;
}

/** Of these sessions ends those that could administer, inside that transaction. Returns which they were. */
export type EndIssued<Unit> = (
	unit: Unit,
	issued: readonly IssuedSession[],
	how: { readonly now: number; readonly actor: Operator },
) => Promise<readonly IssuedSession[]>;

/**
 * What an administrator or a program prepared, who is none any more, opens nothing, inside the caller's transaction: links
 * that nobody has used, and tokens of others that administer. What is done by such a token is its person's by name: links
 * made under that name since the token was there are void, too.
 */
export async function withdrawPrepared<Unit extends PreparedUnit>(
	{ endIssued, serverName }: { readonly endIssued: EndIssued<Unit>; readonly serverName: string },
	unit: Unit,
	{ by, ...how }: { readonly by: Operator; readonly now: number; readonly actor: Operator },
): Promise<{ readonly links: number; readonly owners: readonly AccountId[] }> {
	const ended = await endIssued(unit, await unit.events.issuedBy(by), how);
	let links = await unit.passwordLinks.voidMadeBy(by, how);
	for (const { accountId, at: since } of ended) {
		const account = await unit.accounts.find({ id: accountId });
		const name = makeUserId(account?.localpart ?? "", serverName);
		links += await unit.passwordLinks.voidMadeBy({ kind: "administrator", name }, { ...how, since });
	}
	return { links, owners: ended.map(({ accountId }) => accountId) };
}
