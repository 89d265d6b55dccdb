import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What V8 writes: a tree of calls, and which of them was running at each sample. */
interface CpuProfile {
	readonly nodes: readonly {
		readonly id: number;
		readonly callFrame: { readonly functionName: string; readonly url: string };
	}[];
	readonly samples: readonly number[];
	readonly timeDeltas: readonly number[];
	readonly endTime: number;
}

/** Samples a server process while it runs and says which part of it used how much of the processor. */
export async function createProfiler() {
	const directory = await mkdtemp(join(tmpdir(), "countersign-profile-"));
	return {
		nodeOptions: ["--cpu-prof", "--cpu-prof-interval=500", `--cpu-prof-dir=${directory}`],
		/** Call it once the process has ended. Counts what ran within `tookMs` before the last request. */
		async report(name: string, tookMs: number): Promise<string> {
			const [file = ""] = await readdir(directory);
			const profile: CpuProfile = JSON.parse(await readFile(join(directory, file), "utf8"));
			await rm(directory, { recursive: true });
			const shares = sharesOf(profile, tookMs * 1_000);
			const total = [...shares.values()].reduce((sum, micros) => sum + micros, 0);
			const largest = [...shares].toSorted(([, a], [, b]) => b - a).slice(0, 12);
			const lines = largest.map(
				([part, micros]) => `${((100 * micros) / total).toFixed(1).padStart(7)} %  ${part}`,
			);
			return [name, ...lines, ""].join("\n");
		},
	};
}

/** Own time by part. The end of the profile is the stop of the server, the measured time lies just before. */
function sharesOf(
	{ nodes, samples, timeDeltas }: CpuProfile,
	lastMicros: number,
): ReadonlyMap<string, number> {
	const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
	const shares = new Map<string, number>();
	let left = lastMicros;
	for (let at = samples.length - 1; at >= 0 && left > 0; at--) {
		const micros = timeDeltas[at] ?? 0;
		const part = parts.get(samples[at] ?? 0);
		left -= micros;
		if (part !== undefined) shares.set(part, (shares.get(part) ?? 0) + micros);
	}
	return shares;
}

/** A package, a folder of this repository, or a part of node. Undefined for doing nothing. */
function partOf({ functionName, url }: CpuProfile["nodes"][number]["callFrame"]): string | undefined {
	if (functionName === "(idle)" || functionName === "(root)") return undefined;
	const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
	if (library !== undefined) return library;
	const own = /packages\/([^/]+)\/src\/([^/]+)/.exec(url);
	if (own !== null) return `countersign ${own[1]}/${own[2]}`;
	const internal = /^node:(?:internal\/)?([a-z_]+)/.exec(url)?.[1];
	if (internal !== undefined) return `node ${internal.replace(/^_/, "")}`;
	return functionName === "" ? "native" : `native ${functionName}`;
}
