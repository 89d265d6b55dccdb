import type { Notice, ObjectionUnit } from "./ports.ts";

const week = 7 * 24 * 3_600_000;

/**
 * Of what was added to prove to be somebody: it goes again, for a week, and nothing that was there before. Later nobody
 * gets rid of it by a letter alone: whoever has come to read the mailbox since would be one step from the account.
 */
export async function undoFactor(
	unit: Pick<ObjectionUnit, "passkeys" | "oneTimeCodes" | "recoveryCodes">,
	{ accountId, kind, passkey, at }: Notice,
	now: number,
): Promise<void> {
	if (at <= now - week) return;
	if (kind === "passkey-added" && passkey !== undefined) await unit.passkeys.remove(passkey, accountId);
	// Another app that took its place since has a line of its own.
	if (kind === "codes-added" && (await unit.oneTimeCodes.find(accountId))?.createdAt === at)
		await unit.oneTimeCodes.remove(accountId);
	if (kind === "recovery-codes-made") await unit.recoveryCodes.removeAllOf(accountId);
}
