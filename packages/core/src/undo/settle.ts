import type { DeviceId } from "@countersign/protocol";
import { isLive } from "../claim/reset-request.ts";
import { requestAt } from "../claim/transitions.ts";
import { logLine, type Moment } from "../events.ts";
import type { AccountId } from "../identifiers.ts";
import type { IdentityEventKind, IdentityEvents, RequestReads } from "../ports.ts";
import {
	type Holds,
	holdLifetimes,
	holdLimits,
	type KeptBecause,
	type KeptHold,
	mostAlone,
	mostAside,
	mostKept,
	type OpenHold,
	type Overwritten,
	type PutBack,
	type TakenVersions,
	withTaken,
} from "./hold.ts";

/** The repositories that a deletion touches, and what becomes of it. */
export interface HoldUnit {
	readonly holds: Holds;
	readonly requests: Pick<RequestReads, "ofAccount">;
	readonly events: IdentityEvents;
}

/** What a device takes away. */
export interface Taking extends Moment {
	readonly accountId: AccountId;
	readonly deviceId: DeviceId;
	/** A version of the key backup; those before it go with it, unless it is superseded. */
	readonly version?: number;
	/** Whether a newer version stands, so that apps have no use for this one any more. */
	readonly isSuperseded?: boolean;
	readonly dehydratedDevice?: DeviceId;
	readonly address?: string;
	/** As in `OpenHold`, of this moment. */
	readonly switchedOff?: readonly string[];
	/**
	 * What opens the backup, as it stands: apps may write over it only after the reset. It is copied as soon as anything
	 * is held, before others fill the room there is.
	 */
	readonly opening?: readonly Pick<Overwritten, "type" | "content">[];
}

/** Nothing is taken away: the account does that too often. */
export interface Throttled {
	readonly kind: "throttled";
	readonly retryAfterMs: number;
}

/**
 * Holds what a device takes away, in the one hold that the account has open or in a new one. Where a request of that
 * device waits already, the person is being asked. On the way to a reset apps begin with the newest version: one that is
 * superseded is tidied away after it, is kept like all that is wanted away, and does not come back by itself.
 */
export async function holdBack(
	unit: HoldUnit,
	taking: Taking,
): Promise<{ readonly kind: "held"; readonly hold: OpenHold } | Throttled> {
	const { accountId, deviceId, version = 0, dehydratedDevice, now, isSuperseded: isAlone = false } = taking;
	const open = await unit.holds.open(accountId);
	const throttled = open === undefined ? await tooMany(unit, accountId, now) : undefined;
	if (throttled !== undefined) return throttled;
	const { floor, alone } = withTaken(open ?? { floor: 0 }, { version, isAlone });
	const full = await noRoom(unit, {
		accountId,
		now,
		isFirst: open === undefined,
		alone: isAlone ? alone : [],
	});
	if (full !== undefined) return full;
	const devices = [...new Set([...(open?.devices ?? []), deviceId])];
	const isAsked = open?.state === "asked" || (await asks(unit, { accountId, devices }, now));
	const held: OpenHold = {
		...(open === undefined
			? { reference: taking.newToken(), accountId, openedAt: now, ...marksOf(taking) }
			: withoutAlone(open)),
		...(alone !== undefined && { alone }),
		...(dehydratedDevice !== undefined && { dehydratedDevice }),
		floor,
		devices,
		lastAt: now,
		state: isAsked ? "asked" : "held",
	};
	await unit.holds.put(held);
	for (const copied of taking.opening ?? []) await unit.holds.copy(held, copied);
	if (open === undefined) await record(unit, "reset-data-held", { ...taking, hold: held });
	if (open === undefined && !isAsked && isAlone) await keep(unit, held, { ...taking, because: "wanted" });
	return { kind: "held", hold: held };
}

function withoutAlone({ alone: _, ...open }: OpenHold): OpenHold {
	return open;
}

function marksOf({ switchedOff }: Taking): Pick<OpenHold, "switchedOff"> {
	return switchedOff === undefined ? {} : { switchedOff };
}

async function tooMany(
	{ holds }: HoldUnit,
	accountId: AccountId,
	now: number,
): Promise<Throttled | undefined> {
	const { perWindow, windowMs } = holdLimits;
	const { count, oldestAt = now } = await holds.openedSince(accountId, now - windowMs);
	return count < perWindow
		? undefined
		: { kind: "throttled", retryAfterMs: Math.max(1_000, oldestAt + windowMs - now) };
}

/**
 * Whatever would have to be dropped later for want of room is not taken away at all: whoever has a token could fill the
 * room first. What is kept of an approved reset fills none.
 */
async function noRoom(
	{ holds }: HoldUnit,
	{
		accountId,
		now,
		isFirst,
		alone = [],
	}: Pick<Taking, "accountId" | "now"> & {
		readonly isFirst: boolean;
		readonly alone: readonly number[] | undefined;
	},
): Promise<Throttled | undefined> {
	if (!isFirst && alone.length === 0) return undefined;
	const kept = await holds.kept(accountId);
	const beside = kept.filter((one) => isWanted(one) && one.alone !== undefined);
	const taken = new Set([...alone, ...beside.flatMap((one) => one.alone ?? [])]);
	if (alone.length > 0 && taken.size > mostAlone) return laterThan(beside, now);
	const aside = kept.filter(({ isBack }) => isBack);
	return isFirst && aside.length >= mostAside ? laterThan(aside, now) : undefined;
}

/** Until the first of them is over. */
function laterThan(kept: readonly KeptHold[], now: number): Throttled {
	const untilFirst = Math.min(...kept.map(({ until }) => until - now));
	const retryAfterMs = kept.length === 0 ? holdLimits.windowMs : Math.max(1_000, untilFirst);
	return { kind: "throttled", retryAfterMs };
}

/** An upload of the device was challenged: from now on the answer decides. */
export async function noteAsked(
	{ holds }: Pick<HoldUnit, "holds">,
	by: { readonly accountId: AccountId; readonly deviceId: DeviceId },
): Promise<void> {
	const open = await openOf(holds, by);
	if (open?.state === "held") await holds.put({ ...open, state: "asked" });
}

/**
 * The device has shown that it wanted the deletion for itself: it switched the backup off, or began another one. Says
 * nothing while a person is asked, for a reset does the same.
 */
export async function noteWanted(
	unit: HoldUnit,
	by: Moment & { readonly accountId: AccountId; readonly deviceId: DeviceId },
): Promise<void> {
	const open = await openOf(unit.holds, by);
	if (open?.state === "held") await keep(unit, open, { ...by, because: "wanted" });
}

/** The keys are replaced, in this transaction, by an upload of this device: what it took away does not come back. */
export async function noteReplaced(
	unit: HoldUnit,
	by: Moment & { readonly accountId: AccountId; readonly deviceId: DeviceId },
): Promise<void> {
	const open = await openOf(unit.holds, by);
	if (open !== undefined) await keep(unit, open, { ...by, because: "replaced" });
}

/**
 * Puts back what is held for no reason any more: nobody waits for an answer, or nobody ever asked and it has been
 * quiet. Call it in the transaction of an answer, and now and then for whatever ended by itself.
 */
export async function settleHold(unit: HoldUnit, accountId: AccountId, at: Moment): Promise<void> {
	const open = await unit.holds.open(accountId);
	if (open === undefined || (await asks(unit, open, at.now))) return;
	if (open.state === "held" && !isQuiet(open, at.now)) return;
	const { now } = at;
	const outcome = await unit.holds.putBack(open, { now, asideUntil: asideUntil(unit, now) });
	if (outcome !== "begun") await recordPutBack(unit, open, { ...at, outcome });
}

/**
 * Until when what opens a backup is kept that comes back without it: what an app wrote meanwhile stays, and nobody knows
 * whether the key of the old backup is in it. There is always room: where it is used up, nothing more is taken away.
 */
export function asideUntil({ holds }: Pick<HoldUnit, "holds">, now: number): number | undefined {
	return holds.keptMs > 0 ? now + holds.keptMs : undefined;
}

/** Whether its devices have taken nothing away for so long, or began so long ago, that nobody will be asked about it. */
export function isQuiet({ openedAt, lastAt }: Pick<OpenHold, "openedAt" | "lastAt">, now: number): boolean {
	const { quietMs, heldMs } = holdLifetimes;
	// A clock stepped back must not hold it for ever; to put back is what does no harm.
	return Math.abs(now - lastAt) >= quietMs || now - openedAt >= heldMs;
}

/** Writes down that what was held is back. */
export async function recordPutBack(
	unit: Pick<HoldUnit, "events">,
	hold: Pick<OpenHold, "accountId" | "devices">,
	{ outcome, ...at }: Moment & { readonly outcome: PutBack },
): Promise<void> {
	await record(unit, outcome === "whole" ? "reset-data-back" : "reset-data-back-in-part", { ...at, hold });
}

async function keep(
	unit: HoldUnit,
	hold: OpenHold,
	{ because, ...at }: Moment & { readonly because: KeptBecause },
): Promise<void> {
	const { now } = at;
	const { holds } = unit;
	const isReplaced = because === "replaced";
	const isKept = holds.keptMs > 0 && (isReplaced || (await hasPlace(holds, hold)));
	if (isKept) await holds.keep(hold, { until: now + holds.keptMs, now, isReplaced });
	else await holds.drop(hold, now);
	const kind = isReplaced ? "reset-data-kept" : "reset-data-wanted";
	await record(unit, isKept ? kind : "reset-data-dropped", { ...at, hold });
}

/**
 * Whether what was wanted away without a reset may be kept. What a newest version went with has places of its own, and so
 * has what took none away: a token makes as many of the others as it likes. How many are taken alone is bounded before.
 */
async function hasPlace(holds: Holds, hold: OpenHold): Promise<boolean> {
	if (kindOf(hold) === "alone") return true;
	const alike = (await holds.kept(hold.accountId)).filter(
		(one) => isWanted(one) && kindOf(one) === kindOf(hold),
	);
	return alike.length < mostKept;
}

function isWanted({ isBack, isReplaced = false }: KeptHold): boolean {
	return !isBack && !isReplaced;
}

function kindOf({ floor, alone }: TakenVersions): "newest" | "alone" | "none" {
	if (floor > 0) return "newest";
	return alone === undefined ? "none" : "alone";
}

/** Drops what was kept long enough: a batch of it. Returns how much that was. */
export async function dropOver(unit: Pick<HoldUnit, "holds" | "events">, at: Moment): Promise<number> {
	const over = await unit.holds.dropOver(at.now, at.now);
	for (const hold of over) await record(unit, "reset-data-dropped", { ...at, hold });
	return over.length;
}

/** Whether a request of one of its devices still waits for the person, or for its app. */
export async function asks(
	{ requests }: Pick<HoldUnit, "requests">,
	{ accountId, devices }: Pick<OpenHold, "accountId" | "devices">,
	now: number,
): Promise<boolean> {
	const live = (await requests.ofAccount(accountId, now)).map((one) => requestAt(one, now)).filter(isLive);
	return live.some(({ deviceId }) => devices.includes(deviceId));
}

/** The open hold, where the device is one of those that took something away. */
export async function openOf(
	holds: Holds,
	{ accountId, deviceId }: { readonly accountId: AccountId; readonly deviceId: DeviceId },
): Promise<OpenHold | undefined> {
	const open = await holds.open(accountId);
	return open?.devices.includes(deviceId) ? open : undefined;
}

const undo = { kind: "server", because: "undo" } as const;

async function record(
	{ events }: Pick<HoldUnit, "events">,
	kind: IdentityEventKind,
	{
		hold,
		...at
	}: Moment & { readonly hold: Pick<OpenHold, "accountId" | "devices">; readonly address?: string },
): Promise<void> {
	const { accountId, devices } = hold;
	const [deviceId] = devices.slice(-1);
	const { address } = at;
	await events.record(
		logLine(
			kind,
			{
				accountId,
				actor: undo,
				...(deviceId !== undefined && { deviceId }),
				...(address !== undefined && { address }),
			},
			at,
		),
	);
}
