import type { WaysIn } from "../proofs/index.ts";
import { doneSince } from "./done-since.ts";
import type { Notice, ObjectionUnit } from "./ports.ts";

/**
 * Of accounts elsewhere: what was linked since that line, and what the line itself linked, is a way in that outlives the
 * password, as a token is. Returns the services of those that went. Those without which nobody gets in stay; the account that began with one has no line of it.
 */
export async function undoLinks(
	unit: Pick<ObjectionUnit, "events" | "accounts" | "passkeys" | "accountLinks">,
	notice: Pick<Notice, "accountId" | "at">,
	stays: WaysIn["isThere"],
): Promise<ReadonlySet<string>> {
	const { accountId } = notice;
	const added = new Set<number>();
	for await (const { at } of doneSince(unit, notice, ["link-added"])) added.add(at);
	if (added.size === 0) return new Set();
	const links = await unit.accountLinks.list(accountId);
	const goes = links.filter(({ linkedAt }) => linkedAt !== undefined && added.has(linkedAt));
	const isGone = (provider: string, subject: string) =>
		goes.some((link) => link.provider === provider && link.subject === subject);
	const isSafe = await stays(
		unit,
		accountId,
		(way) => way.kind === "link" && isGone(way.provider, way.subject),
	);
	if (!isSafe) return new Set();
	for (const at of added) await unit.accountLinks.removeAddedAt(accountId, at);
	return new Set(goes.map(({ provider }) => provider));
}
