/**
 * `npm run bench -- postgres`: introspection, refresh and changes at the embedded homeserver on a PostgreSQL of its own
 * that syncs every commit, by one connection and by 32 without pause, and at a fixed rate, where waiting for a free
 * connection counts. In turn with it the bare server answers the same, which shows what of that is the machine's. With
 * `--against DIR` in turn with another checkout, with `--server URL` in turn with any other server that was built and
 * filled beforehand (docs/benchmarks.md says how), with `--workers 1,2` in turn as so many processes, and as two servers.
 * `introspection`, `refresh` or `change` measures that alone.
 */
import { mkdtemp } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { type PostgresCluster, postgres, startPostgres } from "../../tools/postgres.ts";
import { clients } from "../cases.ts";
import { syncedCommitsPerSecond } from "../disk.ts";
import { median } from "../measure.ts";
import { aligned } from "../table.ts";
import { type Load, type Measured, measureSide } from "./measure-side.ts";
import { type OtherServer, otherSide } from "./other-server.ts";
import { openBareSide, openSide, type Side } from "./side.ts";
import { signingIn } from "./sign-ins.ts";

const sessions = 1_000;
const here = join(import.meta.dirname, "../..");

interface Options {
	readonly quick: boolean;
	readonly say: (line: string) => void;
}

export async function benchPostgres(directory: string, { quick, say }: Options): Promise<void> {
	const asked = readArguments();
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}`);
	say(`one synced commit after another on this disk: ${syncedCommitsPerSecond(directory)} a second`);
	say(`load of the machine before: ${loadavg().map((load) => load.toFixed(1))}`);
	const cluster = await startPostgres(postgres().part(), {
		isSynced: true,
		preloaded: "pg_stat_statements",
	});
	const sides: Side[] = [];
	try {
		for (const wanted of wantedSides(asked)) sides.push(await openHere(directory, { cluster, ...wanted }));
		if (asked.other !== undefined) sides.push(otherSide(asked.other));
		say(held("memory at first", sides));
		// Last, for it is asked what the others were asked before: what the machine itself lets anybody wait.
		sides.push(await openBareSide(sides[0]?.cases ?? []));
		await compareSides(sides, { quick, say, only: asked.only });
		say(`\n${held("memory at the end", sides)}`);
	} finally {
		await Promise.all(sides.map((side) => side.stop()));
		await cluster.stop();
	}
	say(`\nload of the machine after: ${loadavg().map((load) => load.toFixed(1))}`);
}

function held(when: string, sides: readonly Side[]): string {
	const each = sides.flatMap(({ name, heldMib }) => (heldMib ? [`${name} ${heldMib().toFixed(0)}`] : []));
	return `${when}, MiB: ${each.join(", ")}`;
}

interface WantedSide {
	readonly name: string;
	readonly checkout: string;
	readonly workers?: number;
	readonly servers?: number;
}

function wantedSides({ against, workers }: Pick<Arguments, "against" | "workers">): readonly WantedSide[] {
	const [checkout, other] = [
		here,
		against === undefined ? [] : [{ name: "against", checkout: resolve(against) }],
	];
	if (workers.length === 0) return [{ name: "here", checkout }, ...other];
	const named = (count: number) => (count === 1 ? "1 worker" : `${count} workers`);
	return [
		...workers.map((count) => ({ name: named(count), checkout, workers: count })),
		{ name: "two servers", checkout, servers: 2 },
		...other,
	];
}

async function openHere(
	directory: string,
	{ cluster, name, ...wanted }: WantedSide & { readonly cluster: PostgresCluster },
): Promise<Side> {
	const database = `countersign_${name.replaceAll(" ", "_")}`;
	await onDatabase(cluster.url("postgres"), (client) => client.query(`CREATE DATABASE ${database}`));
	const data = await mkdtemp(join(directory, "side-"));
	return openSide(name, { ...wanted, data, database: cluster.url(database), sessions });
}

/** In turn, so that what else the machine does meets all. The first round warms up. */
async function compareSides(
	sides: readonly Side[],
	{ quick, say, only }: Options & { readonly only: string | undefined },
): Promise<void> {
	const rounds = quick ? 1 : 5;
	const columns = ["a second", "p50 ms", "p99 ms", "p99.9 ms", "CPU us", "of the database", ...counted];
	for (const [at, { name }] of (sides[0]?.cases ?? []).entries()) {
		if (only !== undefined && only !== name) continue;
		for (const load of loadsOf(name, quick)) {
			const measured = new Map(sides.map((side): [Side, Measured[]] => [side, []]));
			for (let round = 0; round <= rounds; round++)
				for (const [side, all] of measured) {
					const of = side.cases[at];
					if (of === undefined || (load.besideSignIns && side.signIns === undefined)) continue;
					const one = await measureSide(side, of, load);
					if (round > 0) all.push(one);
				}
			const asked = [...measured].filter(([, all]) => all.length > 0);
			const rows = asked.map(([side, all]) => [side.name, ...cells(all)]);
			say(`\n${aligned([[`${name}, ${load.name}`, ...columns], ...rows])}`);
			if (load.besideSignIns) say(signedIn(asked));
		}
	}
}

function loadsOf(name: string, quick: boolean): readonly Load[] {
	const seconds = quick ? 1 : 3;
	const perSecond = name === "introspection" ? 1_000 : 200;
	return [
		{ name: "one connection", connections: 1, seconds },
		{ name: `${clients} connections`, connections: clients, seconds },
		{ name: `${perSecond} a second`, connections: clients, perSecond, seconds: seconds * 2 },
		...(name === "introspection" ? [besideSignIns({ perSecond, seconds })] : []),
	];
}

function besideSignIns({
	perSecond,
	seconds,
}: {
	readonly perSecond: number;
	readonly seconds: number;
}): Load {
	const name = `${perSecond} a second while ${signingIn} sign in`;
	return { name, connections: clients, perSecond, seconds: seconds * 2, besideSignIns: true };
}

function signedIn(measured: readonly (readonly [Side, readonly Measured[]])[]): string {
	const each = measured.map(([{ name }, all]) => {
		const rate = median(all.map(({ signInsPerSecond }) => signInsPerSecond ?? Number.NaN));
		return `${name} ${rate.toFixed(0)}`;
	});
	return `sign-ins by password a second meanwhile: ${each.join(", ")}`;
}

const counted = ["statements", "commits", "rollbacks", "syncs", "WAL bytes"];

function cells(all: readonly Measured[]): readonly string[] {
	const middle = (of: (one: Measured) => number | undefined, digits: number) => {
		const value = median(all.map((one) => of(one) ?? Number.NaN));
		return Number.isNaN(value) ? "-" : value.toFixed(digits);
	};
	return [
		middle((one) => one.perSecond, 0),
		middle((one) => one.p50Ms, 2),
		middle((one) => one.p99Ms, 2),
		middle((one) => one.p999Ms, 2),
		middle((one) => one.serverMicros, 0),
		middle((one) => one.databaseMicros, 0),
		middle((one) => one.counted?.statements, 2),
		middle((one) => one.counted?.commits, 2),
		middle((one) => one.counted?.rollbacks, 3),
		middle((one) => one.counted?.syncs, 3),
		middle((one) => one.counted?.walBytes, 0),
	];
}

interface Arguments {
	readonly against: string | undefined;
	readonly only: string | undefined;
	/** As how many processes each side is one server. Empty: as one, and no other side. */
	readonly workers: readonly number[];
	readonly other?: OtherServer;
}

function readArguments(): Arguments {
	const text = { type: "string" } as const;
	const { values, positionals } = parseArgs({
		args: process.argv.slice(2),
		allowPositionals: true,
		options: {
			...{ quick: { type: "boolean" }, against: text, server: text, secret: text, tokens: text },
			...{ "client-id": text, pids: text, "database-pids": text, workers: text },
		},
	});
	const { against, server, secret, tokens, "client-id": clientId } = values;
	const numbersOf = (list = "") => list.split(",").filter(Boolean).map(Number);
	const only = positionals.find((word) => word !== "postgres");
	const workers = numbersOf(values.workers);
	if (server === undefined) return { against, only, workers };
	if (secret === undefined || tokens === undefined || clientId === undefined)
		throw new Error("--server needs --secret, --tokens and --client-id too");
	const family = { pids: numbersOf(values.pids), databasePids: numbersOf(values["database-pids"]) };
	return { against, only, workers, other: { ...{ url: server, secret, tokens, clientId }, ...family } };
}
