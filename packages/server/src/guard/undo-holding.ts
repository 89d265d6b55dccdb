import { holdBack, isSwitchedOff, markTypes, readOpening, type Throttled } from "@countersign/core";
import type { UploadAnswer } from "../device-signing/index.ts";
import { passed, refused } from "./answer.ts";
import type { Said } from "./ports.ts";
import { tooOften } from "./undo-answers.ts";
import { type Asked, isSaid, toldIn, type UndoDeps, type UndoUnit } from "./undo-asked.ts";
import { accountDataPath } from "./undo-paths.ts";

/** Holds what a device takes away; the answer where it may not. */
export const holdIt = (deps: UndoDeps, asked: Asked, what: Pick<Parameters<typeof holdBack>[1], OfWhat>) =>
	hold(deps, asked, async (unit, taking) => {
		const held = await holdBack(unit, { ...taking, ...what });
		return held.kind === "throttled" ? held : undefined;
	});

type OfWhat = "version" | "isSuperseded" | "dehydratedDevice";
type Taking = Omit<Parameters<typeof holdBack>[1], OfWhat>;

/**
 * The token was good when the request came in; what counts is this moment. Whatever the homeserver does not say is its
 * answer: a hold that takes it for nothing would lack what opens the backup, or take an old mark for a new one.
 */
export async function hold(
	deps: UndoDeps,
	asked: Asked,
	work: (unit: UndoUnit, taking: Taking) => Promise<Throttled | undefined>,
): Promise<UploadAnswer | undefined> {
	const { caller, address } = asked;
	const { accountId, deviceId } = caller;
	const isOpen = (await deps.storage.read.holds.open(accountId)) !== undefined;
	const data = readerOf(asked);
	const switchedOff = isOpen ? [] : await marksOf(data.read);
	const opening = isOpen && asked.path.of !== "version" ? [] : await readOpening(data.read);
	const unsaid = data.unsaid();
	if (unsaid !== undefined) return passed(unsaid);
	const answer = await deps.storage.write(async (unit) => {
		if (!(await unit.sessions.isSignedIn(caller))) return refused("unknown");
		// An answer of the person may have ended it meanwhile: the next one needs all that was left out for this one.
		if (isOpen && (await unit.holds.open(accountId)) === undefined) return "again";
		const taking = { ...moment(deps), accountId, deviceId, address, switchedOff, opening };
		const throttled = await work(unit, taking);
		return throttled && tooOften(throttled);
	});
	return answer === "again" ? hold(deps, asked, work) : answer;
}

type Read = (type: string) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** Account data of the caller; `unsaid`: where the homeserver told neither what there is nor that there is none. */
function readerOf({ caller: { userId }, handOn }: Asked): { read: Read; unsaid: () => Said | undefined } {
	const unsaid: Said[] = [];
	return {
		async read(type) {
			const said = await handOn({ method: "GET", path: accountDataPath({ userId, type }) });
			if (!isSaid(said)) unsaid.push(said);
			return toldIn(said);
		},
		unsaid: () => unsaid[0],
	};
}

/** Which marks say already that no backup is wanted: only one that is set later says it of this deletion. */
async function marksOf(read: Read): Promise<readonly string[]> {
	const marks = await Promise.all(
		markTypes.map(async (type) => {
			const told = await read(type);
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
