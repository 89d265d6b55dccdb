import { readAddress } from "../identifiers/index.ts";
import { heardMs } from "./heard.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

/**
 * Of addresses: whoever has the mailbox that is the account's for longer is its person. What those who run the server did
 * stays: they take away the mailbox of somebody who is not the person any more.
 */
export async function undoAddress(
	unit: Pick<ObjectionUnit, "accounts" | "addresses">,
	{ accountId, kind, email, wasConfirmed, isByOperator, at }: Notice,
	now: number,
): Promise<void> {
	const read = email === undefined ? undefined : readAddress(email);
	if (read === undefined || isByOperator) return;
	// Letters there would be links for whoever it was.
	if (kind === "address-added") await unit.addresses.remove(accountId, read.key);
	if (kind !== "address-removed" || !wasConfirmed) return;
	const account = await unit.accounts.find({ id: accountId });
	if (account === undefined || account.deactivatedAt !== null) return;
	// Who gives up a mailbox that somebody else reads has another one, to which nobody can object any more.
	const left = await unit.addresses.list(accountId);
	if (left.some(({ verifiedAt }) => verifiedAt !== undefined && verifiedAt <= at - heardMs)) return;
	await unit.addresses.confirm({ accountId, ...read, at: now });
}
