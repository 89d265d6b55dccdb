import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createPromptAttempts } from "./prompt-attempts.ts";

const minute = 60_000;

function start(t: TestContext) {
	t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
	const attempts = createPromptAttempts((limit) => new RateLimiterMemory(limit));
	const allowed = async (browser: string, times: number) => {
		const all = await Promise.all(
			Array.from({ length: times }, () => attempts.take({ accountId: asAccountId("alice"), browser })),
		);
		return all.filter(({ ok }) => ok).length;
	};
	return { attempts, allowed, advance: (ms: number) => t.mock.timers.tick(ms) };
}

test("a browser session has five attempts a minute and twenty an hour, however many come at once", async (t) => {
	const { allowed, advance } = start(t);
	const counts = [];
	for (let nth = 0; nth < 60; nth++) {
		counts.push(await allowed("one", 40));
		advance(minute);
	}
	assert.deepEqual(counts, [5, 5, 5, 5, ...Array.from({ length: 56 }, () => 0)]);
	assert.equal(await allowed("one", 40), 5);
});

test("another browser session, and another person, have their own", async (t) => {
	const { attempts, allowed } = start(t);
	assert.equal(await allowed("one", 9), 5);
	assert.equal(await allowed("two", 9), 5);
	assert.ok((await attempts.take({ accountId: asAccountId("bob"), browser: "one" })).ok);
});

test("right passwords use up nothing", async (t) => {
	const { attempts, allowed } = start(t);
	const alice = { accountId: asAccountId("alice"), browser: "one" };
	for (let nth = 0; nth < 80; nth++) {
		assert.ok((await attempts.take(alice)).ok);
		await attempts.giveBack(alice);
	}
	assert.equal(await allowed("one", 9), 5);
});
