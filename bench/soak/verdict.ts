import { median } from "../measure.ts";
import type { Minute } from "./samples.ts";

/** By how much of its middle each may grow from the first quarter's end to the end. */
const limits = [
	...[{ name: "memory", of: (minute: Minute) => minute.memoryMib, share: 0.1 }],
	...[{ name: "memory, beside", of: (minute: Minute) => minute.besideMib, share: 0.1 }],
	...[{ name: "open files", of: (minute: Minute) => minute.files, share: 0.1 }],
	...[{ name: "open files, beside", of: (minute: Minute) => minute.besideFiles, share: 0.1 }],
	...[{ name: "p50", of: (minute: Minute) => minute.p50Ms, share: 0.25 }],
	...[{ name: "p99", of: (minute: Minute) => minute.p99Ms, share: 0.25 }],
];

/** Fewer say nothing about a slope. */
const fewest = 8;

/**
 * Whether it stayed as it was: the middle slope between any two minutes of the last three quarters, times their length,
 * beside the middle value. What is new, caches and compiled code, has the first quarter to come.
 */
export function judge(minutes: readonly Minute[]): {
	readonly lines: readonly string[];
	readonly isFlat: boolean;
} {
	const late = minutes.slice(Math.floor(minutes.length / 4));
	const errors = minutes.reduce((sum, minute) => sum + minute.errors, 0);
	const failed = `${errors} errors in ${minutes.length} minutes`;
	if (late.length < fewest) return { lines: [failed, "too short to tell whether it is flat"], isFlat: false };
	const grown = limits.map(({ name, of, share }) => {
		const values = late.map(of);
		const growth = (slopeOf(values) * (values.length - 1)) / median(values);
		return { line: `${name}: ${signed(growth)} in ${values.length} minutes`, isFlat: growth <= share };
	});
	const size = late.map(({ databaseMib }) => databaseMib);
	const isFlat = errors === 0 && grown.every((one) => one.isFlat);
	return {
		lines: [
			failed,
			...grown.map((one) => `${one.line}: ${one.isFlat ? "flat" : "NOT FLAT"}`),
			`database: ${slopeOf(size).toFixed(2)} MiB a minute, which nothing here deletes for a day`,
			isFlat ? "flat" : "NOT FLAT",
		],
		isFlat,
	};
}

/** The middle of the slopes between any two: one bad minute moves it little. */
function slopeOf(values: readonly number[]): number {
	return median(
		values.flatMap((value, at) => values.slice(at + 1).map((later, step) => (later - value) / (step + 1))),
	);
}

function signed(share: number): string {
	return `${share < 0 ? "" : "+"}${(share * 100).toFixed(1)} %`;
}
