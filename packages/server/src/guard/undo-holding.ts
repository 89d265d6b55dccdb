import { holdBack, isSwitchedOff, markTypes, readOpening, type Throttled } from "@countersign/core";
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

type OfWhat = "version" | "isSuperseded" | "dehydratedDevice";
type Taking = Omit<Parameters<typeof holdBack>[1], OfWhat>;

/** The token was good when the request came in; what counts is this moment. */
export async function hold(
	deps: UndoDeps,
	asked: Asked,
	work: (unit: UndoUnit, taking: Taking) => Promise<Throttled | undefined>,
): Promise<UploadAnswer | undefined> {
	const { caller, address } = asked;
	const { accountId, deviceId } = caller;
	const isOpen = (await deps.storage.read.holds.open(accountId)) !== undefined;
	const switchedOff = isOpen ? [] : await marksOf(asked);
	const opening =
		isOpen && asked.path.of !== "version" ? [] : await readOpening((type) => dataOf(asked, type));
	return deps.storage.write(async (unit) => {
		if (!(await unit.sessions.isSignedIn(caller))) return refused("unknown");
		const taking = { ...moment(deps), accountId, deviceId, address, switchedOff, opening };
		const throttled = await work(unit, taking);
		return throttled && tooOften(throttled);
	});
}

/** Which marks say already that no backup is wanted: only one that is set later says it of this deletion. */
async function marksOf(asked: Asked): Promise<readonly string[]> {
	const marks = await Promise.all(
		markTypes.map(async (type) => {
			const told = await dataOf(asked, type);
			return told !== undefined && isSwitchedOff(type, told) ? [type] : [];
		}),
	);
	return marks.flat();
}

async function dataOf({ caller: { userId }, handOn }: Asked, type: string) {
	return toldIn(await handOn({ method: "GET", path: accountDataPath({ userId, type }) }));
}

/** The open hold, where the device is one of those that took something away. */
export async function openBy({ storage }: UndoDeps, { caller }: Asked) {
	const open = await storage.read.holds.open(caller.accountId);
	return open?.devices.includes(caller.deviceId) ? open : undefined;
}

export function moment({ clock, random }: UndoDeps) {
	return { now: clock(), newToken: () => random.token() };
}
