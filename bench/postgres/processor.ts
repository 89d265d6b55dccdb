import { readdirSync, readFileSync } from "node:fs";

/** Ticks of a hundredth of a second, as `/proc` counts them. */
const tickMicros = 10_000;

/**
 * Processor time that these processes and those they started used so far, in microseconds, with those of them that
 * have ended and were waited for; NaN where the system does not tell.
 */
export function familyCpuMicros(pids: readonly number[]): number {
	const known = readAll();
	const family = familyOf(pids, known);
	let ticks = pids.length === 0 ? Number.NaN : 0;
	for (const pid of family) ticks += known.get(pid)?.ticks ?? 0;
	return ticks * tickMicros;
}

/** Memory that these processes and those they started hold now, in MiB; what several share is counted once. */
export function familyHeldMib(pids: readonly number[]): number {
	let kib = 0;
	for (const pid of familyOf(pids, readAll())) {
		const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
		kib += Number(/^Pss: +(\d+)/m.exec(rollup)?.[1]);
	}
	return kib / 1_024;
}

function familyOf(pids: readonly number[], known: ReadonlyMap<number, Known>): ReadonlySet<number> {
	const family = new Set(pids);
	// Who is started later has the larger number, next to always; twice is enough for the rest.
	for (let pass = 0; pass < 2; pass++)
		for (const [pid, { parent }] of known) if (family.has(parent)) family.add(pid);
	return family;
}

/** The process that started this one. */
export function parentOf(pid: number): number | undefined {
	return readAll().get(pid)?.parent;
}

interface Known {
	readonly parent: number;
	readonly ticks: number;
}

function readAll(): ReadonlyMap<number, Known> {
	const known = new Map<number, Known>();
	for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
		try {
			const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
			// utime, stime, and both of children that ended.
			const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
			known.set(Number(name), { parent: Number(fields[1]), ticks });
		} catch {
			// Ended meanwhile.
		}
	}
	return known;
}
