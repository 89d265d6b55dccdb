import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createAddressAttempts } from "./address-attempts.ts";
import type { Limit } from "./attempts.ts";

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
