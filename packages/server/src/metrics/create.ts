import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Clock } from "../config/index.ts";
import type { AnsweredRequest } from "../http/index.ts";
import { type Counts, type MetricsText, measureMemory } from "./whole.ts";

/** What somebody still has to be told. */
interface TasksNow {
	readonly waiting: number;
	readonly refused: number;
	readonly oldestAt?: number;
}

export interface Metrics {
	answered(request: AnsweredRequest): void;
	/** What a homeserver was told of a token. */
	introspected(active: boolean): void;
	/** How a sign-in ended, when its tokens were asked for. */
	signedIn(outcome: string): void;
	refreshed(outcome: string): void;
	/** A line was written to somebody's security log, of this kind. */
	happened(kind: string): void;
	/** How a try to tell Synapse something ended. */
	told(kind: string, outcome: string): void;
	/** Has every reading ask how much Synapse still has to be told, and since when. */
	readTasks(overview: () => Promise<TasksNow>): void;
	/** How a try to send a letter ended. */
	lettered(kind: string, outcome: string): void;
	/** As `readTasks`, of letters. */
	readLetters(overview: () => Promise<TasksNow>): void;
	/** A write was accepted; call what is returned when it is on disk, or failed. */
	writing(): () => void;
	/** Everything, as Prometheus reads it. */
	text(): Promise<MetricsText>;
	/** Everything, to be summed with what other processes of the same server have counted. */
	counts(): Promise<Counts>;
	/** Stops measuring the event loop. */
	close(): void;
}

const activeToken = { active: "yes" } as const;
const inactiveToken = { active: "no" } as const;
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30];

export function createMetrics(clock: Clock): Metrics {
	const registry = new Registry();
	const registers = [registry];
	const counter = (name: string, help: string, label: string) =>
		new Counter({ name: `countersign_${name}`, help, labelNames: [label], registers });
	const histogram = (name: string, help: string, labelNames: string[]) =>
		new Histogram({ name: `countersign_${name}`, help, labelNames, buckets: seconds, registers });
	const requests = histogram("request_seconds", "Requests and how long they took", [
		"class",
		"method",
		"status",
	]);
	const introspections = counter("introspections_total", "Tokens that homeservers asked about", "active");
	const signIns = counter("sign_ins_total", "Apps that asked for their first tokens", "outcome");
	const refreshes = counter("refreshes_total", "Apps that renewed their tokens", "outcome");
	const events = counter(
		"account_events_total",
		"Lines of the security logs, identity resets among them",
		"kind",
	);
	const writes = histogram("write_seconds", "From accepting a write until it is on disk", []);
	const waiting = new Gauge({
		name: "countersign_writes_waiting",
		help: "Writes not yet on disk",
		registers,
	});
	const tasks = new Counter({
		name: "countersign_homeserver_tasks_total",
		help: "Tries to tell Synapse something",
		labelNames: ["kind", "outcome"],
		registers,
	});
	const letters = new Counter({
		name: "countersign_letters_total",
		help: "Tries to send a letter",
		labelNames: ["kind", "outcome"],
		registers,
	});
	const lag = measureProcess(registers);
	return {
		answered({ method, path, status, ms }) {
			requests.observe({ class: classOf(path), method, status: status ?? "gone" }, ms / 1_000);
		},
		introspected: (active) => introspections.inc(active ? activeToken : inactiveToken),
		signedIn: (outcome) => signIns.inc({ outcome }),
		refreshed: (outcome) => refreshes.inc({ outcome }),
		happened: (kind) => events.inc({ kind }),
		told: (kind, outcome) => tasks.inc({ kind, outcome }),
		readTasks: (overview) => measureTasks({ ...toSynapse, registers, clock }, overview),
		lettered: (kind, outcome) => letters.inc({ kind, outcome }),
		readLetters: (overview) => measureTasks({ ...toPeople, registers, clock }, overview),
		writing() {
			waiting.inc();
			const observe = writes.startTimer();
			return () => {
				waiting.dec();
				observe();
			};
		},
		text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
		counts: () => registry.getMetricsAsJSON(),
		close: () => void lag.disable(),
	};
}

interface Measured {
	/** Of how many there are, and of how long the oldest has waited. */
	readonly names: readonly [string, string];
	readonly help: string;
}

const toSynapse = {
	names: ["countersign_homeserver_tasks", "countersign_homeserver_task_oldest_seconds"],
	help: "What Synapse has still to be told, and what it refused for good",
} as const;

const toPeople = {
	names: ["countersign_letters", "countersign_letter_oldest_seconds"],
	help: "Letters that wait to be sent, and what nobody takes",
} as const;

function measureTasks(
	{ names, help, registers, clock }: Measured & { readonly registers: Registry[]; readonly clock: Clock },
	overview: () => Promise<TasksNow>,
): void {
	// Each process asks the same database.
	const aggregator = "max";
	const waiting = new Gauge({
		name: names[0],
		help,
		labelNames: ["state"],
		registers,
		aggregator,
		async collect() {
			const now = await overview();
			waiting.set({ state: "waiting" }, now.waiting);
			waiting.set({ state: "refused" }, now.refused);
			oldest.set(now.oldestAt === undefined ? 0 : Math.max(0, clock() - now.oldestAt) / 1_000);
		},
	});
	const oldest = new Gauge({
		name: names[1],
		help: "How long the oldest of the waiting has waited",
		registers,
		aggregator,
	});
}

function measureProcess(registers: Registry[]) {
	const delay = monitorEventLoopDelay({ resolution: 10 });
	delay.enable();
	new Gauge({
		name: "countersign_event_loop_lag_seconds",
		help: "How late the event loop was since the last reading: 99 of 100 turns were no later",
		registers,
		// Of the slowest.
		aggregator: "max",
		collect() {
			this.set(delay.count === 0 ? 0 : delay.percentile(99) / 1e9);
			delay.reset();
		},
	});
	measureMemory(registers);
	return delay;
}

const classes: readonly (readonly [prefix: string, name: string])[] = [
	["/oauth2/introspect", "introspection"],
	["/oauth2/", "oauth"],
	["/authorize", "oauth"],
	["/.well-known/", "discovery"],
	["/_matrix/client/versions", "discovery"],
	["/_matrix/", "homeserver"],
	["/account/reset", "approval"],
	["/health", "health"],
	["/metrics", "health"],
];

function classOf(path: string): string {
	return classes.find(([prefix]) => path.startsWith(prefix))?.[1] ?? "page";
}
