import assert from "node:assert/strict";
import { test } from "node:test";
import { closeAll, type Opened } from "./closing.ts";

const never = () => new Promise<void>(() => {});

function watch() {
	const lines: unknown[] = [];
	const closed: string[] = [];
	const opened = (what: string, withinMs: number, work = async () => {}): Opened => ({
		...{ what, withinMs },
		async close() {
			closed.push(what);
			await work();
		},
	});
	const log = { error: ({ what }: Readonly<Record<string, unknown>>) => void lines.push(what) };
	return { lines, closed, opened, log };
}

test("what has less time is closed before what has more, whatever the order of opening", async () => {
	const { lines, closed, opened, log } = watch();
	assert.equal(await closeAll([opened("data", 3), opened("notes", 2), opened("door", 1)], log), true);
	assert.deepEqual(closed, ["door", "notes", "data"]);
	assert.deepEqual(lines, []);
});

test("what hangs or fails is named, and all the rest is closed nevertheless", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const { lines, closed, opened, log } = watch();
	const broken = opened("notes", 2, () => Promise.reject(new Error("no")));
	const complete = closeAll([opened("data", 3), broken, opened("door", 1, never)], log);
	t.mock.timers.tick(1);
	assert.equal(await complete, false);
	assert.deepEqual(closed, ["door", "notes", "data"]);
	assert.deepEqual(lines, ["door", "notes"]);
});

test("who is given up is told", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const told = Promise.withResolvers<void>();
	const close = (giveUp: AbortSignal) => {
		giveUp.addEventListener("abort", () => told.resolve());
		return never();
	};
	const complete = closeAll([{ what: "data", withinMs: 5, close }], { error() {} });
	t.mock.timers.tick(5);
	await told.promise;
	assert.equal(await complete, false);
});
