import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Counts, createCrewMetrics, createMetrics } from "../metrics/index.ts";
import { createWholeCounts } from "./whole-counts.ts";

const made: { close(): void }[] = [];
after(() => {
	for (const metrics of made) metrics.close();
});

function worker() {
	const metrics = createMetrics(() => 0);
	made.push(metrics);
	// As it arrives from another process: what it was, also when more is counted.
	return { ...metrics, counts: async () => structuredClone(await metrics.counts()) };
}

const own = await createCrewMetrics().counts(2);

/** What stands behind a name with its labels. */
async function reader(
	ask: ReadonlyMap<number, () => Promise<Counts | undefined>>,
	whole = createWholeCounts(),
) {
	const { body } = await whole.read(ask, own);
	return (series: string) => {
		const line = body.split("\n").find((each) => each.startsWith(`countersign_${series} `));
		return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
	};
}

test("counts, times and what waits are sums; of what all look at alike, and of lags, there is the greatest", async () => {
	const [one, two] = [worker(), worker()];
	for (const metrics of [one, two, two]) {
		metrics.introspected(true);
		metrics.answered({ method: "GET", path: "/health", status: 200, ms: 30 });
	}
	one.writing();
	two.writing()();
	const overview = async () => ({ waiting: 7, refused: 1, oldestAt: -5_000 });
	for (const metrics of [one, two]) metrics.readTasks(overview);
	const ask = new Map([one, two].map((metrics, id) => [id, metrics.counts]));
	// How long the oldest waits is known from the reading before.
	await reader(ask);
	const value = await reader(ask);
	assert.equal(value('introspections_total{active="yes"}'), 3);
	const health = 'class="health",method="GET",status="200"';
	assert.equal(value(`request_seconds_count{${health}}`), 3);
	assert.equal(value(`request_seconds_sum{${health}}`), 0.09);
	assert.equal(value(`request_seconds_bucket{le="0.025",${health}}`), 0);
	assert.equal(value(`request_seconds_bucket{le="0.05",${health}}`), 3);
	assert.deepEqual([value("writes_waiting"), value("write_seconds_count")], [1, 1]);
	assert.equal(value('homeserver_tasks{state="waiting"}'), 7);
	assert.equal(value("homeserver_task_oldest_seconds"), 5);
	const lags = await Promise.all([one, two].map(async (each) => lagOf(await each.counts())));
	assert.ok((value("event_loop_lag_seconds") ?? Number.NaN) < 1, String(lags));
	assert.ok((value("memory_bytes") ?? 0) > 2 * process.memoryUsage.rss());
	assert.equal(value("workers"), 2);
});

function lagOf(counts: Counts): number | undefined {
	return counts.find(({ name }) => name === "countersign_event_loop_lag_seconds")?.values[0]?.value;
}

test("a worker that ends takes away what was only so while it lived, and nothing that has happened", async () => {
	const [one, two, next] = [worker(), worker(), worker()];
	for (const metrics of [one, two]) {
		metrics.refreshed("ok");
		metrics.writing();
	}
	const whole = createWholeCounts();
	const refreshes = 'refreshes_total{outcome="ok"}';
	const before = await reader(new Map([[1, one.counts] as const, [2, two.counts] as const]), whole);
	assert.deepEqual([before(refreshes), before("writes_waiting")], [2, 2]);
	whole.left(1);
	const meanwhile = await reader(new Map([[2, two.counts] as const]), whole);
	assert.deepEqual([meanwhile(refreshes), meanwhile("writes_waiting")], [2, 1]);
	next.refreshed("ok");
	const after = await reader(new Map([[2, two.counts] as const, [3, next.counts] as const]), whole);
	assert.deepEqual([after(refreshes), after("writes_waiting")], [3, 1]);
	whole.left(3);
	assert.equal((await reader(new Map(), whole))(refreshes), 3);
});

test("who has nothing to say counts as it was last, and who ends while it is asked as it was before", async () => {
	const one = worker();
	one.refreshed("ok");
	const whole = createWholeCounts();
	const refreshes = 'refreshes_total{outcome="ok"}';
	assert.equal((await reader(new Map([[1, one.counts] as const]), whole))(refreshes), 1);
	one.refreshed("ok");
	assert.equal((await reader(new Map([[1, async () => undefined] as const]), whole))(refreshes), 1);
	const late = async () => {
		const counts = await one.counts();
		whole.left(1);
		return counts;
	};
	assert.equal((await reader(new Map([[1, late] as const]), whole))(refreshes), 1);
	assert.equal((await reader(new Map(), whole))(refreshes), 1);
});
