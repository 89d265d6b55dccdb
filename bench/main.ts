/**
 * `npm run bench`: what Countersign does in a second, beside what a bare node:http server does with the same requests
 * in the same run. `--profile` shows instead where the server's time goes in each case; `synapse` measures it beside a
 * real Synapse, `large` with many sessions and dead rows, `client` what the client library costs an app, `move` how long
 * people take who move in, `sign-in` what signing in costs, `admin` the admin API at 100 000 accounts, `postgres` what it
 * does on a synced PostgreSQL, each with `--quick` in about a minute or less; `soak` whether it stays as it is for hours.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { benchAdmin } from "./admin/index.ts";
import { type Case, clients, introspection, keyUpload, refresh, reset } from "./cases.ts";
import { benchClient } from "./client/index.ts";
import { compare } from "./compare.ts";
import { syncedCommitsPerSecond } from "./disk.ts";
import { benchLarge } from "./large/index.ts";
import { measure } from "./measure.ts";
import { benchMove } from "./move/index.ts";
import { registerPeople } from "./people.ts";
import { benchPostgres } from "./postgres/index.ts";
import { type ServerProcess, startBaseline, startCountersign } from "./processes.ts";
import { createProfiler } from "./profile.ts";
import { type Seeded, seed } from "./seed.ts";
import { benchSignIn } from "./sign-in/index.ts";
import { benchSoak } from "./soak/index.ts";
import { startTimes } from "./start.ts";
import { benchBesideSynapse } from "./synapse/index.ts";
import { type Row, report, whereTimeGoes } from "./table.ts";

const rounds = 5;
const seededDevices = 10_000;
const uploadsEach = 40;
/** With the warming up below what a session may ask for in an hour. */
const resetsEach = 3;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
	const directory = await mkdtemp(join(tmpdir(), "countersign-bench-"));
	try {
		const options = { quick: process.argv.includes("--quick"), say };
		if (process.argv.includes("soak")) await benchSoak(directory, options);
		else if (process.argv.includes("client")) await benchClient(directory, options);
		else if (process.argv.includes("synapse")) await benchBesideSynapse(directory, options);
		else if (process.argv.includes("large")) await benchLarge(directory, options);
		else if (process.argv.includes("move")) await benchMove(directory, options);
		else if (process.argv.includes("postgres")) await benchPostgres(directory, options);
		else if (process.argv.includes("admin")) await benchAdmin(directory, options);
		else if (process.argv.includes("sign-in")) await benchSignIn(directory, options);
		else if (process.argv.includes("--profile")) await profile(directory);
		else await bench(directory);
	} finally {
		await rm(directory, { recursive: true });
	}
}

async function bench(directory: string): Promise<void> {
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}`);
	say(`one synced commit after another on this disk: ${syncedCommitsPerSecond(directory)} a second`);
	const { first, again, cold } = await startTimes(directory);
	say(`start to first answer: ${again.toFixed(0)} ms, on an empty directory ${first.toFixed(0)} ms,`);
	say(`the same without compiled code at hand ${cold.toFixed(0)} ms`);
	say(`${clients} connections, ${rounds} rounds, medians; ${seededDevices} sessions in the database\n`);
	const data = await mkdtemp(join(directory, "data-"));
	const rows = await compareAll(data, await seed(data, seededDevices));
	say(report(rows));
	say(rows.map(whereTimeGoes).join("\n"));
}

async function compareAll(data: string, seeded: Seeded): Promise<readonly Row[]> {
	const baseline = await startBaseline();
	const countersign = await startCountersign(data);
	try {
		const rows: Row[] = [];
		const atStart = countersign.residentMib();
		for (const prepare of cases) {
			const one = await prepare(seeded, countersign);
			rows.push(await compare(one, { countersign, baseline, rounds }));
		}
		const atEnd = countersign.residentMib();
		say(`memory of the server: ${atStart.toFixed(0)} MiB at first, ${atEnd.toFixed(0)} MiB at the end\n`);
		return rows;
	} finally {
		await Promise.all([baseline.stop(), countersign.stop()]);
	}
}

/** The last ones, because a renewed session's first tokens are worth nothing. */
const uploaders = ({ devices }: Seeded) => devices.slice(-clients * uploadsEach * (rounds + 1));

const cases: readonly ((seeded: Seeded, server: ServerProcess) => Case | Promise<Case>)[] = [
	(seeded) => introspection(seeded),
	(seeded) => refresh(seeded),
	(seeded) => keyUpload(uploaders(seeded), uploadsEach),
	async (_, server) => reset(await registerPeople(server.port, clients), resetsEach),
];

/** Each case on a server and data of its own; sampled is the second round, after the first has warmed up. */
async function profile(directory: string): Promise<void> {
	for (const prepare of cases) {
		const data = await mkdtemp(join(directory, "case-"));
		const seeded = await seed(data, seededDevices);
		const profiler = await createProfiler();
		const server = await startCountersign(data, profiler);
		const one = await prepare(seeded, server);
		await measure(server, one.countersign(), one.extent);
		const startedAt = performance.now();
		await measure(server, one.countersign(), one.extent);
		const tookMs = performance.now() - startedAt;
		await server.stop();
		say(await profiler.report(one.name, tookMs));
	}
}

await main();
