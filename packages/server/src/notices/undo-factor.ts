import { removeFactors, type WaysIn } from "../proofs/index.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

const week = 7 * 24 * 3_600_000;
/** Newer than one of this week: whoever made more of them than that has looked at the codes since. */
const heardMost = 100;

/**
 * Of what was added to prove to be somebody: it goes again, for a week. Later nobody gets rid of it by a letter alone:
 * whoever has come to read the mailbox since would be one step from the account. For the same reason it stays where the
 * account had two factors before and would be left with one, because what stood there is gone since. With the one that
 * made two factors of one all go that stand there now: each was added since, and confirmed with one that was not the
 * person's. `stays` says whether somebody still gets in without what goes: what the last way in hangs on is left.
 */
export async function undoFactor(
	unit: Pick<
		ObjectionUnit,
		"accounts" | "passkeys" | "oneTimeCodes" | "recoveryCodes" | "notices" | "accountLinks"
	>,
	{ accountId, kind, passkey, at, isFirstFactor }: Notice,
	{ now, stays }: { readonly now: number; readonly stays: WaysIn["isThere"] },
): Promise<void> {
	if (at <= now - week) return;
	if (kind === "recovery-codes-made") {
		const since = await unit.notices.list(accountId, { since: at, limit: heardMost });
		if (!since.some((later) => later.kind === kind)) await unit.recoveryCodes.removeAllOf(accountId);
		return;
	}
	const passkeys = await unit.passkeys.list(accountId);
	if (isFirstFactor && (await stays(unit, accountId, ({ kind: is }) => is === "passkey"))) {
		await removeFactors(unit, accountId);
		return;
	}
	const app = await unit.oneTimeCodes.find(accountId);
	if (kind === "passkey-added" && passkey !== undefined) {
		const isLast = app === undefined && passkeys.every(({ id }) => id === passkey);
		const isSafe = await stays(unit, accountId, (way) => way.kind === "passkey" && way.id === passkey);
		if (!isLast && isSafe) await unit.passkeys.remove(passkey, accountId);
	}
	// Another app that took its place since has a line of its own.
	if (kind === "codes-added" && app?.createdAt === at && passkeys.length > 0)
		await unit.oneTimeCodes.remove(accountId);
}
