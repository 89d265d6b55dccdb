import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, type TestContext, test } from "node:test";
import { createGivingWay, createUtilization, patientMs } from "./giving-way.ts";

const never = new AbortController().signal;

/** How long it pauses after a bite, on a server of which this share is used, in a pass that began so long ago. */
async function pauseAfter(
	t: TestContext,
	{ tookMs, used, passMs = 0 }: { readonly tookMs: number; readonly used: number; readonly passMs?: number },
): Promise<number> {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	let now = 0;
	t.mock.method(performance, "now", () => now);
	const giveWay = createGivingWay(() => used);
	now = passMs;
	let isOver = false;
	const given = giveWay(tookMs, never).finally(() => {
		isOver = true;
	});
	let paused = 0;
	for (; !isOver && paused < 5_000; paused += 10) {
		for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
		if (!isOver) t.mock.timers.tick(10);
	}
	await given;
	return paused - 10;
}

describe("clean-up gives way", () => {
	for (const [what, asked, expected] of [
		["for fifty milliseconds where nobody else has anything to do", { tookMs: 20, used: 0.1 }, 50],
		["for twenty-four times as long as a bite where others have", { tookMs: 20, used: 0.9 }, 480],
		["no shorter for a quick bite", { tookMs: 1, used: 1 }, 50],
		["for a second at most", { tookMs: 300, used: 1 }, 1_000],
		["no longer once a pass took an hour", { tookMs: 300, used: 1, passMs: patientMs + 1 }, 50],
	] as const)
		test(what, async (t) => assert.equal(await pauseAfter(t, asked), expected));

	test("and begins no pause anew when the server stops", async () => {
		const stopping = new AbortController();
		const giveWay = createGivingWay(() => 1);
		const given = giveWay(1_000, stopping.signal);
		stopping.abort();
		const startedAt = performance.now();
		await given;
		assert.ok(performance.now() - startedAt < 40);
	});

	test("by the share of the time in which the process had something to do", async () => {
		const utilization = createUtilization();
		await new Promise((resolve) => setTimeout(resolve, 30));
		assert.ok(utilization() < 0.5);
		const end = performance.now() + 30;
		while (performance.now() < end);
		await new Promise((resolve) => setImmediate(resolve));
		assert.ok(utilization() > 0.5);
	});
});
