import type { AccountId } from "../src/identifiers.ts";
import {
	type Holds,
	holdLifetimes,
	type KeptHold,
	type OpenHold,
	type Overwritten,
} from "../src/undo/hold.ts";
import { backupType, openingTypes } from "../src/undo/secrets.ts";

/** A hold as it was put last, and what became of it. */
export type StoredHold = Omit<OpenHold, "state"> & {
	readonly state: OpenHold["state"] | "kept" | "back" | "aside";
	readonly endedAt?: number;
	readonly keptUntil?: number;
	readonly isReplaced?: boolean;
	/** By type. */
	readonly setAside: Readonly<Record<string, Overwritten>>;
};

/** What stands in account data, by account and type, as far as that is told here. */
export type StandingData = Map<string, object>;

export function standingName(accountId: AccountId, type: string): string {
	return `${accountId} ${type}`;
}

/**
 * Holds as storage keeps them. There are no versions of a backup here; account data of which nothing is told stand as
 * the hold's own devices wrote them last.
 */
export function createHolds({
	holds,
	standing,
}: {
	readonly holds: Map<string, StoredHold>;
	readonly standing: StandingData;
}): Holds {
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
		for (const { reference, isBack } of over) {
			const hold = holds.get(reference);
			if (isBack && hold !== undefined) holds.set(reference, { ...hold, state: "back", setAside: {} });
			else holds.delete(reference);
		}
		return over;
	};
	const keptOf = (): readonly KeptHold[] =>
		[...holds.values()].flatMap(
			({ state, endedAt = 0, keptUntil: until = 0, isReplaced = false, ...hold }) =>
				state === "kept" || state === "aside"
					? [{ ...facts(hold), isBack: state === "aside", ...(isReplaced && { isReplaced }), endedAt, until }]
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
		async putBack({ reference, accountId, floor, alone }, { now, asideUntil }) {
			const setAside = holds.get(reference)?.setAside ?? {};
			const differs = ({ type, content }: Overwritten, from: object) =>
				JSON.stringify(standing.get(standingName(accountId, type)) ?? content) !== JSON.stringify(from);
			const overwritten = Object.values(setAside).filter(
				({ before, content }) => JSON.stringify(before) !== JSON.stringify(content),
			);
			const isWhole = !overwritten.some((one) => differs(one, one.content));
			for (const { type, before } of isWhole ? overwritten : [])
				standing.set(standingName(accountId, type), before);
			const tookNone = floor === 0 && alone === undefined;
			const opening = openingTypes(setAside[backupType]?.before ?? {}).flatMap(
				(type) => setAside[type] ?? [],
			);
			const isLost = !(isWhole && tookNone) && opening.some((one) => differs(one, one.before));
			if (isLost && asideUntil !== undefined) {
				const left = Object.fromEntries(opening.map((one) => [one.type, one]));
				close(reference, { state: "aside", endedAt: now, keptUntil: asideUntil, setAside: left });
			} else close(reference, { state: "back", endedAt: now, setAside: {} });
			return isWhole && !isLost ? "whole" : "in-part";
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
