import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { createWakeups } from "./wakeups.ts";

const alice = asAccountId("alice");
const bob = asAccountId("bob");
const never = new AbortController().signal;

test("news that came between two looks is not missed", async () => {
	const wakeups = createWakeups();
	const watch = wakeups.watch(alice);
	wakeups.wake(new Set([alice]));
	await watch.news(never);
});

test("news ends a wait, and only that of the account it is for", async () => {
	const wakeups = createWakeups();
	const heard: string[] = [];
	const hers = wakeups.watch(alice);
	const his = wakeups.watch(bob);
	const stop = new AbortController();
	const waits = [
		hers.news(never).then(() => heard.push("alice")),
		his.news(stop.signal).then(() => heard.push("bob")),
	];
	wakeups.wake(new Set([alice]));
	await waits[0];
	assert.deepEqual(heard, ["alice"]);
	stop.abort();
	await Promise.all(waits);
	assert.deepEqual(heard, ["alice", "bob"]);
});

test("each piece of news ends one wait", async () => {
	const wakeups = createWakeups();
	const watch = wakeups.watch(alice);
	wakeups.wake(new Set([alice]));
	await watch.news(never);
	const stop = new AbortController();
	let ended = false;
	const second = watch.news(stop.signal).then(() => {
		ended = true;
	});
	await new Promise((resolve) => setImmediate(resolve));
	assert.equal(ended, false);
	stop.abort();
	await second;
});

test("a closed watch hears nothing, and its neighbour still does", async () => {
	const wakeups = createWakeups();
	const first = wakeups.watch(alice);
	const second = wakeups.watch(alice);
	first.close();
	wakeups.wake(new Set([alice]));
	await second.news(never);
	second.close();
	wakeups.wake(new Set([alice]));
	await first.news(AbortSignal.abort());
});
