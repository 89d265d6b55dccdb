import type { AccountId } from "@countersign/core";
import type { ProofUnit } from "./ports.ts";
import type { BrowserProof } from "./proof.ts";

type Unit = Pick<ProofUnit, "passkeys" | "oneTimeCodes" | "recoveryCodes">;

/**
 * With the first second factor, within its transaction: whatever was given by a password alone is over.
 * Other browsers, codes and allowed devices, permissions to add a factor, and sign-ins that are in between end with the
 * generation; approvals are withdrawn; recovery codes that somebody with the password made before stand beside nothing.
 */
export async function endWhatAPasswordGave(
	unit: Pick<ProofUnit, "recoveryCodes" | "accounts" | "requests" | "browserSessions">,
	{ accountId, browser }: BrowserProof,
	now: number,
): Promise<void> {
	await unit.accounts.raiseGeneration(accountId);
	await unit.accounts.forgetFactorDemand(accountId);
	await unit.requests.withdraw({ of: "approvals", accountId }, "factor-added", now);
	await unit.recoveryCodes.removeAllOf(accountId);
	await unit.browserSessions.endAllOf(accountId, browser);
}

/** Whether there is any code that could stand beside a password. */
export async function takesCode(
	{ oneTimeCodes, recoveryCodes }: Pick<Unit, "oneTimeCodes" | "recoveryCodes">,
	accountId: AccountId,
): Promise<boolean> {
	return (await oneTimeCodes.find(accountId)) !== undefined || (await recoveryCodes.left(accountId)) > 0;
}

/** So long whoever sends a form twice is told that it was done. */
export const toldAgainMs = 60_000;

interface Removable {
	readonly passkeys: Pick<Unit["passkeys"], "removeAllOf">;
	readonly oneTimeCodes: Pick<Unit["oneTimeCodes"], "remove">;
	readonly recoveryCodes: Pick<Unit["recoveryCodes"], "removeAllOf">;
}

/** Takes all of them away, within the caller's transaction. False where there was none. */
export async function removeFactors(unit: Removable, accountId: AccountId): Promise<boolean> {
	const passkeys = await unit.passkeys.removeAllOf(accountId);
	const hadApp = await unit.oneTimeCodes.remove(accountId);
	const recovery = await unit.recoveryCodes.removeAllOf(accountId);
	return passkeys > 0 || hadApp || recovery > 0;
}
