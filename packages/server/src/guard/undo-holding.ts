import { holdBack, isSwitchedOff, markTypes, type Throttled } from "@countersign/core";
import type { UploadAnswer } from "../device-signing/index.ts";
import { refused } from "./answer.ts";
import { tooOften } from "./undo-answers.ts";
import { type Asked, toldIn, type UndoDeps, type UndoUnit } from "./undo-asked.ts";
import { accountDataPath } from "./undo-paths.ts";

/** Holds what a device takes away; the answer where it may not. */
export const holdIt = (deps: UndoDeps, asked: Asked, what: Pick<Parameters<typeof holdBack>[1], OfWhat>) =>
	hold(deps, asked, async (unit, taking) => {
		const held = await holdBack(unit, { ...taking, ...what });
		return held.kind === "throttled" ? held : undefined;
	});

type OfWhat = "version" | "isSuperseded" | "opening" | "dehydratedDevice";
type Taking = Omit<Parameters<typeof holdBack>[1], OfWhat>;

/** The token was good when the request came in; what counts is this moment. */
export async function hold(
	deps: UndoDeps,
	asked: Asked,
	work: (unit: UndoUnit, taking: Taking) => Promise<Throttled | undefined>,
): Promise<UploadAnswer | undefined> {
	const { caller, address } = asked;
	const { accountId, deviceId } = caller;
	const switchedOff = await marksOf(deps, asked);
	return deps.storage.write(async (unit) => {
		if (!(await unit.sessions.isSignedIn(caller))) return refused("unknown");
		const taking = { ...moment(deps), accountId, deviceId, address, switchedOff };
		const throttled = await work(unit, taking);
		return throttled && tooOften(throttled);
	});
}

/** Which marks say already that no backup is wanted: only one that is set later says it of this deletion. */
async function marksOf(deps: UndoDeps, asked: Asked): Promise<readonly string[]> {
	const { accountId, userId } = asked.caller;
	if ((await deps.storage.read.holds.open(accountId)) !== undefined) return [];
	const marks = await Promise.all(
		markTypes.map(async (type) => {
			const told = toldIn(await asked.handOn({ method: "GET", path: accountDataPath({ userId, type }) }));
			return told !== undefined && isSwitchedOff(type, told) ? [type] : [];
		}),
	);
	return marks.flat();
}

/** The open hold, where the device is one of those that took something away. */
export async function openBy({ storage }: UndoDeps, { caller }: Asked) {
	const open = await storage.read.holds.open(caller.accountId);
	return open?.devices.includes(caller.deviceId) ? open : undefined;
}

export function moment({ clock, random }: UndoDeps) {
	return { now: clock(), newToken: () => random.token() };
}
