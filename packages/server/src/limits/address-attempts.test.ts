import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createAddressAttempts } from "./address-attempts.ts";
import type { Limit } from "./attempts.ts";
import { createPromptAttempts } from "./prompt-attempts.ts";
import { createSignInAttempts } from "./sign-in-attempts.ts";

function start(limits: Limit | readonly Limit[]) {
	const attempts = createAddressAttempts(limits, (limit) => new RateLimiterMemory(limit));
	const allowed = async (addresses: readonly string[]) => {
		const all = await Promise.all(addresses.map((address) => attempts.take(address)));
		return all.filter(({ ok }) => ok).length;
	};
	return { attempts, allowed };
}

const minute = { name: "minute", points: 3, seconds: 60 };
const times = (count: number, address: (at: number) => string) =>
	Array.from({ length: count }, (_, at) => address(at));

test("an address has the limit, and another its own", async () => {
	const { allowed } = start(minute);
	assert.equal(await allowed(times(10, () => "192.0.2.1")), 3);
	assert.equal(await allowed(times(10, () => "192.0.2.2")), 3);
});

test("an IPv6 /64 has the limit, a /56 four times and a /48 sixteen times as much", async () => {
	const one = start(minute);
	assert.equal(await one.allowed(times(10, (at) => `2001:db8:1:2::${at}`)), 3);
	const house = start(minute);
	assert.equal(await house.allowed(times(100, (at) => `2001:db8:1:${at.toString(16)}::1`)), 12);
	assert.equal(await house.allowed(["2001:db8:1:100::1"]), 1, "the next house has its own");
	const provider = start(minute);
	assert.equal(await provider.allowed(times(100, (at) => `2001:db8:1:${at.toString(16)}00::1`)), 48);
	assert.equal(await provider.allowed(["2001:db8:2::1"]), 1);
});

test("of several limits each has to allow it, and what one refuses the other does not count", async (t) => {
	t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
	const { allowed } = start([minute, { name: "hour", points: 5, seconds: 3600 }]);
	const again = () => allowed(times(50, () => "192.0.2.1"));
	const counts = [];
	for (let nth = 0; nth < 3; nth++) {
		counts.push(await again());
		t.mock.timers.tick(60_000);
	}
	assert.deepEqual(counts, [3, 2, 0]);
	t.mock.timers.tick(3_600_000);
	assert.equal(await again(), 3);
});

test("what is given back can be taken again, in every network", async () => {
	const { attempts, allowed } = start(minute);
	for (let nth = 0; nth < 100; nth++) {
		const address = `2001:db8:1:${nth.toString(16)}00::1`;
		assert.ok((await attempts.take(address)).ok);
		await attempts.giveBack(address);
	}
	assert.equal(await allowed(times(10, () => "2001:db8:1::1")), 3);
});

test("who has to wait is told for how long, a second at least", async (t) => {
	t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
	const { attempts, allowed } = start(minute);
	await allowed(times(3, () => "192.0.2.1"));
	t.mock.timers.tick(20_000);
	assert.deepEqual(await attempts.take("192.0.2.1"), {
		ok: false,
		reason: "throttled",
		retryAfterMs: 40_000,
	});
	t.mock.timers.tick(39_500);
	assert.deepEqual(await attempts.take("192.0.2.1"), { ok: false, reason: "throttled", retryAfterMs: 1_000 });
});

test("what fails where counts are kept is no refusal", async () => {
	const broken = createAddressAttempts(minute, (limit) =>
		Object.assign(new RateLimiterMemory(limit), { consume: () => Promise.reject(new Error("away")) }),
	);
	await assert.rejects(broken.take("192.0.2.1"), /away/);
});

test("what is refused by the second limit is given back to the first", async (t) => {
	t.mock.timers.enable({ apis: ["Date", "setTimeout"] });
	const { allowed } = start([minute, { name: "moment", points: 1, seconds: 10 }]);
	const counts = [];
	for (let nth = 0; nth < 4; nth++) {
		// One after another: of those who ask at once some are refused by the first itself.
		for (let time = 0; time < 3; time++) counts.push(await allowed(["192.0.2.1"]));
		t.mock.timers.tick(10_000);
	}
	assert.deepEqual(counts, [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0]);
});

test("every count has a name of its own, under which it is found again after an update", () => {
	const named: string[] = [];
	const noting = (limit: ConstructorParameters<typeof RateLimiterMemory>[0]) => {
		named.push(`${limit.keyPrefix}: ${limit.points} in ${limit.duration} s`);
		return new RateLimiterMemory(limit);
	};
	createAddressAttempts(minute, noting);
	createPromptAttempts(noting);
	createSignInAttempts(noting);
	assert.deepEqual(named, [
		...["minute: 3 in 60 s", "minute x4: 12 in 60 s", "minute x16: 48 in 60 s"],
		...["prompt: 5 in 60 s", "prompts: 20 in 3600 s", "pair: 5 in 60 s", "person: 50 in 3600 s"],
		...["place: 60 in 60 s", "place x4: 240 in 60 s", "place x16: 960 in 60 s"],
	]);
});
