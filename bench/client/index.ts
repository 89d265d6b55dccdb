/**
 * `npm run bench -- client`: what the client library costs an app: how many bytes in its bundle, how much memory, and how
 * long a reset takes apart from the person's own time, at a Countersign of its own on loopback.
 */
import { mkdtemp } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { startCountersign } from "../processes.ts";
import { bundleSizes } from "./bundles.ts";
import { measureMemory } from "./memory.ts";
import { measureResets } from "./resets.ts";

export async function benchClient(
	directory: string,
	{ quick, say }: { readonly quick: boolean; readonly say: (line: string) => void },
): Promise<void> {
	say(`${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}, node ${process.version}\n`);
	say(await bundleSizes(directory));
	const server = await startCountersign(await mkdtemp(join(directory, "data-")));
	try {
		say(await measureResets(server.port, quick ? 4 : 20));
		say(await measureMemory(server.port));
	} finally {
		await server.stop();
	}
}
