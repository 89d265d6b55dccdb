import { type Connection, type Got, openConnection, type Wanted } from "../connection.ts";
import { aligned } from "../table.ts";

/** Asks, and returns how long that took in milliseconds. Throws where the answer has another status. */
export async function timed(
	{ exchange }: Pick<Connection, "exchange">,
	wanted: Wanted,
	status: number,
): Promise<number> {
	const before = performance.now();
	const got = await exchange(wanted);
	const tookMs = performance.now() - before;
	expectStatus(got, status);
	return tookMs;
}

export function expectStatus(got: Got, status: number): Got {
	if (got.status !== status) throw new Error(`expected ${status}, got ${got.status}: ${got.body}`);
	return got;
}

/** Asks for all of them over so many connections and returns how many a second that were. */
export async function rateOf(
	port: number,
	all: readonly Wanted[],
	{ connections: count, statuses }: { readonly connections: number; readonly statuses: readonly number[] },
): Promise<number> {
	const waiting = [...all];
	const connections = await Promise.all(Array.from({ length: count }, () => openConnection(port)));
	const before = performance.now();
	await Promise.all(
		connections.map(async ({ exchange }) => {
			for (let wanted = waiting.pop(); wanted !== undefined; wanted = waiting.pop()) {
				const got = await exchange(wanted);
				if (!statuses.includes(got.status)) throw new Error(`got ${got.status}: ${got.body}`);
			}
		}),
	);
	const tookMs = performance.now() - before;
	for (const connection of connections) connection.close();
	return (all.length / tookMs) * 1_000;
}

/** One way to do the `number`-th of several alike; it returns the milliseconds that count. */
export type Way = (number: number) => Promise<number>;

/** Takes both ways in turn, each first every other time, so that what else the machine does meets both. */
export async function inTurn(
	times: number,
	one: Way,
	other: Way,
): Promise<readonly [readonly number[], readonly number[]]> {
	const [ones, others]: [number[], number[]] = [[], []];
	for (let number = 0; number < times; number++) {
		if (number % 2 === 0) ones.push(await one(number));
		others.push(await other(number));
		if (number % 2 === 1) ones.push(await one(number));
	}
	return [ones, others];
}

function percentile(values: readonly number[], part: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN;
}

export const p50 = (values: readonly number[]): number => percentile(values, 0.5);
const p99 = (values: readonly number[]): number => percentile(values, 0.99);

/** A table of what was done in two ways, the second of which everything is compared with. */
export function compared(
	names: { readonly what: string; readonly one: string; readonly other: string },
	rows: readonly { readonly name: string; readonly pair: readonly [readonly number[], readonly number[]] }[],
): string {
	const head = [
		names.what,
		...[names.one, names.other].flatMap((name) => [`${name} p50 ms`, "p99 ms"]),
		"ratio",
		"more ms",
	];
	const cells = rows.map(({ name, pair: [one, other] }) => [
		name,
		...[one, other].flatMap((values) => [p50(values).toFixed(1), p99(values).toFixed(1)]),
		(p50(one) / p50(other)).toFixed(2),
		(p50(one) - p50(other)).toFixed(1),
	]);
	return aligned([head, ...cells]);
}
