import { random } from "../../packages/server/src/installation.ts";
import { pass, planSynapse, survey } from "../../packages/server/src/moving/index.ts";
import type { Storage } from "../../packages/server/src/storage/index.ts";
import type { SynapseBench } from "./source.ts";

/** Of a hundred people, those who signed a device out between two copies. */
const changedPercent = 1;

/** Copies everybody, then nobody, then those who changed; each says how long it took. The storage is empty. */
export async function benchCopies(
	synapse: SynapseBench,
	storage: Storage,
	say: (line: string) => void,
): Promise<void> {
	const timed = async (what: string, work: (source: Source) => Promise<unknown>) => {
		const source = await synapse.open();
		const startedAt = performance.now();
		await work(source);
		const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
		await source.close();
		say(`${what}: ${seconds} s, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`);
	};
	const planned = (source: Source) => planSynapse(source, { serverName: "example.org", now: Date.now() });
	const copy = (source: Source) => pass({ source: planned(source), storage, random });
	await timed("check", (source) => survey(planned(source)));
	await timed("first copy", copy);
	await timed("another, in which nothing has changed", copy);
	await synapse.signOutEvery(100 / changedPercent);
	await timed(`another, in which ${changedPercent} of 100 people signed a device out`, copy);
}

type Source = Awaited<ReturnType<SynapseBench["open"]>>;
