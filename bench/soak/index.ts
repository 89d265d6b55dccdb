/**
 * `npm run bench -- soak --minutes 120 --rate 200 --database sqlite`: whether Countersign stays as it is under a load of
 * hours. Beside a server with the embedded homeserver runs one beside a homeserver that takes everything, for older
 * logins. A line a minute says what they hold and how long people wait; at the end it says whether that was flat.
 *
 * Flow: sessions are written into new data -> both start -> so many requests are due each second, and a sign-in with a
 * reset and an older login every five seconds -> a line a minute -> the verdict, also where it is stopped by Ctrl-C.
 */
import { mkdtemp } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { syncedCommitsPerSecond } from "../disk.ts";
import { openData } from "./data.ts";
import { startJourneys } from "./journeys.ts";
import { createMix } from "./mix.ts";
import { startPacing } from "./pacing.ts";
import { createMinutes, headings } from "./samples.ts";
import { startServers } from "./servers.ts";
import { createTally } from "./tally.ts";
import { judge } from "./verdict.ts";

type Say = (line: string) => void;

/** Each is renewed about every two minutes, well before its access token is over. */
const sessionsPerRate = 10;

export async function benchSoak(directory: string, { say }: { readonly say: Say }): Promise<void> {
	const { minutes, rate, kind } = readArguments();
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}, ${kind}`);
	say(`one synced commit after another on this disk: ${syncedCommitsPerSecond(directory)} a second`);
	const stopped = new AbortController();
	process.once("SIGINT", () => stopped.abort());
	const data = await openData(kind, await mkdtemp(join(directory, "soak-")), rate * sessionsPerRate);
	const servers = await startServers(directory, data);
	const tally = createTally();
	try {
		const mix = createMix(data.seeded, servers.embedded.port);
		const journeys = await startJourneys(servers, tally, stopped.signal);
		const pacing = await startPacing({ port: servers.embedded.port, rate, tally, next: mix.next });
		const minute = createMinutes({ servers, data, tally });
		say(headings);
		for (let at = 0; at < minutes && !stopped.signal.aborted; at++) {
			await pause(60_000, undefined, { signal: stopped.signal }).catch(() => {});
			say(await minute.next());
		}
		stopped.abort();
		await Promise.all([pacing.stop(), journeys.stop()]);
		const { lines, isFlat } = judge(minute.all());
		for (const line of lines) say(line);
		if (!isFlat) process.exitCode = 1;
	} finally {
		await servers.stop();
		await data.close();
	}
}

function readArguments() {
	const text = { type: "string" } as const;
	const { values } = parseArgs({
		args: process.argv.slice(2),
		allowPositionals: true,
		options: { minutes: text, rate: text, database: text, quick: { type: "boolean" } },
	});
	const { database: kind = "sqlite" } = values;
	if (kind !== "sqlite" && kind !== "postgres") throw new Error("--database is sqlite or postgres");
	const minutes = Number(values.minutes ?? (values.quick ? 1 : 120));
	const rate = Number(values.rate ?? 200);
	if (!(minutes > 0 && rate > 0)) throw new Error("--minutes and --rate are numbers above zero");
	return { minutes, rate, kind } as const;
}
