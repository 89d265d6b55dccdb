import type { Accounts, PeopleUnit } from "./ports.ts";

/**
 * Gives an account a password in place of one that nobody has shown to know, inside the caller's transaction: whoever
 * had the account so far is signed out of every browser, and what they may have prepared ends, approved requests too;
 * codes and allowed devices end with the generation. Apps stay. False when the account is closed, or of another
 * generation.
 */
export async function replaceUnknownPassword(
	unit: Pick<PeopleUnit, "accounts" | "requests" | "browserSessions">,
	change: Parameters<Accounts["replacePassword"]>[0],
): Promise<boolean> {
	if (!(await unit.accounts.replacePassword(change))) return false;
	await unit.requests.withdraw({ of: "account", accountId: change.id }, "password-changed", change.at);
	await unit.browserSessions.endAllOf(change.id);
	return true;
}
