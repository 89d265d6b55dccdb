import type { AccountId } from "@countersign/core";
import { lossLifetimes } from "./lifetimes.ts";
import type { LossMoment, LossUnit } from "./ports.ts";

/** Which letter: the one that begins the waiting time, or the one after it. */
export type LossStep = "begin" | "finish";

interface Asked {
	readonly accountId: AccountId;
	readonly askedAt: number;
}

/** Confirmed so long before that the person could object to whoever added it: no thief's, unless nobody looked for a month. */
export async function mailboxesOf(
	{ addresses }: Pick<LossUnit, "addresses">,
	{ accountId, askedAt }: Asked,
): Promise<readonly { readonly address: string; readonly key: string }[]> {
	const all = await addresses.list(accountId);
	const before = askedAt - lossLifetimes.addressMs;
	return all.filter(({ verifiedAt }) => verifiedAt !== undefined && verifiedAt <= before);
}

/** Queues the letter to each of them, inside the caller's transaction. */
export async function mailLinks(
	unit: Pick<LossUnit, "addresses" | "mailTasks">,
	loss: Asked & { readonly id: string; readonly toldAt?: number | null },
	{ step, at }: { readonly step: LossStep; readonly at: LossMoment },
): Promise<void> {
	const { accountId, id: seed } = loss;
	const kind = `lost-factors-${step}` as const;
	// The second letter sent once more is good no longer for it.
	const expiresAt =
		step === "begin" ? at.now + lossLifetimes.askedMs : (loss.toldAt ?? at.now) + lossLifetimes.takeMs;
	for (const { address: to } of await mailboxesOf(unit, loss))
		await unit.mailTasks.add(accountId, { kind, to, expiresAt, seed }, at.now);
}
