/**
 * `npm run bench -- large`: whether Countersign is as fast with many sessions and many dead rows as with few. Two servers
 * with data that are thrown away take turns in one run, so that only what differs between them makes the difference. With
 * `--sessions N` the large one has so many; `postgres` keeps the data there.
 *
 * Flow: sessions are written into both databases -> both are measured -> dead rows are written into the large one -> both
 * are started again and measured while its clean-up deletes them.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { clients } from "../cases.ts";
import { syncedCommitsPerSecond } from "../disk.ts";
import { startCountersign } from "../processes.ts";
import { addDeadRows, countDeadRows } from "./dead-rows.ts";
import { measureInTurn, measureWaits, type Running } from "./measures.ts";
import { type Places, postgresPlaces, sqlitePlaces } from "./places.ts";
import { seedInUse } from "./seed.ts";
import { createSide, type Side } from "./sides.ts";
import { full, quick, type Sizes } from "./sizes.ts";

type Say = (line: string) => void;

export async function benchLarge(
	directory: string,
	{ quick: isQuick, say }: { readonly quick: boolean; readonly say: Say },
): Promise<void> {
	const { sessions, isPostgres } = readArguments();
	const usual = isQuick ? quick : full;
	const sizes = { ...usual, large: sessions ?? usual.large };
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}`);
	say(`one synced commit after another on this disk: ${syncedCommitsPerSecond(directory)} a second`);
	say(
		`${clients} connections, ${sizes.rounds} rounds in turn, medians; KiB: written for one operation, the answer included\n`,
	);
	const places = isPostgres ? await postgresPlaces(directory) : sqlitePlaces(directory);
	try {
		await benchIn(places, sizes, say);
	} finally {
		await places.close();
	}
}

async function benchIn(places: Places, sizes: Sizes, say: Say): Promise<void> {
	const small = await seededSide(places, "small", sizes.small);
	const seededAt = performance.now();
	const large = await seededSide(places, "large", sizes.large);
	say(`${sizes.large} sessions were written in ${((performance.now() - seededAt) / 1_000).toFixed(0)} s`);
	say(`load of the machine: ${loadavg().map((load) => load.toFixed(1))}\n`);
	await measureSides([small, large], sizes, { say, places });
	await addDeadRows(large.place, sizes.dead);
	say(`\nThe same while ${sizes.dead} dead rows are deleted from the large one\n`);
	const tookMs = await measureSides([small, large], sizes, { say, places });
	say(await deletingReport(large, { sizes, tookMs }));
}

function readArguments() {
	const { values, positionals } = parseArgs({
		args: process.argv.slice(2),
		allowPositionals: true,
		options: { quick: { type: "boolean" }, sessions: { type: "string" } },
	});
	const sessions = values.sessions === undefined ? undefined : Number(values.sessions);
	if (sessions !== undefined && !(sessions >= 320)) throw new Error("--sessions is a number from 320 on");
	return { sessions, isPostgres: positionals.includes("postgres") };
}

async function seededSide(places: Places, name: string, sessions: number): Promise<Side> {
	const place = await places.open(name);
	return createSide(`${sessions} sessions`, place, await seedInUse(place, sessions));
}

/** Returns how long the servers ran, in milliseconds. */
async function measureSides(
	sides: readonly Side[],
	sizes: Sizes,
	{ say, places }: { readonly say: Say; readonly places: Places },
): Promise<number> {
	const startedAt = performance.now();
	const running: Running[] = [];
	try {
		for (const side of sides) {
			const { directory, env } = side.place;
			const server = await startCountersign(directory, { env });
			running.push({ ...side, server, ...(places.cpuMicros && { databaseMicros: places.cpuMicros }) });
		}
		const atStart = running.map(({ server }) => server.residentMib());
		say(`${await measureInTurn("introspection", running, sizes)}\n`);
		say(`${await measureInTurn("refresh", running, sizes)}\n`);
		say(`${await measureWaits(running, sizes)}\n`);
		running.forEach(({ name, server }, at) => {
			say(
				`memory, ${name}: ${atStart[at]?.toFixed(0)} MiB at first, ${server.residentMib().toFixed(0)} MiB at the end`,
			);
		});
	} finally {
		await Promise.all(running.map(({ server }) => server.stop()));
	}
	return performance.now() - startedAt;
}

/** Figures beside a clean-up that was over before them would say nothing. */
async function deletingReport(
	{ place }: Side,
	{ sizes: { dead }, tookMs }: { readonly sizes: Sizes; readonly tookMs: number },
): Promise<string> {
	const left = await countDeadRows(place);
	if (left === 0) throw new Error("all dead rows were gone before the measures were");
	return `dead rows: ${dead - left} deleted, ${(((dead - left) / tookMs) * 1_000).toFixed(0)} a second; ${left} left at the end\n`;
}
