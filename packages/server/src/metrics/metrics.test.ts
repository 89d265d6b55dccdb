import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import hooks from "node:perf_hooks";
import { after, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createMetrics, createMetricsRoute, observeSessions, observeStorage } from "./index.ts";

const now = 100_000;
const made: { close(): void }[] = [];
after(() => {
	for (const metrics of made) metrics.close();
});
function start() {
	const metrics = createMetrics(() => now);
	made.push(metrics);
	const lines = async () => (await metrics.text()).body.split("\n");
	/** What stands behind a name with its labels; undefined where there is no such line. */
	const value = async (series: string) => {
		const line = (await lines()).find((each) => each.startsWith(`countersign_${series} `));
		return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
	};
	return { metrics, lines, value };
}

describe("requests", () => {
	test("are told apart by what is behind their path, never by the path", async () => {
		const { metrics, value } = start();
		for (const [path, name] of [
			["/oauth2/introspect", "introspection"],
			["/oauth2/token", "oauth"],
			["/authorize/x", "oauth"],
			["/.well-known/openid-configuration", "discovery"],
			["/_matrix/client/versions", "discovery"],
			["/_matrix/client/v3/sync", "homeserver"],
			["/account/reset/abc", "approval"],
			["/health", "health"],
			["/metrics", "health"],
			["/account/", "page"],
			["/x/_matrix/", "page"],
			["", "page"],
		] as const) {
			const series = `request_seconds_count{class="${name}",method="GET",status="200"}`;
			const before = (await value(series)) ?? 0;
			metrics.answered({ method: "GET", path, status: 200, ms: 1 });
			assert.equal(await value(series), before + 1, path);
		}
	});

	test("are measured in seconds, and one whose asker left has no status", async () => {
		const { metrics, value, lines } = start();
		metrics.answered({ method: "PUT", path: "/x", status: undefined, ms: 30 });
		const labels = 'class="page",method="PUT",status="gone"';
		assert.equal(await value(`request_seconds_sum{${labels}}`), 0.03);
		const buckets = (await lines()).filter((line) => line.startsWith("countersign_request_seconds_bucket"));
		assert.deepEqual(
			buckets.map((line) => /le="([^"]+)"\S* (\d)/.exec(line)?.slice(1).join(" ")),
			[
				...["0.001 0", "0.0025 0", "0.005 0", "0.01 0", "0.025 0", "0.05 1", "0.1 1", "0.25 1", "0.5 1"],
				...["1 1", "2.5 1", "10 1", "30 1", "+Inf 1"],
			],
		);
	});
});

test("what Synapse has still to be told is asked at each reading, with how long the oldest has waited", async () => {
	const { metrics, value } = start();
	assert.equal(await value('homeserver_tasks{state="waiting"}'), undefined);
	let overview: { waiting: number; refused: number; oldestAt?: number } = {
		waiting: 3,
		refused: 2,
		oldestAt: 98_500,
	};
	metrics.readTasks(async () => overview);
	const all = async () => [
		await value('homeserver_tasks{state="waiting"}'),
		await value('homeserver_tasks{state="refused"}'),
		await value("homeserver_task_oldest_seconds"),
	];
	assert.deepEqual(await all(), [3, 2, 1.5]);
	overview = { waiting: 1, refused: 0, oldestAt: 100_001 };
	assert.deepEqual(await all(), [1, 0, 0], "a clock stepped back makes no negative time");
	overview = { waiting: 0, refused: 0 };
	assert.deepEqual(await all(), [0, 0, 0]);
	metrics.told("add-user", "done");
	assert.equal(await value('homeserver_tasks_total{kind="add-user",outcome="done"}'), 1);
});

test("of sessions each outcome is counted, of the older login API with the others, and handed on", async () => {
	const { metrics, value } = start();
	const outcomes = { open: "spent", refresh: "late", openCompat: "ok", refreshCompat: "ok" } as const;
	const answer =
		(name: keyof typeof outcomes) =>
		async (...call: readonly unknown[]) => {
			const reason = outcomes[name];
			return reason === "ok" ? ({ ok: true, call } as const) : ({ ok: false, reason, call } as const);
		};
	const sessions = {
		...{ open: answer("open"), refresh: answer("refresh"), other: "stays" },
		...{ openCompat: answer("openCompat"), refreshCompat: answer("refreshCompat") },
	};
	const counted = observeSessions(sessions, metrics);
	assert.equal(counted.other, "stays");
	assert.deepEqual(await counted.open(1, 2), { ok: false, reason: "spent", call: [1, 2] });
	assert.deepEqual(await counted.refresh(3), { ok: false, reason: "late", call: [3] });
	assert.deepEqual(await counted.openCompat(4, 5), { ok: true, call: [4, 5] });
	assert.deepEqual(await counted.refreshCompat(6), { ok: true, call: [6] });
	for (const series of [
		...['sign_ins_total{outcome="spent"}', 'sign_ins_total{outcome="ok"}'],
		...['refreshes_total{outcome="late"}', 'refreshes_total{outcome="ok"}'],
	])
		assert.equal(await value(series), 1, series);
});

test("tokens that homeservers ask about are counted by whether they counted", async () => {
	const { metrics, value } = start();
	for (const active of [true, true, false]) metrics.introspected(active);
	assert.equal(await value('introspections_total{active="yes"}'), 2);
	assert.equal(await value('introspections_total{active="no"}'), 1);
});

describe("a write", () => {
	const event = { kind: "signed-in" };
	function storageOf(write: (work: (unit: Unit) => Promise<unknown>, unit: Unit) => Promise<unknown>) {
		const recorded: string[] = [];
		const record = async ({ kind }: typeof event) => void recorded.push(kind);
		const unit: Unit = { events: { record, name: "e" }, other: "stays" };
		const storage = {
			read: unit,
			name: "s",
			write: <T>(work: (unit: Unit) => Promise<T>) => write(work, unit) as Promise<T>,
		};
		return { storage, recorded };
	}
	interface Unit {
		readonly events: { record(event: { readonly kind: string }): Promise<void>; readonly name: string };
		readonly other: string;
	}

	test("waits until it is on disk, and its lines are counted then", async () => {
		const { metrics, value } = start();
		const { storage, recorded } = storageOf((work, unit) => work(unit));
		const observed = observeStorage<Unit, typeof storage>(storage, metrics);
		assert.equal(observed.name, "s");
		const result = await observed.write(async (unit) => {
			assert.deepEqual([unit.other, unit.events.name], ["stays", "e"]);
			await unit.events.record(event);
			assert.equal(await value("writes_waiting"), 1);
			assert.equal(await value('account_events_total{kind="signed-in"}'), undefined);
			await setTimeout(5);
			return 7;
		});
		assert.deepEqual([result, recorded], [7, ["signed-in"]]);
		assert.equal(await value("writes_waiting"), 0);
		assert.equal(await value('account_events_total{kind="signed-in"}'), 1);
		assert.equal(await value("write_seconds_count"), 1);
		assert.ok(((await value("write_seconds_sum")) ?? 0) >= 0.004);
	});

	test("that is no unit of work is timed as well, where the storage has such", async () => {
		const { metrics, value } = start();
		const { storage } = storageOf((work, unit) => work(unit));
		const asked: unknown[] = [];
		const whole = {
			...storage,
			rotations: {
				rotate: async (rotation: string) => void asked.push(rotation, await value("writes_waiting")),
			},
			useNotes: { write: async (notes: string) => [notes, await value("writes_waiting")] },
		};
		const observed = observeStorage<Unit, typeof whole>(whole, metrics);
		await observed.rotations.rotate("r");
		assert.deepEqual(asked, ["r", 1]);
		assert.deepEqual(await observed.useNotes.write("n"), ["n", 1]);
		assert.equal(await value("write_seconds_count"), 2);
		assert.equal(await value("writes_waiting"), 0);
	});

	test("that is run again, or fails, counts what has come of it", async () => {
		const { metrics, value } = start();
		const again = storageOf(async (work, unit) => {
			await work(unit);
			return work(unit);
		});
		const record = async (unit: Unit) => unit.events.record(event);
		await observeStorage<Unit, typeof again.storage>(again.storage, metrics).write(record);
		assert.equal(await value('account_events_total{kind="signed-in"}'), 1);
		const failing = storageOf(async (work, unit) => {
			await work(unit);
			throw new Error("disk");
		});
		const observed = observeStorage<Unit, typeof failing.storage>(failing.storage, metrics);
		await assert.rejects(observed.write(record), /disk/);
		assert.equal(await value('account_events_total{kind="signed-in"}'), 1);
		assert.equal(await value("writes_waiting"), 0);
	});
});

test("the event loop and the memory are measured at each reading", async () => {
	const { value } = start();
	assert.ok(((await value("memory_bytes")) ?? 0) > 1e7);
	const until = performance.now() + 60;
	await setTimeout(30);
	while (performance.now() < until + 60) await new Promise(setImmediate);
	const lag = (await value("event_loop_lag_seconds")) ?? -1;
	assert.ok(lag > 0 && lag < 60, String(lag));
});

test("how late the event loop was is what 99 of 100 turns were not later by, since the last reading", async (t) => {
	const done: string[] = [];
	const delay = {
		...{ count: 0, percentile: (percentile: number) => percentile * 250_000 },
		...{ enable: () => done.push("enabled"), disable: () => done.push("disabled") },
		reset: () => done.push("reset"),
	};
	const measuring = t.mock.method(
		hooks,
		"monitorEventLoopDelay",
		() => delay as unknown as ReturnType<typeof hooks.monitorEventLoopDelay>,
	);
	syncBuiltinESMExports();
	const { metrics, value } = start();
	measuring.mock.restore();
	syncBuiltinESMExports();
	assert.deepEqual(
		measuring.mock.calls.map((call) => call.arguments),
		[[{ resolution: 10 }]],
	);
	const lag = () => value("event_loop_lag_seconds");
	assert.equal(await lag(), 0);
	delay.count = 1;
	assert.equal(await lag(), 0.02475);
	metrics.close();
	assert.deepEqual(done, ["enabled", "reset", "reset", "disabled"]);
});

test("whoever was not named finds no such page, and no cache keeps what the others read", async () => {
	const { metrics } = start();
	const route = createMetricsRoute(metrics, ["192.0.2.1"]);
	const asked = (address: string) => route.request("/metrics", {}, { address });
	assert.equal((await asked("192.0.2.2")).status, 404);
	const answer = await asked("192.0.2.1");
	assert.deepEqual([answer.status, answer.headers.get("cache-control")], [200, "no-store"]);
	assert.match(answer.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
});
