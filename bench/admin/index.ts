/**
 * `npm run bench -- admin`: what somebody waits for who administers 100 000 accounts, on SQLite and on a synced PostgreSQL,
 * and whether homeservers notice it: introspection alone, beside pages and searches of the admin API, and beside sign-ins
 * at another service and by a directory (`slapd`), one after the other.
 *
 * Flow: a service and a directory start -> accounts are written into a database -> a server starts on it -> each question
 * is asked by itself -> introspection is asked, with something beside it in turn.
 */
import { mkdtemp, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { onDatabase } from "../../packages/server/test/support/postgres.ts";
import type { Place } from "../../packages/server/test/support/storage.ts";
import { postgres, startPostgres } from "../../tools/postgres.ts";
import { syncedCommitsPerSecond } from "../disk.ts";
import { startCountersign } from "../processes.ts";
import { adminBeside, measureBeside, measureQuestions, type Sizes, tokenOf } from "./measures.ts";
import { seedPeople } from "./seed-people.ts";
import { type Elsewhere, startElsewhere } from "./sign-ins.ts";

type Say = (line: string) => void;

const full = { people: 100_000, times: 100, rounds: 5, seconds: 2 } as const;
const quick = { people: 10_000, times: 20, rounds: 1, seconds: 1 } as const;

export async function benchAdmin(
	directory: string,
	{ quick: isQuick, say }: { readonly quick: boolean; readonly say: Say },
): Promise<void> {
	const sizes = isQuick ? quick : full;
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}`);
	say(`one synced commit after another on this disk: ${syncedCommitsPerSecond(directory)} a second`);
	await using elsewhere = await startElsewhere();
	const dataDirectory = await mkdtemp(join(directory, "admin-"));
	await side("SQLite", { dataDirectory, database: undefined }, { sizes, elsewhere, say });
	const cluster = await startPostgres(postgres().part(), { isSynced: true });
	try {
		const name = "countersign_admin";
		await onDatabase(cluster.url("postgres"), (client) => client.query(`CREATE DATABASE ${name}`));
		const other = await mkdtemp(join(directory, "admin-"));
		const place = { dataDirectory: other, database: cluster.url(name) };
		await side("PostgreSQL", place, { sizes, elsewhere, say });
	} finally {
		await cluster.stop();
	}
}

async function side(
	name: string,
	place: Place,
	{
		sizes,
		elsewhere,
		say,
	}: {
		readonly sizes: Sizes & { readonly people: number };
		readonly elsewhere: Elsewhere;
		readonly say: Say;
	},
): Promise<void> {
	const before = performance.now();
	const people = await seedPeople(place, sizes.people);
	say(
		`\n${name}: ${sizes.people} accounts, written in ${((performance.now() - before) / 1000).toFixed(0)} s`,
	);
	const settings = join(place.dataDirectory, "settings.yaml");
	await writeFile(settings, elsewhere.settings, { mode: 0o600 });
	const database = place.database === undefined ? {} : { COUNTERSIGN_DATABASE: place.database };
	const server = await startCountersign(place.dataDirectory, {
		env: { COUNTERSIGN_CONFIG: settings, COUNTERSIGN_TRUSTED_PROXIES: "127.0.0.1,::1", ...database },
	});
	try {
		const token = await tokenOf(server, people);
		say(`\n${await measureQuestions(server, { token, people, times: sizes.times })}`);
		const ways = elsewhere.waysOf(`http://localhost:${server.port}/`);
		for (const signIn of Object.values(ways)) await signIn();
		await using admin = await adminBeside(server, people, await tokenOf(server, people));
		const beside = {
			...{ alone: undefined, ...admin },
			...{ "sign-ins at another service": ways.upstream, "sign-ins by LDAP": ways.LDAP },
		};
		say(`\n${await measureBeside(server, people, { beside, sizes })}`);
	} finally {
		await server.stop();
	}
}
