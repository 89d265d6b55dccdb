/**
 * `npm run bench -- large`: whether Countersign is as fast with many sessions and many dead rows as with few. Two servers
 * with data that are thrown away take turns in one run, so that only what differs between them makes the difference.
 *
 * Flow: sessions are written into both databases -> both are measured -> dead rows are written into the large one -> both
 * are started again and measured while its clean-up deletes them.
 */
import { mkdtemp } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { clients } from "../cases.ts";
import { syncedCommitsPerSecond } from "../disk.ts";
import { startCountersign } from "../processes.ts";
import { addDeadRows, countDeadRows } from "./dead-rows.ts";
import { measureInTurn, measureWaits, type Running } from "./measures.ts";
import { seedInUse } from "./seed.ts";
import { createSide, type Side } from "./sides.ts";
import { full, quick, type Sizes } from "./sizes.ts";

type Say = (line: string) => void;

export async function benchLarge(
	directory: string,
	{ quick: isQuick, say }: { readonly quick: boolean; readonly say: Say },
): Promise<void> {
	const sizes = isQuick ? quick : full;
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}`);
	say(`one synced commit after another on this disk: ${syncedCommitsPerSecond(directory)} a second`);
	say(
		`${clients} connections, ${sizes.rounds} rounds in turn, medians; KiB: written for one operation, the answer included\n`,
	);
	const small = await seededSide(directory, sizes.small);
	const large = await seededSide(directory, sizes.large);
	await measureSides([small, large], sizes, say);
	addDeadRows(large.data, sizes.dead);
	say(`\nThe same while ${sizes.dead} dead rows are deleted from the large one\n`);
	const tookMs = await measureSides([small, large], sizes, say);
	say(deletingReport(large, { sizes, tookMs }));
}

async function seededSide(directory: string, sessions: number): Promise<Side> {
	const data = await mkdtemp(join(directory, "large-"));
	return createSide(`${sessions} sessions`, data, await seedInUse(data, sessions));
}

/** Returns how long the servers ran, in milliseconds. */
async function measureSides(sides: readonly Side[], sizes: Sizes, say: Say): Promise<number> {
	const startedAt = performance.now();
	const running: Running[] = [];
	try {
		for (const side of sides) running.push({ ...side, server: await startCountersign(side.data) });
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
function deletingReport(
	{ data }: Side,
	{ sizes: { dead }, tookMs }: { readonly sizes: Sizes; readonly tookMs: number },
): string {
	const left = countDeadRows(data);
	if (left === 0) throw new Error("all dead rows were gone before the measures were");
	return `dead rows: ${dead - left} deleted, ${(((dead - left) / tookMs) * 1_000).toFixed(0)} a second; ${left} left at the end\n`;
}
