import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Transactions } from "@countersign/core";
import { byPerson } from "../../test/support/actors.ts";
import { openTemporaryStorage, seedAccount } from "../../test/support/storage.ts";
import { until } from "../../test/support/until.ts";
import { retention } from "../retention.ts";
import type { Unit } from "../storage/index.ts";
import { startJobs } from "./index.ts";

const now = 1_800_000_000_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Jobs beside a clean-up that has nothing to do unless `seed` says so; time goes on when it is told. */
async function started(
	t: TestContext,
	job?: { run(stopping: AbortSignal): Promise<void>; readonly inEachProcess?: true },
	runsAll?: boolean,
) {
	t.mock.timers.enable({ apis: ["setInterval"] });
	const storage = await openTemporaryStorage();
	/** Transactions of clean-up, and how often it came to the end of its list. */
	const seen = { writes: 0, passes: 0 };
	const watched: Transactions<Unit> = {
		read: storage.read,
		write(work) {
			seen.writes++;
			return storage.write((unit) => {
				const deleteBefore = async (before: number) => {
					const count = await unit.events.deleteBefore(before);
					if (count === 0) seen.passes++;
					return count;
				};
				return work({ ...unit, events: { ...unit.events, deleteBefore } });
			});
		},
	};
	const { accountId } = await seedAccount(storage, { localpart: "alice", deviceIds: [], at: now });
	const said: string[] = [];
	const note = (facts: Readonly<Record<string, unknown>>, message: string) => {
		const { err, ...rest } = facts;
		said.push(`${message} ${JSON.stringify(rest)} ${err instanceof Error ? err.message : ""}`.trim());
	};
	const jobs = startJobs({
		...{ storage: watched, retention, clock: () => now, log: { info: note, warn: note, error: note } },
		...(job !== undefined && { others: [{ name: "a job", everyMs: 1_000, ...job }] }),
		...(runsAll !== undefined && { runsAll }),
	});
	t.after(async () => {
		await jobs.stop();
		await storage.close();
	});
	return {
		...{ said, jobs, seen },
		tick: (ms: number) => t.mock.timers.tick(ms),
		addEvent: () =>
			storage.write((unit) =>
				unit.events.record({ id: "e", accountId, at: 1, kind: "signed-in", actor: byPerson, detail: {} }),
			),
	};
}

describe("jobs", () => {
	test("run at the start and at their times, and are told nothing of a stop", async (t) => {
		const runs: boolean[] = [];
		const { tick, said } = await started(t, { run: async ({ aborted }) => void runs.push(aborted) });
		assert.deepEqual(runs, [false]);
		await turn();
		tick(999);
		assert.equal(runs.length, 1);
		tick(1);
		assert.equal(runs.length, 2);
		await turn();
		tick(1_000);
		assert.deepEqual(runs, [false, false, false]);
		assert.deepEqual(said, [], "nothing was deleted, nothing is said");
	});

	test("where several processes are one server run in one of them, but for those about the process itself", async (t) => {
		const runs: boolean[] = [];
		const run = async () => void runs.push(true);
		const { tick, seen } = await started(t, { run }, false);
		tick(10 * 60_000);
		await turn();
		assert.deepEqual([runs.length, seen.writes], [0, 0]);
		t.mock.timers.reset();
		await started(t, { run, inEachProcess: true }, false);
		assert.equal(runs.length, 1);
	});

	test("never run twice at once: a time that comes while one runs is left out", async (t) => {
		const ends: (() => void)[] = [];
		const { tick } = await started(t, { run: () => new Promise((resolve) => ends.push(resolve)) });
		tick(5_000);
		assert.equal(ends.length, 1);
		ends[0]?.();
		await turn();
		tick(1_000);
		assert.equal(ends.length, 2);
		ends[1]?.();
	});

	test("that fail are named in the log, and run again at the next time", async (t) => {
		let runs = 0;
		const { tick, said } = await started(t, {
			async run() {
				if (++runs === 1) throw new Error("a full disk");
			},
		});
		await turn();
		assert.deepEqual(said, ["a job failed; it will be tried again {} a full disk"]);
		tick(1_000);
		assert.equal(runs, 2);
		await turn();
		assert.equal(said.length, 1);
	});

	test("name clean-up too where it fails, and hold no process up that has nothing else to do", async () => {
		const holding = () => process.getActiveResourcesInfo().filter((what) => what === "Timeout").length;
		const before = holding();
		const said: string[] = [];
		const note = (_: unknown, message: string) => void said.push(message);
		const storage: Transactions<unknown> = {
			read: {},
			async write() {
				throw new Error("a full disk");
			},
		};
		const jobs = startJobs({
			storage,
			retention: [
				{ ends: [{ what: "rows", table: "rows", keptMs: 0, delete: () => Promise.resolve(0) }], stays: {} },
			],
			...{ clock: () => now, log: { info: note, warn: note, error: note } },
		});
		const during = holding();
		await until(() => said.length > 0);
		await jobs.stop();
		assert.equal(during, before);
		assert.deepEqual(said, ["clean-up failed; it will be tried again"]);
	});

	test("are told of the stop, which waits for the run under way, and run no more", async (t) => {
		const told: boolean[] = [];
		let end = () => {};
		const { tick, jobs } = await started(t, {
			run: (stopping) =>
				new Promise((resolve) => {
					stopping.addEventListener("abort", () => told.push(true));
					end = resolve;
				}),
		});
		let isStopped = false;
		const stopped = jobs.stop().then(() => {
			isStopped = true;
		});
		assert.deepEqual(told, [true]);
		await turn();
		assert.equal(isStopped, false);
		end();
		await stopped;
		tick(10_000);
		assert.deepEqual(told, [true], "it was not begun again");
	});

	test("delete dead rows at the start and every ten minutes, and say how many", async (t) => {
		const { tick, said, addEvent, seen } = await started(t);
		await until(() => seen.passes === 1);
		await turn();
		assert.deepEqual(said, []);
		await addEvent();
		const { writes } = seen;
		tick(599_999);
		assert.equal(seen.writes, writes, "a run would have begun with one");
		tick(1);
		assert.equal(seen.writes, writes + 1);
		await until(() => said.length > 0);
		assert.deepEqual(said, ['dead rows deleted {"deleted":{"security log":1}}']);
	});
});
