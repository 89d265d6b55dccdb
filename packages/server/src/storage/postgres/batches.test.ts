import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { StorageUnavailable } from "@countersign/core";
import { createBatches } from "./batches.ts";

/** Batches whose messages are answered when told. */
function open(limits: Parameters<typeof createBatches>[0]) {
	const sent: { readonly asked: readonly number[]; readonly answer: PromiseWithResolvers<void> }[] = [];
	const ask = createBatches<number, number>(limits, async (asked) => {
		const answer = Promise.withResolvers<void>();
		sent.push({ asked, answer });
		await answer.promise;
		return asked.map((number) => number * 10);
	});
	return { ask, sent, messages: () => sent.map(({ asked }) => asked) };
}

/** Whatever was due by now has happened, and what that made due. */
async function turn(): Promise<void> {
	for (let time = 0; time < 3; time++) await setImmediate();
}

describe("batches", () => {
	test("those that ask in one turn share a message, and each gets its own answer", async () => {
		const { ask, sent, messages } = open({ lanes: 1, atMost: 10 });
		const answers = Promise.all([ask(1), ask(2), ask(3)]);
		await turn();
		assert.deepEqual(messages(), [[1, 2, 3]]);
		sent[0]?.answer.resolve();
		assert.deepEqual(await answers, [10, 20, 30]);
	});

	test("those that come while every lane waits share the next one", async () => {
		const { ask, sent, messages } = open({ lanes: 2, atMost: 10 });
		const answers = [ask(1)];
		await turn();
		answers.push(ask(2));
		await turn();
		answers.push(ask(3), ask(4));
		await turn();
		assert.deepEqual(messages(), [[1], [2]]);
		sent[1]?.answer.resolve();
		assert.equal(await answers[1], 20);
		await turn();
		assert.deepEqual(messages(), [[1], [2], [3, 4]]);
		for (const { answer } of sent) answer.resolve();
		assert.deepEqual(await Promise.all(answers), [10, 20, 30, 40]);
	});

	test("who asks when nothing is under way and nobody asked beside the one before is sent at once", async () => {
		const { ask, sent, messages } = open({ lanes: 2, atMost: 10, atOnce: true });
		const first = ask(1);
		assert.deepEqual(messages(), [], "others may ask in the same turn");
		await turn();
		sent[0]?.answer.resolve();
		await first;
		const answers = [ask(2), ask(3), ask(4)];
		assert.deepEqual(messages(), [[1], [2]]);
		await turn();
		assert.deepEqual(messages(), [[1], [2], [3, 4]], "and who asks behind it shares the next");
		for (const { answer } of sent) answer.resolve();
		assert.deepEqual(await Promise.all(answers), [20, 30, 40]);
		const more = [ask(5), ask(6)];
		assert.equal(messages().length, 3, "many asked before, and are waited for again");
		await turn();
		assert.deepEqual(messages()[3], [5, 6]);
		sent[3]?.answer.resolve();
		assert.deepEqual(await Promise.all(more), [50, 60]);
	});

	test("no more share one than may", async () => {
		const { ask, sent, messages } = open({ lanes: 1, atMost: 2 });
		const answers = Promise.all([1, 2, 3].map(ask));
		await turn();
		assert.deepEqual(messages(), [[1, 2]]);
		sent[0]?.answer.resolve();
		await turn();
		sent[1]?.answer.resolve();
		assert.deepEqual(await answers, [10, 20, 30]);
	});

	test("a message that fails fails those that shared it, and the next goes on", async () => {
		const { ask, sent, messages } = open({ lanes: 1, atMost: 2 });
		const failing = Promise.allSettled([1, 2].map(ask));
		const next = ask(3);
		await turn();
		const reason = new Error("wrong");
		sent[0]?.answer.reject(reason);
		assert.deepEqual(await failing, new Array(2).fill({ status: "rejected", reason }));
		await turn();
		sent[1]?.answer.resolve();
		assert.equal(await next, 30);
		assert.deepEqual(messages(), [[1, 2], [3]]);
	});

	test("where nobody answers those who wait for the next are told so too, and who comes then goes on", async () => {
		const { ask, sent } = open({ lanes: 1, atMost: 2 });
		const failing = Promise.allSettled([1, 2, 3].map(ask));
		await turn();
		const reason = new StorageUnavailable("gone");
		sent[0]?.answer.reject(reason);
		assert.deepEqual(await failing, new Array(3).fill({ status: "rejected", reason }));
		const next = ask(4);
		await turn();
		sent[1]?.answer.resolve();
		assert.equal(await next, 40);
	});
});
