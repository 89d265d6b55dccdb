import { isDeepStrictEqual } from "node:util";
import {
	type AccountId,
	asideUntil,
	dropOver,
	type HoldUnit,
	HomeserverUnavailable,
	isQuiet,
	isSwitchedOff,
	markTypes,
	noteWanted,
	type OpenHold,
	recordPutBack,
	StorageUnavailable,
	settleHold,
	type Transactions,
} from "@countersign/core";
import { isRecord, member } from "@countersign/protocol";
import type { Clock, Random } from "../../config/ports.ts";
import type { Log } from "../../log/index.ts";
import { type AskClientApi, type ClientAnswer, unavailable } from "./client-api.ts";
import type { HeldAccountData, HeldBeside, HeldOpening, HeldWork } from "./ports.ts";

interface HeldUnit extends HoldUnit {
	readonly heldBeside: HeldBeside;
}

export interface SettleHeldDeps {
	readonly storage: Transactions<HeldUnit> & {
		exclusively<T>(accountId: AccountId, work: () => Promise<T>): Promise<T>;
	};
	readonly ask: AskClientApi;
	/** The application service's, towards Synapse. */
	readonly asToken: string;
	/** The Matrix user id of an account; undefined where there is no such account. */
	readonly userIdOf: (accountId: AccountId) => Promise<string | undefined>;
	readonly clock: Clock;
	readonly random: Pick<Random, "token">;
	readonly log: Pick<Log, "warn" | "error">;
}

export interface SettleHeld {
	/** Of one account. Throws `HomeserverUnavailable` where Synapse does not answer; what is left is done later. */
	settle(accountId: AccountId): Promise<void>;
	/** Of every account about which something is to be done. Does not throw. */
	settleAll(stopping: AbortSignal): Promise<void>;
}

const timeoutMs = 10_000;
/** Versions are deleted one by one, and how far is written down after so many. */
const versionsPerNote = 20;
const msc3814 = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device";

/**
 * Brings to an end what apps took away at Synapse: puts back what is to come back, and deletes what is gone. Whatever
 * is told to Synapse may be told twice, so that it goes on where it was left.
 */
export function createSettleHeld(deps: SettleHeldDeps): SettleHeld {
	const settle = (accountId: AccountId) =>
		deps.storage.exclusively(accountId, async () => {
			const userId = await deps.userIdOf(accountId);
			if (userId === undefined) return;
			const there = speakFor(deps, userId);
			await settleOpen(deps, there, accountId);
			for (const work of await deps.storage.read.heldBeside.work(accountId))
				await carryOut(deps, there, work);
		});
	return {
		settle,
		async settleAll(stopping) {
			const now = deps.clock();
			if (await deps.storage.read.holds.hasOver(now))
				await deps.storage.write((unit) => dropOver(unit, momentOf(deps)));
			for (const accountId of await deps.storage.read.heldBeside.unsettled()) {
				if (stopping.aborted) return;
				try {
					await settle(accountId);
				} catch (err) {
					// Its turn may not come for long, or its data be more than is read at once: the others do not wait for it.
					if (!(err instanceof HomeserverUnavailable || err instanceof StorageUnavailable)) throw err;
					deps.log.warn({ err }, "what an app removed is not settled at Synapse yet");
				}
			}
		},
	};
}

async function settleOpen(deps: SettleHeldDeps, there: There, accountId: AccountId): Promise<void> {
	const open = await deps.storage.read.holds.open(accountId);
	if (open === undefined) return;
	const at = momentOf(deps);
	const [deviceId] = open.devices;
	const mayBeWanted = open.state === "held" && isQuiet(open, at.now) && deviceId !== undefined;
	const isWanted = mayBeWanted && (await wasSwitchedOff(there, open));
	await deps.storage.write(async (unit) => {
		if (isWanted) await noteWanted(unit, { ...at, accountId, deviceId });
		await settleHold(unit, accountId, at);
	});
}

/** Apps that do not want a backup any more say so after they have deleted it. */
async function wasSwitchedOff(there: There, { switchedOff = [] }: OpenHold): Promise<boolean> {
	for (const type of markTypes) {
		if (switchedOff.includes(type)) continue;
		if (isSwitchedOff(type, await there.accountData(type))) return true;
	}
	return false;
}

async function carryOut(deps: SettleHeldDeps, there: There, work: HeldWork): Promise<void> {
	const { storage, clock } = deps;
	switch (work.todo) {
		case "put-back": {
			const { heldBeside } = storage.read;
			const isWhole = await putBack(there, await heldBeside.accountData(work.reference));
			const { isLost, standing } = await lookAtOpening(there, work, {
				...{ isWhole, opening: await heldBeside.opening(work.reference) },
			});
			const at = momentOf(deps);
			const outcome = isWhole && !isLost ? "whole" : "in-part";
			return storage.write(async (unit) => {
				const until = isLost && standing !== 0 ? asideUntil(unit, at.now) : undefined;
				const aside = until === undefined ? undefined : { until, standing };
				if (await unit.heldBeside.finishBack(work.reference, { now: at.now, aside }))
					await recordPutBack(unit, work, { ...at, outcome });
			});
		}
		case "remove-dehydrated":
			await there.removeDehydrated(work.deviceId);
			return storage.write((unit) => unit.heldBeside.noteDehydratedRemoved(work.reference));
		case "drop":
			for (let from = work.from; from <= work.to; from += versionsPerNote) {
				const to = Math.min(work.to, from + versionsPerNote - 1);
				for (let version = from; version <= to; version++)
					if (!work.but.includes(version)) await there.removeVersion(version);
				if (to < work.to)
					await storage.write((unit) => unit.heldBeside.noteDropped(work.reference, to, clock()));
			}
			for (const version of work.alone) await there.removeVersion(version);
			return storage.write((unit) => unit.heldBeside.noteDropped(work.reference, work.to, clock()));
	}
}

/**
 * All of it or nothing: only if every type still holds what the attempt wrote, or what was there before, which is what
 * an earlier try put back.
 */
async function putBack(there: There, held: readonly HeldAccountData[]): Promise<boolean> {
	const missing: { readonly type: string; readonly before: object }[] = [];
	for (const { type, before, written } of held) {
		const stored = await there.accountData(type);
		if (before === undefined) return false;
		if (isDeepStrictEqual(stored, before)) continue;
		if (!isDeepStrictEqual(stored, written)) return false;
		missing.push({ type, before });
	}
	for (const { type, before } of missing) await there.setAccountData(type, before);
	return true;
}

/**
 * Whether the backup stands and what opened it does not, which some device may have written over that is none of the
 * hold; and which version that is, where the hold took none.
 */
async function lookAtOpening(
	there: There,
	{ tookNone = false }: { readonly tookNone?: boolean },
	{ isWhole, opening }: { readonly isWhole: boolean; readonly opening: readonly HeldOpening[] },
): Promise<{ readonly isLost: boolean; readonly standing?: number }> {
	if (isWhole && tookNone) return { isLost: false };
	for (const { type, before } of opening)
		if (!isDeepStrictEqual(await there.accountData(type), before))
			return { isLost: true, ...(tookNone && { standing: await there.newestVersion() }) };
	return { isLost: false };
}

type There = ReturnType<typeof speakFor>;

/** Speaks to Synapse for one person, by the right of the application service. */
function speakFor({ ask, asToken }: SettleHeldDeps, userId: string) {
	const call = (method: "GET" | "PUT" | "DELETE", path: string, body?: object): Promise<ClientAnswer> =>
		ask({
			...{ method, path, query: { user_id: userId }, accessToken: asToken, timeoutMs },
			...(body !== undefined && { body }),
		});
	const dataPath = (type: string) =>
		`/_matrix/client/v3/user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`;
	return {
		/** Empty where there is none: that is how it is taken away. */
		async accountData(type: string): Promise<Readonly<Record<string, unknown>>> {
			const answer = await call("GET", dataPath(type));
			return isMissing(answer) ? {} : succeeded(answer, "account data").body;
		},

		async setAccountData(type: string, content: object): Promise<void> {
			succeeded(await call("PUT", dataPath(type), content), "account data");
		},

		/** 0 where there is none. */
		async newestVersion(): Promise<number> {
			const answer = await call("GET", "/_matrix/client/v3/room_keys/version");
			const version = isMissing(answer) ? "0" : member(succeeded(answer, "the key backup").body, "version");
			return typeof version === "string" && /^[0-9]{1,9}$/.test(version) ? Number(version) : 0;
		},

		/** Never the latest by that name, which may be another by now. */
		async removeVersion(version: number): Promise<void> {
			const answer = await call("DELETE", `/_matrix/client/v3/room_keys/version/${version}`);
			if (!isMissing(answer)) succeeded(answer, "a key backup");
		},

		/** Only if it is still this one. */
		async removeDehydrated(deviceId: string): Promise<void> {
			const found = await call("GET", msc3814);
			if (isMissing(found)) return;
			if (member(succeeded(found, "the dehydrated device").body, "device_id") !== deviceId) return;
			const removed = await call("DELETE", msc3814);
			if (!isMissing(removed)) succeeded(removed, "the dehydrated device");
		},
	};
}

function isMissing({ status, body }: ClientAnswer): boolean {
	return status === 404 && isRecord(body) && member(body, "errcode") === "M_NOT_FOUND";
}

function succeeded(answer: ClientAnswer, what: string): ClientAnswer {
	if (answer.status === 200) return answer;
	throw unavailable(`${what}: ${answer.status} ${String(member(answer.body, "errcode"))}`);
}

function momentOf({ clock, random }: SettleHeldDeps) {
	return { now: clock(), newToken: () => random.token() };
}
