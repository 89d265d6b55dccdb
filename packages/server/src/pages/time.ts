import { type Html, html } from "./html.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "3 minutes ago" with the exact time in UTC for machines and on hover. Times to come read "in 3 minutes". */
export function timeAgo(at: number, now: number): Html {
	const iso = new Date(at).toISOString();
	const exact = `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
	return html`<time datetime="${iso}" title="${exact}">${relative(at - now)}</time>`;
}

/** A length of time in the largest unit that fits, rounded up: "4 minutes". */
export function duration(ms: number): string {
	if (ms <= minute) return counted(Math.max(1, Math.ceil(ms / 1000)), "second");
	if (ms <= 2 * hour) return counted(Math.ceil(ms / minute), "minute");
	if (ms <= 2 * day) return counted(Math.ceil(ms / hour), "hour");
	return counted(Math.ceil(ms / day), "day");
}

function relative(ms: number): string {
	const size = Math.abs(ms);
	if (size < minute) return ms > 0 ? "in a moment" : "just now";
	const text = counted(...whole(size));
	return ms > 0 ? `in ${text}` : `${text} ago`;
}

function whole(ms: number): [count: number, unit: string] {
	if (ms < hour) return [Math.floor(ms / minute), "minute"];
	if (ms < day) return [Math.floor(ms / hour), "hour"];
	if (ms < 60 * day) return [Math.floor(ms / day), "day"];
	return [Math.floor(ms / (30 * day)), "month"];
}

function counted(count: number, unit: string): string {
	return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
