import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";

/** What one of several processes that are one server has counted: to be sent to another, and to be summed. */
export type Counts = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/** As Prometheus reads it. */
export interface MetricsText {
	readonly type: string;
	readonly body: string;
}

/** One of all: sums, but where only the greatest says something. */
export function sumOfCounts(parts: readonly Counts[]): Counts {
	// What is summed stands in the registry as it came, with its values.
	return summed(parts).getMetricsAsArray() as Counts;
}

export async function textOfCounts(parts: readonly Counts[]): Promise<MetricsText> {
	const registry = summed(parts);
	return { type: registry.contentType, body: await registry.metrics() };
}

/** What has happened, and so stays when a process is gone; without what only was so while it lived. */
export function lastingCounts(counts: Counts): Counts {
	// The library's types call it a number, which it is not.
	return counts.filter(({ type }) => ["counter", "histogram"].includes(String(type)));
}

function summed(parts: readonly Counts[]): Registry {
	return AggregatorRegistry.aggregate(parts.map((part) => [...part]));
}

/** What the first process counts itself, where workers serve. */
export interface CrewMetrics {
	workerEnded(): void;
	counts(serving: number): Promise<Counts>;
}

export function createCrewMetrics(): CrewMetrics {
	const registry = new Registry();
	const registers = [registry];
	const serving = new Gauge({ name: "countersign_workers", help: "Workers that serve", registers });
	const ends = new Counter({
		name: "countersign_worker_ends_total",
		help: "Workers that ended without being told, and were replaced",
		registers,
	});
	measureMemory(registers);
	return {
		workerEnded: () => ends.inc(),
		async counts(now) {
			serving.set(now);
			return registry.getMetricsAsJSON();
		},
	};
}

export function measureMemory(registers: Registry[]): void {
	new Gauge({
		name: "countersign_memory_bytes",
		help: "Memory that is resident, of all processes together",
		registers,
		collect() {
			this.set(process.memoryUsage.rss());
		},
	});
}
