import type { AccountId } from "@countersign/core";
import type { ProofUnit } from "./ports.ts";

type Unit = Pick<ProofUnit, "passkeys" | "oneTimeCodes" | "recoveryCodes">;

/**
 * Whether a password alone is not enough for this account. A passkey of an address that this server had before counts: a
 * move must not make a password enough again. Recovery codes stand in for another factor and are none.
 */
export async function hasSecondFactor(
	{ passkeys, oneTimeCodes }: Pick<Unit, "passkeys" | "oneTimeCodes">,
	accountId: AccountId,
): Promise<boolean> {
	if ((await passkeys.list(accountId)).length > 0) return true;
	return (await oneTimeCodes.find(accountId)) !== undefined;
}

/** Whether there is any code that could stand beside a password. */
export async function takesCode(
	{ oneTimeCodes, recoveryCodes }: Pick<Unit, "oneTimeCodes" | "recoveryCodes">,
	accountId: AccountId,
): Promise<boolean> {
	return (await oneTimeCodes.find(accountId)) !== undefined || (await recoveryCodes.left(accountId)) > 0;
}

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
