/**
 * `npm run bench -- postgres`: introspection, refresh and changes at the embedded homeserver on a PostgreSQL of its own
 * that syncs every commit, by one connection and by 32 without pause, and at a fixed rate, where waiting for a free
 * connection counts. In turn with it the bare server answers the same, which shows what of that is the machine's. With
 * `--against DIR` in turn with another checkout, with `--server URL` in turn with any other server that was built and
 * filled beforehand (docs/benchmarks.md says how), with `--workers 1,2` in turn as so many processes, and as two servers.
 * Then whole logins, by OAuth and by the older API, one and eight at once, beside a homeserver that takes everything.
 * `introspection`, `refresh`, `change`, `login` or `"older login"` measures that alone.
 */
import { mkdtemp } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startHomeserverStandIn } from "../../packages/server/test/support/homeserver-stand-in.ts";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import { type PostgresCluster, postgres, startPostgres } from "../../tools/postgres.ts";
import { syncedCommitsPerSecond } from "../disk.ts";
import { openBeside } from "./beside.ts";
import { type Comparing, compareSides } from "./compare.ts";
import { type OtherServer, otherSide } from "./other-server.ts";
import { openBareSide, openSide, type Side } from "./side.ts";

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
	const comparing = { quick, say, only: asked.only };
	const isOfLogins = asked.only?.endsWith("login");
	try {
		if (isOfLogins !== true) await compareTokens(directory, { cluster, asked, comparing });
		if (isOfLogins !== false) await compareLogins(directory, { cluster, asked, comparing });
	} finally {
		await cluster.stop();
	}
	say(`\nload of the machine after: ${loadavg().map((load) => load.toFixed(1))}`);
}

interface Given {
	readonly cluster: PostgresCluster;
	readonly asked: Arguments;
	readonly comparing: Comparing;
}

async function compareTokens(directory: string, { cluster, asked, comparing }: Given): Promise<void> {
	const { say } = comparing;
	const sides: Side[] = [];
	try {
		for (const { name, ...wanted } of wantedSides(asked))
			sides.push(
				await openSide(name, { ...wanted, sessions, ...(await newPlace(directory, name, cluster)) }),
			);
		if (asked.other !== undefined) sides.push(otherSide(asked.other));
		say(held("memory at first", sides));
		// Last, for it is asked what the others were asked before: what the machine itself lets anybody wait.
		sides.push(await openBareSide(sides[0]?.cases ?? []));
		await compareSides(sides, comparing);
		say(`\n${held("memory at the end", sides)}`);
	} finally {
		await Promise.all(sides.map((side) => side.stop()));
	}
}

async function compareLogins(directory: string, { cluster, asked, comparing }: Given): Promise<void> {
	const homeserver = await startHomeserverStandIn();
	const sides: Side[] = [];
	try {
		for (const { name, checkout } of wantedSides({ against: asked.against, workers: [] })) {
			const place = await newPlace(directory, `${name} beside`, cluster);
			sides.push(await openBeside(name, { checkout, homeserver, ...place }));
		}
		await compareSides(sides, comparing);
	} finally {
		await Promise.all(sides.map((side) => side.stop()));
		await homeserver.close();
	}
}

/** An empty database, and a folder. */
async function newPlace(directory: string, name: string, cluster: PostgresCluster) {
	const database = `countersign_${name.replaceAll(" ", "_")}`;
	await onDatabase(cluster.url("postgres"), (client) => client.query(`CREATE DATABASE ${database}`));
	return { data: await mkdtemp(join(directory, "side-")), database: cluster.url(database) };
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
