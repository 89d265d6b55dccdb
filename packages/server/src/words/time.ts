import type { TimeUnit } from "./language.ts";
import { say, type Text } from "./say.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const month = 30 * day;

/** A length of time in the largest unit that fits, rounded up: "4 minutes". */
export function duration(ms: number): Text {
	const [count, unit] = roundedUp(ms);
	return { in: (language) => language.amount(count, unit) };
}

/** How long ago: "3 minutes ago", "just now". Times to come read "in 3 minutes". */
export function ago(at: number, now: number): Text {
	const isToCome = at > now;
	const ms = Math.abs(at - now);
	if (ms < minute) return isToCome ? say("time.in-a-moment") : say("time.just-now");
	const [count, unit] = whole(ms);
	return { in: (language) => language.relative(isToCome ? count : -count, unit) };
}

function roundedUp(ms: number): [count: number, unit: TimeUnit] {
	if (ms <= minute) return [Math.max(1, Math.ceil(ms / 1000)), "second"];
	if (ms <= 2 * hour) return [Math.ceil(ms / minute), "minute"];
	if (ms <= 2 * day) return [Math.ceil(ms / hour), "hour"];
	return [Math.ceil(ms / day), "day"];
}

function whole(ms: number): [count: number, unit: TimeUnit] {
	if (ms < hour) return [Math.floor(ms / minute), "minute"];
	if (ms < day) return [Math.floor(ms / hour), "hour"];
	if (ms < 2 * month) return [Math.floor(ms / day), "day"];
	return [Math.floor(ms / month), "month"];
}
