import { loadavg } from "node:os";
import type { ServerProcess } from "../processes.ts";
import type { Data } from "./data.ts";
import type { Servers } from "./servers.ts";
import type { Tally } from "./tally.ts";

/** What was seen at the end of a minute, of that minute. */
export interface Minute {
	readonly perSecond: number;
	readonly errors: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	/** Of the server with the embedded homeserver, and of the one beside another. */
	readonly memoryMib: number;
	readonly besideMib: number;
	readonly files: number;
	readonly besideFiles: number;
	readonly databaseMib: number;
}

const columns = [
	...["minute", "a second", "errors", "p50 ms", "p99 ms", "sign-ins", "p50 ms", "MiB", "beside", "files"],
	...["beside", "database MiB", "core %", "load"],
];
export const headings = columns.join("  ");

export function createMinutes({
	servers: { embedded, beside },
	data,
	tally,
}: {
	readonly servers: Servers;
	readonly data: Data;
	readonly tally: Tally;
}) {
	const minutes: Minute[] = [];
	let before = readingOf(embedded);
	tally.take();
	return {
		/** The line about the time since the last one. */
		async next(): Promise<string> {
			const { answers, journeys, errors } = tally.take();
			const now = readingOf(embedded);
			const tookMs = now.at - before.at;
			const minute: Minute = {
				perSecond: (answers.length / tookMs) * 1_000,
				errors: [...errors.values()].reduce((sum, count) => sum + count, 0),
				...{ p50Ms: at(answers, 0.5), p99Ms: at(answers, 0.99) },
				...{ memoryMib: embedded.residentMib(), besideMib: beside.residentMib() },
				...{ files: embedded.openFiles(), besideFiles: beside.openFiles() },
				databaseMib: await data.sizeMib(),
			};
			minutes.push(minute);
			const busy = (now.cpu - before.cpu) / 10 / tookMs;
			before = now;
			const cells = [
				...[`${minutes.length}`, minute.perSecond.toFixed(1), `${minute.errors}`],
				...[minute.p50Ms.toFixed(2), minute.p99Ms.toFixed(1)],
				...[`${journeys.length}`, at(journeys, 0.5).toFixed(0)],
				...[minute.memoryMib.toFixed(0), minute.besideMib.toFixed(0)],
				...[`${minute.files}`, `${minute.besideFiles}`, minute.databaseMib.toFixed(1)],
				...[busy.toFixed(1), loadavg()[0]?.toFixed(1) ?? ""],
			];
			const said = [...errors].map(([what, count]) => `\n  ${count} x ${what}`);
			return cells.map((cell, at) => cell.padStart(columns[at]?.length ?? 0)).join("  ") + said.join("");
		},
		all: (): readonly Minute[] => minutes,
	};
}

function readingOf(server: ServerProcess) {
	return { at: performance.now(), cpu: server.cpuMicros() };
}

function at(sorted: readonly number[], part: number): number {
	return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
