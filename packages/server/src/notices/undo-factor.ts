import type { Notice, ObjectionUnit } from "./ports.ts";

const week = 7 * 24 * 3_600_000;
/** Newer than one of this week: whoever made more of them than that has looked at the codes since. */
const heardMost = 100;

/**
 * Of what was added to prove to be somebody: it goes again, for a week, and nothing that was there before. Later nobody
 * gets rid of it by a letter alone: whoever has come to read the mailbox since would be one step from the account.
 */
export async function undoFactor(
	unit: Pick<ObjectionUnit, "passkeys" | "oneTimeCodes" | "recoveryCodes" | "notices">,
	{ accountId, kind, passkey, at, hasReplaced }: Notice,
	now: number,
): Promise<void> {
	// What was there before does not come back: less than that would stand.
	if (at <= now - week || hasReplaced) return;
	if (kind === "passkey-added" && passkey !== undefined) await unit.passkeys.remove(passkey, accountId);
	// Another app that took its place since has a line of its own.
	if (kind === "codes-added" && (await unit.oneTimeCodes.find(accountId))?.createdAt === at)
		await unit.oneTimeCodes.remove(accountId);
	if (kind !== "recovery-codes-made") return;
	const since = await unit.notices.list(accountId, { since: at, limit: heardMost });
	if (!since.some((later) => later.kind === kind)) await unit.recoveryCodes.removeAllOf(accountId);
}
