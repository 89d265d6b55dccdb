import { median, type Round } from "./measure.ts";

/** One case, measured. */
export interface Row {
	readonly name: string;
	readonly ours: readonly Round[];
	readonly bare: readonly Round[];
}

const columns = [
	"case",
	"per second",
	"slowest-fastest",
	"bare",
	"of bare",
	"p50 ms",
	"p99 ms",
	"CPU us",
	"bare us",
];

/** A table for people to read. `bare` does the same requests, so a reset is four of them there as well. */
export function report(rows: readonly Row[]): string {
	return aligned([columns, ...rows.map(cells)]);
}

/** Columns below each other, names to the left and figures to the right. */
export function aligned(lines: readonly (readonly string[])[]): string {
	const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
	return lines
		.map((line) =>
			line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))),
		)
		.map((line) => line.join("  "))
		.join("\n");
}

function cells({ name, ours, bare }: Row): readonly string[] {
	const rates = ours.map((round) => round.perSecond);
	const [rate, bareRate] = [median(rates), middle(bare, "perSecond")];
	return [
		name,
		rate.toFixed(0),
		`${Math.min(...rates).toFixed(0)}-${Math.max(...rates).toFixed(0)}`,
		bareRate.toFixed(0),
		(rate / bareRate).toFixed(2),
		middle(ours, "p50Ms").toFixed(1),
		middle(ours, "p99Ms").toFixed(1),
		middle(ours, "cpuMicros").toFixed(0),
		middle(bare, "cpuMicros").toFixed(0),
	];
}

/** What holds a case back, as far as the server's processor time tells. */
export function whereTimeGoes({ name, ours, bare }: Row): string {
	const busy = middle(ours, "busy");
	const http = middle(bare, "cpuMicros") / middle(ours, "cpuMicros");
	const bound = busy > 0.85 ? "the processor is the bound" : "the rest waits for the disk and the generator";
	return `${name}: processor ${percent(busy)} busy, ${bound}; ${percent(http)} of that is what node:http costs anyway`;
}

function percent(part: number): string {
	return `${(part * 100).toFixed(0)} %`;
}

function middle(rounds: readonly Round[], what: keyof Round): number {
	return median(rounds.map((round) => round[what]));
}
