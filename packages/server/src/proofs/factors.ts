import type { AccountId } from "@countersign/core";
import type { ProofUnit } from "./ports.ts";

/**
 * Whether a password alone is not enough for this account. A passkey of an address that this server had before counts: a
 * move must not make a password enough again.
 */
export async function hasSecondFactor(
	{ passkeys }: Pick<ProofUnit, "passkeys">,
	accountId: AccountId,
): Promise<boolean> {
	return (await passkeys.list(accountId)).length > 0;
}
