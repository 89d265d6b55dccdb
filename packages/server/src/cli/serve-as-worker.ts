import { createLog } from "../log/index.ts";
import { joinCrew } from "../workers/index.ts";
import type { ExitCode } from "./command.ts";
import { startServer } from "./start-server.ts";

/** What `serve` is in a process that the first one started: it says nothing to who typed, and serves until it is told to stop. */
export async function serveAsWorker(): Promise<ExitCode> {
	const crew = await joinCrew();
	if (crew === undefined) return 1;
	const { config, number } = crew;
	const log = createLog({ level: config.logLevel ?? "info", worker: number });
	const started = await startServer(config, {
		log,
		worker: { number, readWhole: crew.readWhole },
	});
	if (!started.ok) {
		await crew.refuse(started.complaint);
		return 1;
	}
	const { countersign } = started;
	const stop = stopSignals();
	const { publicBase, serverName, port, counts } = countersign;
	crew.ready({ publicBase, serverName, port }, counts);
	await stop;
	if (await countersign.close()) return 0;
	// It may still wait for somebody, but not keep this process.
	setTimeout(() => process.exit(1)).unref();
	return 1;
}

/** All of them: a terminal, and who manages services, tell every process, and the first one tells it once more. */
function stopSignals(): Promise<void> {
	return new Promise((resolve) => {
		process.on("SIGINT", () => resolve());
		process.on("SIGTERM", () => resolve());
	});
}
