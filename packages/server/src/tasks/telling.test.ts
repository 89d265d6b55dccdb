/** One task at a time by value: what is claimed, told, settled, counted and said, over a line that writes down. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AccountId, asAccountId } from "@countersign/core";
import { createOutbox } from "./outbox.ts";
import type { Task, TaskLine, TaskOutcome } from "./ports.ts";
import type { Told } from "./receiver.ts";

const alice = asAccountId("alice");

function taskOf(facts: Partial<Task> = {}): Task {
	return {
		...{ accountId: alice, position: 1, createdAt: 1, attempts: 2, mayBeUnderWay: false, isRepeat: false },
		...{ lease: "lease", ...facts },
	};
}

function open() {
	const world = {
		now: 1_000_000,
		due: [] as AccountId[],
		tasks: [] as Task[],
		told: { ok: true } as Told | Error,
		afterwards: { state: "done" } as Exclude<TaskOutcome, { state: "failed" | "refused" }>,
		silent: false,
		/** Called when a task is claimed. */
		onClaim: () => {},
	};
	const calls: (readonly [string, ...unknown[]])[] = [];
	const said: unknown[] = [];
	const counted: string[] = [];
	let back = () => {};
	const unit: TaskLine<Task> = {
		async due(...asked) {
			calls.push(["due", ...asked]);
			return world.tasks.length > 0 ? world.due : [];
		},
		async claim(claim) {
			calls.push(["claim", claim]);
			world.onClaim();
			return world.tasks.shift();
		},
		settle: async ({ position }, outcome) => void calls.push(["settle", position, outcome]),
		overview: async () => ({ waiting: 7, refused: 8 }),
	};
	const line = (level: string) => (facts: unknown, text: string) => void said.push([level, facts, text]);
	const outbox = createOutbox({
		storage: { read: unit, write: (work) => work(unit) },
		lineOf: (each) => each,
		receiver: {
			name: "R",
			health: {
				isSilent: () => world.silent,
				onReturn(listener) {
					back = listener;
				},
			},
			kindOf: ({ position }) => `kind-${position}`,
			async tell({ position }) {
				calls.push(["tell", position]);
				const { told } = world;
				if (told instanceof Error) throw told;
				return told;
			},
			afterwards: (_task, now) => {
				assert.equal(now, world.now);
				return world.afterwards;
			},
		},
		clock: () => world.now,
		random: { bytes: (count) => new Uint8Array(count).fill(255), token: () => "token" },
		log: { info: line("info"), warn: line("warn"), error: line("error") },
		count: (kind, outcome) => void counted.push(`${kind} ${outcome}`),
	});
	/** Until everything that was begun has ended: all of it is done in turns, none by time. */
	const quiet = async () => {
		for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
	};
	return { world, outbox, said, counted, quiet, calls: () => calls.splice(0), back: () => back() };
}

const claim = (early: boolean, now = 1_000_000) => ({
	...{ accountId: alice, now, early, lease: "token", until: now + 120_000 },
});

describe("a task", () => {
	test("is looked for and claimed for two minutes, told, settled and counted, and then the next", async () => {
		const { world, outbox, calls, counted, quiet } = open();
		world.due = [alice];
		world.tasks = [taskOf(), taskOf({ position: 2 })];
		await outbox.run();
		await quiet();
		assert.deepEqual(calls(), [
			["due", 1_000_000, 16],
			...[
				["claim", claim(false)],
				["tell", 1],
				["settle", 1, { state: "done" }],
			],
			...[
				["claim", claim(false)],
				["tell", 2],
				["settle", 2, { state: "done" }],
			],
			["claim", claim(false)],
			["due", 1_000_000, 16],
		]);
		assert.deepEqual(counted, ["kind-1 done", "kind-2 done"]);
		assert.deepEqual(await outbox.overview(), { waiting: 7, refused: 8 });
	});

	test("that took more than half a minute to claim is left to whoever may have it by now", async () => {
		for (const [ms, isTold] of [
			[30_000, true],
			[30_001, false],
		] as const) {
			const { world, outbox, calls } = open();
			world.tasks = [taskOf()];
			world.onClaim = () => {
				world.now += ms;
			};
			await outbox.deliver(alice);
			const told = calls().filter(([name]) => name === "tell");
			assert.equal(told.length, isTold ? 1 : 0);
		}
	});

	test("that settles is not counted yet, nor one that is told once more; of neither the next follows early", async () => {
		const { world, outbox, calls, counted } = open();
		world.tasks = [taskOf(), taskOf({ position: 2 })];
		world.afterwards = { state: "settling", nextAt: 5 };
		await outbox.deliver(alice);
		assert.deepEqual(calls(), [
			...[
				["claim", claim(true)],
				["tell", 1],
				["settle", 1, { state: "settling", nextAt: 5 }],
			],
		]);
		world.afterwards = { state: "done" };
		world.tasks = [taskOf({ isRepeat: true })];
		await outbox.deliver(alice);
		assert.deepEqual(counted, []);
		world.afterwards = { state: "resting", toldAt: 1, nextAt: 5 };
		world.tasks = [taskOf()];
		await outbox.deliver(alice);
		assert.deepEqual(counted, ["kind-1 done"]);
	});

	test("that fails waits, is said without a secret, and nothing of its person follows", async () => {
		const { world, outbox, calls, counted, said } = open();
		world.tasks = [taskOf(), taskOf({ position: 2 })];
		world.told = { ok: false, lasting: false, failure: "no: mat_0123456789abcdefghij" };
		await outbox.deliver(alice);
		const failure = "no: [token]";
		assert.deepEqual(calls().slice(2), [["settle", 1, { state: "failed", failure, nextAt: 1_004_000 }]]);
		assert.deepEqual(said, [["warn", { kind: "kind-1", accountId: alice, failure }, "R did not do a task"]]);
		assert.deepEqual(counted, ["kind-1 failed"]);
	});

	test("that fails because nobody answers is not said: that nobody answers is", async () => {
		const { world, outbox, said } = open();
		world.tasks = [taskOf()];
		world.told = { ok: false, lasting: false, failure: "silence" };
		world.silent = true;
		await outbox.deliver(alice);
		assert.deepEqual(said, []);
	});

	test("that is refused for good is kept, said, and the next follows", async () => {
		const { world, outbox, calls, counted, said } = open();
		world.tasks = [taskOf(), taskOf({ position: 2 })];
		world.told = { ok: false, lasting: true, failure: "no" };
		await outbox.deliver(alice);
		const settled = calls().filter(([name]) => name === "settle");
		assert.deepEqual(
			settled,
			[1, 2].map((position) => ["settle", position, { state: "refused", failure: "no", at: 1_000_000 }]),
		);
		assert.deepEqual(counted, ["kind-1 refused", "kind-2 refused"]);
		const facts = { kind: "kind-1", accountId: alice, failure: "no" };
		assert.deepEqual(said[0], ["error", facts, "R refuses a task; it is not tried again"]);
	});
});

describe("a fault of ours", () => {
	test("is said: of a task, which waits for its lease to end, and of looking for tasks", async () => {
		const { world, outbox, calls, said, quiet } = open();
		const fault = new Error("bug");
		world.told = fault;
		world.tasks = [taskOf()];
		await outbox.deliver(alice);
		assert.deepEqual(calls(), [
			["claim", claim(true)],
			["tell", 1],
		]);
		assert.deepEqual(said.splice(0), [["error", { err: fault }, "tasks for R cannot be worked on"]]);
		world.tasks = [taskOf()];
		Object.defineProperty(world, "due", {
			get() {
				throw fault;
			},
		});
		await outbox.run();
		await quiet();
		assert.deepEqual(said, [["error", { err: fault }, "the tasks for R cannot be read"]]);
	});
});

describe("while nobody answers", () => {
	test("one task at a time asks, after a second, two, four, up to half a minute, until an answer comes", async () => {
		const { world, outbox, calls, quiet } = open();
		const failing = () => {
			world.tasks = [taskOf()];
			world.told = { ok: false, lasting: false, failure: "silence" };
		};
		const isAsked = async () => {
			outbox.wake();
			await quiet();
			return calls().some(([name]) => name === "tell");
		};
		world.due = [alice];
		world.silent = true;
		failing();
		await outbox.run();
		await quiet();
		calls();
		for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
			failing();
			assert.equal(await isAsked(), false, `at once, before ${wait}`);
			world.now += wait - 1;
			assert.equal(await isAsked(), false, `before ${wait}`);
			world.now += 1;
			assert.equal(await isAsked(), true, `after ${wait}`);
		}
		world.now -= 1;
		failing();
		assert.equal(await isAsked(), true, "a clock that was put back keeps nobody waiting");
		Object.assign(world, { silent: false, told: { ok: true }, tasks: [taskOf()] });
		assert.equal(await isAsked(), true);
		world.silent = true;
		failing();
		world.now += 60_000;
		assert.equal(await isAsked(), true);
		failing();
		world.now += 999;
		assert.equal(await isAsked(), false);
		world.now += 1;
		assert.equal(await isAsked(), true, "the count begins anew");
	});

	test("an answer between two silences begins the count anew, though it was to the same person", async () => {
		const { world, outbox, calls, quiet } = open();
		const isAsked = async () => {
			outbox.wake();
			await quiet();
			return calls().some(([name]) => name === "tell");
		};
		const silence = { ok: false, lasting: false, failure: "silence" } as const;
		world.due = [alice];
		world.silent = true;
		world.told = silence;
		await outbox.run();
		for (const wait of [0, 1_000, 2_000]) {
			world.tasks = [taskOf()];
			world.now += wait;
			assert.equal(await isAsked(), true, `after ${wait}`);
		}
		const answers: Told[] = [{ ok: true }, silence];
		Object.defineProperty(world, "told", {
			get() {
				world.silent = answers.length < 2;
				return answers.shift() ?? silence;
			},
		});
		world.tasks = [taskOf(), taskOf({ position: 2 })];
		world.now += 4_000;
		assert.equal(await isAsked(), true);
		world.tasks = [taskOf()];
		world.now += 999;
		assert.equal(await isAsked(), false);
		world.now += 1;
		assert.equal(await isAsked(), true);
	});

	test("the first sign of life is enough", async () => {
		const { world, outbox, calls, quiet, back } = open();
		await outbox.run();
		await quiet();
		calls();
		world.due = [alice];
		world.tasks = [taskOf()];
		back();
		await quiet();
		assert.ok(calls().some(([name]) => name === "tell"));
	});
});

test("whoever is told something is not begun with again meanwhile", async () => {
	const { world, outbox, calls, quiet } = open();
	const gate = Promise.withResolvers<Told>();
	Object.defineProperty(world, "told", { get: () => gate.promise });
	world.due = [alice];
	world.tasks = [taskOf(), taskOf({ position: 2 })];
	await outbox.run();
	await quiet();
	outbox.wake();
	await quiet();
	assert.equal(calls().filter(([name]) => name === "claim").length, 1);
	gate.resolve({ ok: true });
	await quiet();
	assert.equal(calls().filter(([name]) => name === "tell").length, 1);
});

describe("telling at once", () => {
	test("waits for what of that person is under way, and then tells nothing twice", async () => {
		const { world, outbox, calls, quiet } = open();
		let finish = () => {};
		world.due = [alice];
		world.tasks = [taskOf()];
		await outbox.run();
		let isOver = false;
		const gate = new Promise<void>((resolve) => {
			finish = resolve;
		});
		Object.defineProperty(world, "told", { get: () => gate.then(() => ({ ok: true })) });
		const delivered = outbox.deliver(alice).then(() => {
			isOver = true;
		});
		await quiet();
		assert.equal(isOver, false);
		finish();
		await delivered;
		const told = calls().filter(([name]) => name === "tell");
		assert.equal(told.length, 1);
	});

	test("is over once it was stopped", async () => {
		const { world, outbox, calls } = open();
		world.tasks = [taskOf()];
		await outbox.stop();
		await outbox.deliver(alice);
		assert.deepEqual(calls(), []);
	});
});
