import type { AccountId } from "../src/identifiers.ts";
import {
	type Holds,
	holdLifetimes,
	type KeptHold,
	type OpenHold,
	type Overwritten,
} from "../src/undo/hold.ts";

/** A hold as it was put last, and what became of it. */
export type StoredHold = Omit<OpenHold, "state"> & {
	readonly state: OpenHold["state"] | "kept" | "back";
	readonly endedAt?: number;
	readonly keptUntil?: number;
	readonly isReplaced?: boolean;
	/** By type. */
	readonly setAside: Readonly<Record<string, Overwritten>>;
};

/** Holds as storage keeps them; what they put back is not here. */
export function createHolds({ holds }: { readonly holds: Map<string, StoredHold> }): Holds {
	const open = (accountId: AccountId) =>
		[...holds.values()].find(
			(hold): hold is StoredHold & OpenHold => hold.accountId === accountId && isOpen(hold),
		);
	const close = (reference: string, to: Partial<StoredHold>) => {
		const hold = holds.get(reference);
		if (hold !== undefined && isOpen(hold)) holds.set(reference, { ...hold, ...to });
	};
	const drop = (isIt: (kept: KeptHold) => boolean) => {
		const over = keptOf().filter(isIt);
		for (const { reference } of over) holds.delete(reference);
		return over;
	};
	const keptOf = (): readonly KeptHold[] =>
		[...holds.values()].flatMap(({ state, endedAt = 0, keptUntil: until = 0, isReplaced = false, ...hold }) =>
			state === "kept"
				? [{ ...facts(hold), isBack: false, ...(isReplaced && { isReplaced }), endedAt, until }]
				: [],
		);
	return {
		keptMs: holdLifetimes.keptMs,
		open: async (accountId) => open(accountId),
		async put(hold) {
			const other = open(hold.accountId);
			if (other !== undefined && other.reference !== hold.reference)
				throw new Error("UNIQUE constraint failed");
			holds.set(hold.reference, { ...hold, setAside: holds.get(hold.reference)?.setAside ?? {} });
		},
		async putBack(hold) {
			close(hold.reference, { state: "back" });
			return "whole";
		},
		keep: async (hold, { until, now, isReplaced = false }) =>
			close(hold.reference, { state: "kept", endedAt: now, keptUntil: until, isReplaced }),
		drop: async (hold) => void holds.delete(hold.reference),
		async openedSince(accountId, since) {
			const times = [...holds.values()]
				.filter((hold) => hold.accountId === accountId && hold.openedAt > since)
				.map(({ openedAt }) => openedAt);
			return { count: times.length, ...(times.length > 0 && { oldestAt: Math.min(...times) }) };
		},
		tookForGood: async ({ accountId, deviceId }, since) =>
			[...holds.values()].some(
				(hold) =>
					hold.state === "kept" &&
					hold.accountId === accountId &&
					hold.lastAt > since &&
					hold.devices.includes(deviceId),
			),
		async setAside({ reference }, overwritten) {
			const hold = holds.get(reference);
			if (hold === undefined) return;
			const first = hold.setAside[overwritten.type];
			const isCopy = first === undefined || JSON.stringify(first.before) === JSON.stringify(first.content);
			const { before } = isCopy ? overwritten : first;
			const setAside = { ...hold.setAside, [overwritten.type]: { ...overwritten, before } };
			holds.set(reference, { ...hold, setAside });
		},
		async copy({ reference }, { type, content }) {
			const hold = holds.get(reference);
			if (hold === undefined || type in hold.setAside) return;
			holds.set(reference, {
				...hold,
				setAside: { ...hold.setAside, [type]: { type, before: content, content } },
			});
		},
		kept: async (accountId) => keptOf().filter((hold) => hold.accountId === accountId),
		// What is read back is not here.
		letRead: async () => {},
		hasOver: async (before) => keptOf().some(({ until }) => until < before),
		dropKept: async (accountId) => drop((hold) => hold.accountId === accountId),
		dropOver: async (before) => drop(({ until }) => until < before),
	};
}

function facts({ reference, accountId, floor, alone, devices }: Omit<StoredHold, "state">) {
	return { reference, accountId, floor, ...(alone !== undefined && { alone }), devices };
}

function isOpen({ state }: Pick<StoredHold, "state">): boolean {
	return state === "held" || state === "asked";
}
