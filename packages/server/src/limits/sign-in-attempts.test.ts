import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createEntryAttempts, createSharedSignInAttempts, createSignInAttempts } from "./sign-in-attempts.ts";

const start = () => createSignInAttempts((limit) => new RateLimiterMemory(limit));
const alice = { localpart: "alice", address: "192.0.2.1" };

test("the sixth wrong password in a minute from one address has to wait, however many come at once", async () => {
	const attempts = start();
	const all = await Promise.all(Array.from({ length: 40 }, () => attempts.take(alice)));
	assert.equal(all.filter((each) => each.ok).length, 5);
	const [refused] = all.filter((each) => !each.ok);
	assert.ok(refused && !refused.ok && refused.retryAfterMs > 0 && refused.retryAfterMs <= 60_000);
	assert.ok((await attempts.take({ ...alice, address: "192.0.2.2" })).ok);
	assert.ok((await attempts.take({ ...alice, localpart: "bob" })).ok);
});

test("fifty wrong passwords in an hour from many addresses are all that a person's account takes", async () => {
	const attempts = start();
	for (let index = 0; index < 50; index++) {
		assert.ok((await attempts.take({ ...alice, address: `198.51.100.${index}` })).ok);
	}
	const next = await attempts.take({ ...alice, address: "203.0.113.1" });
	assert.ok(!next.ok && next.retryAfterMs > 60_000);
});

test("one address cannot try a password on more than sixty people in a minute", async () => {
	const attempts = start();
	const all = await Promise.all(
		Array.from({ length: 100 }, (_, index) => attempts.take({ ...alice, localpart: `person${index}` })),
	);
	assert.equal(all.filter((each) => each.ok).length, 60);
});

test("right passwords do not use up attempts", async () => {
	const attempts = start();
	for (let index = 0; index < 80; index++) {
		assert.ok((await attempts.take(alice)).ok);
		await attempts.giveBack(alice);
	}
});

test("attempts that had to wait are not counted against the person", async () => {
	const attempts = start();
	for (let index = 0; index < 200; index++) await attempts.take(alice);
	const others = await Promise.all(
		Array.from({ length: 45 }, (_, index) => attempts.take({ ...alice, address: `198.51.100.${index}` })),
	);
	assert.ok(others.every((each) => each.ok));
});

test("all addresses of one IPv6 subscriber count as one", async () => {
	const attempts = start();
	const from = (address: string) => attempts.take({ ...alice, address });
	for (let index = 0; index < 5; index++) assert.ok((await from(`2001:db8:1:2::${index}`)).ok);
	assert.equal((await from("2001:0db8:1:2:ffff:ffff:ffff:ffff")).ok, false);
	assert.equal((await from("2001:db8:1:3::1")).ok, true);
	assert.equal((await from("::1")).ok, true);
});

test("five passwords an hour go to one entry of a directory, however many come at once, and nine around the turn", async (t) => {
	t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
	const attempts = createEntryAttempts((limit) => new RateLimiterMemory(limit));
	const through = async (times: number, subject = "entry-1") => {
		const all = await Promise.all(Array.from({ length: times }, () => attempts.take(subject)));
		return all.filter(({ ok }) => ok).length;
	};
	assert.equal(await through(1), 1);
	t.mock.timers.tick(3_599_999);
	assert.equal(await through(40), 4);
	assert.equal(await through(40, "entry-2"), 5);
	t.mock.timers.tick(1);
	assert.equal(await through(40), 5);
});

test("who waits for the tries of an account waits a minute or an hour, as the page says that tells nobody which", async () => {
	const waits = async (tries: number, addressOf: (nth: number) => string) => {
		const attempts = createSharedSignInAttempts((limit) => new RateLimiterMemory(limit));
		for (let nth = 0; nth < tries; nth++) await attempts.take({ ...alice, address: addressOf(nth) });
		const refused = await attempts.take({ ...alice, address: addressOf(tries) });
		assert.ok(!refused.ok);
		return Math.ceil(refused.retryAfterMs / 60_000);
	};
	assert.equal(await waits(5, () => alice.address), 1);
	assert.equal(await waits(50, (nth) => `198.51.100.${nth}`), 60);
});
