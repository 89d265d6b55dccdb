/**
 * `npm run bench -- move`: how long a move from Synapse's SQLite takes, and how long Synapse has to be stopped for the
 * last copy of it.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { random } from "../../packages/server/src/installation.ts";
import { pass, planSynapse, survey } from "../../packages/server/src/moving/index.ts";
import { openSqlite, openSynapseSource } from "../../packages/server/src/storage/index.ts";
import { makeSynapse, type Size } from "../../packages/server/test/support/make-synapse.ts";

const whole: Size = { people: 20_000, devicesEach: 3, tokensEach: 3 };
const quickly: Size = { people: 500, devicesEach: 3, tokensEach: 3 };
/** Of a hundred people, those who signed in, or out, between two copies. */
const changedPercent = 1;

interface Options {
	readonly quick: boolean;
	readonly say: (line: string) => void;
}

export async function benchMove(directory: string, { quick, say }: Options): Promise<void> {
	const size = quick ? quickly : whole;
	const { people, devicesEach, tokensEach } = size;
	const devices = people * devicesEach;
	say(
		`${people} people, ${devices} devices, ${devices * tokensEach} tokens, in Synapse's SQLite and in ours\n`,
	);
	const file = join(directory, "homeserver.db");
	makeSynapse(file, size);
	const data = join(directory, "moved");
	await mkdir(data);
	const storage = await openSqlite(data, { homeserver: "synapse" });
	const serverName = "example.org";
	const timed = async (what: string, work: (source: Source) => Promise<unknown>) => {
		const source = await openSynapseSource({ kind: "sqlite", file });
		const startedAt = performance.now();
		await work(source);
		const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
		await source.close();
		say(`${what}: ${seconds} s, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`);
	};
	const planned = (source: Source) => planSynapse(source, { serverName, now: Date.now() });
	const copy = (source: Source) => pass({ source: planned(source), storage, random });
	await timed("check", (source) => survey(planned(source)));
	await timed("first copy", copy);
	await timed("another, in which nothing has changed", copy);
	change(file, people);
	await timed(`another, in which ${changedPercent} of 100 people signed a device out`, copy);
	await storage.close();
}

type Source = Awaited<ReturnType<typeof openSynapseSource>>;

function change(file: string, people: number): void {
	const connection = new DatabaseSync(file);
	const remove = connection.prepare("DELETE FROM access_tokens WHERE user_id = ? AND device_id = 'DEVICE0'");
	for (let nth = 0; nth < people; nth += 100 / changedPercent)
		remove.run(`@p${String(nth).padStart(6, "0")}:example.org`);
	connection.close();
}
