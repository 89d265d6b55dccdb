import { type Config, loadConfig } from "../config/index.ts";
import { createLog } from "../log/index.ts";
import { type Complaint, isWorker, type ServerFacts, startCrew } from "../workers/index.ts";
import type { Command, Outside } from "./command.ts";
import { serveAsWorker } from "./serve-as-worker.ts";
import { placeOf, startServer } from "./start-server.ts";

export const serve: Command = {
	name: "serve",
	operands: [],
	options: { workers: { type: "string" } },
	usage: "[--workers N]",
	about:
		"run the server until it is told to stop; then it finishes what it has accepted. On PostgreSQL N processes may share the work: 1 unless said",
	async run(asked) {
		if (isWorker(asked.environment)) return serveAsWorker();
		// A line to who started it would keep a process that has nothing to do any more.
		process.channel?.unref();
		const settings = loadConfig(asked.environment, asked.configPath);
		if (!settings.ok) {
			asked.complain("Countersign cannot start with these settings:", settings.problems);
			return 2;
		}
		const { config } = settings;
		const workers = workersOf(asked.option("workers"), config);
		if (!workers.ok) {
			asked.complain(workers.headline, workers.details);
			return 2;
		}
		const started = await start(config, workers.count);
		if (!started.ok) {
			asked.complain(started.complaint.headline, started.complaint.details);
			return 1;
		}
		const { running } = started;
		if (settings.warnings.length > 0) asked.complain("These settings work, but:", settings.warnings);
		asked.out(welcome(running.facts, config));
		return stopWhenTold(running, asked);
	},
};

/** A server that runs, in one process or in several. */
interface Running {
	readonly facts: ServerFacts;
	/** Resolves, with why, when it cannot go on. */
	readonly broken: Promise<Complaint>;
	stop(): Promise<boolean>;
}

async function start(
	config: Config,
	count: number,
): Promise<
	{ readonly ok: true; readonly running: Running } | { readonly ok: false; readonly complaint: Complaint }
> {
	const log = createLog({ level: config.logLevel ?? "info" });
	if (count > 1) {
		const started = await startCrew({ config, count, log, clock: Date.now });
		return started.ok ? { ok: true, running: started.crew } : started;
	}
	const started = await startServer(config, { log });
	if (!started.ok) return started;
	const { countersign } = started;
	// Whatever it cannot go on without ends the process.
	const broken = new Promise<never>(() => {});
	return { ok: true, running: { facts: countersign, broken, stop: countersign.close } };
}

async function stopWhenTold(running: Running, { out, complain }: Outside): Promise<0 | 1> {
	const complaint = await Promise.race([stopSignal(), running.broken]);
	if (complaint === undefined) out("\nFinishing what has been accepted ...\n");
	else complain(`The server ends: ${complaint.headline}`, complaint.details);
	const isComplete = await running.stop();
	if (complaint !== undefined) return 1;
	if (isComplete) return 0;
	complain("Not everything ended in time. The log says what was given up.");
	// It may still wait for somebody, but not keep this process.
	setTimeout(() => process.exit(1)).unref();
	return 1;
}

/** Each needs its connections to the database, so a typing error must not make hundreds. */
const mostWorkers = 32;

function workersOf(
	typed: string | undefined,
	{ database }: Config,
): { readonly ok: true; readonly count: number } | ({ readonly ok: false } & Complaint) {
	if (typed === undefined) return { ok: true, count: 1 };
	const count = /^\d{1,2}$/.test(typed) ? Number(typed) : 0;
	if (count < 1 || count > mostWorkers)
		return { ok: false, headline: `--workers is ${typed}; expected a number, 1 to ${mostWorkers}.` };
	if (count === 1 || database !== undefined) return { ok: true, count };
	return {
		ok: false,
		headline: `${count} workers need PostgreSQL: SQLite has one writer, and one process is the quickest there.`,
		details: ["Leave --workers out, or take the data along: docs/operating.md, countersign copy."],
	};
}

function welcome({ publicBase, serverName }: ServerFacts, config: Config): string {
	const create = config.openRegistration
		? `Create an account: ${publicBase}register`
		: "Nobody can register; set COUNTERSIGN_OPEN_REGISTRATION=yes to let people.";
	return [
		`Countersign for ${serverName} is ready.`,
		"",
		`  Account pages:     ${publicBase}account/`,
		`  Matrix clients:    ${config.homeserver?.publicBase ?? publicBase} (homeserver URL)`,
		`  Data:              ${placeOf(config)}`,
		"",
		`  ${create}`,
		"  Watch a reset from beginning to end: npm run demo",
		"  Stop with Ctrl+C.",
		"",
	].join("\n");
}

function stopSignal(): Promise<undefined> {
	return new Promise((resolve) => {
		process.once("SIGINT", () => resolve(undefined));
		process.once("SIGTERM", () => resolve(undefined));
	});
}
