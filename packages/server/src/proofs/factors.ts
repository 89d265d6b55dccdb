import type { AccountId } from "@countersign/core";
import type { Clock, Random } from "../config/ports.ts";
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

/** How long the last letter of a waiting time is good, in milliseconds: whoever shows a factor later ends nothing. */
export const lossTakenWithinMs = 7 * 24 * 60 * 60_000;

/**
 * Within the transaction in which a second factor is used: whoever has one has not lost them all, and a waiting time
 * that somebody else began with the password ends (decision 104).
 */
export async function nothingIsLost(
	unit: Pick<ProofUnit, "factorLosses" | "events">,
	{ clock, random }: { readonly clock: Clock; readonly random: Random },
	{ accountId, address }: { readonly accountId: AccountId; readonly address: string },
): Promise<void> {
	const at = clock();
	if ((await unit.factorLosses.stop(accountId, at - lossTakenWithinMs)) !== "waiting") return;
	const line = { id: random.token(), accountId, at, address, detail: {} } as const;
	await unit.events.record({ ...line, kind: "factors-lost-stopped", actor: { kind: "person" } });
}

/** So long whoever sends a form twice is told that it was done. */
export const toldAgainMs = 60_000;

interface Removable {
	readonly passkeys: Pick<Unit["passkeys"], "removeAllOf">;
	readonly oneTimeCodes: Pick<Unit["oneTimeCodes"], "remove">;
	readonly recoveryCodes: Pick<Unit["recoveryCodes"], "removeAllOf">;
}

/**
 * Takes all of them away, within the caller's transaction, and ends what was begun with them in any browser, asked for
 * or approved. Apps stay signed in. False, and nothing is done, where there was none.
 */
export async function endWithFactors(
	unit: Removable & {
		readonly accounts: Pick<ProofUnit["accounts"], "raiseGeneration">;
		readonly requests: ProofUnit["requests"];
		readonly browserSessions: { endAllOf(accountId: AccountId): Promise<number> };
	},
	accountId: AccountId,
	now: number,
): Promise<boolean> {
	if (!(await removeFactors(unit, accountId))) return false;
	await unit.accounts.raiseGeneration(accountId);
	await unit.requests.withdraw({ of: "account", accountId }, "proof-reset", now);
	await unit.browserSessions.endAllOf(accountId);
	return true;
}

/** Takes all of them away, within the caller's transaction. False where there was none. */
export async function removeFactors(unit: Removable, accountId: AccountId): Promise<boolean> {
	const passkeys = await unit.passkeys.removeAllOf(accountId);
	const hadApp = await unit.oneTimeCodes.remove(accountId);
	const recovery = await unit.recoveryCodes.removeAllOf(accountId);
	return passkeys > 0 || hadApp || recovery > 0;
}
