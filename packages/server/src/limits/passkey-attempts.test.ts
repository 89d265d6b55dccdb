import assert from "node:assert/strict";
import { test } from "node:test";
import { asAccountId } from "@countersign/core";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { createPasskeyAttempts } from "./passkey-attempts.ts";

const accountId = asAccountId("account-alice");

/** How many of them are let through. */
async function letThrough(
	attempts: ReturnType<typeof createPasskeyAttempts>,
	who: Parameters<typeof attempts.take>[0],
): Promise<number> {
	let through = 0;
	while ((await attempts.take(who)).ok) through++;
	return through;
}

test("sixty wrong ones a minute come from one address, and twenty of somebody signed in, wherever they are", async () => {
	const attempts = createPasskeyAttempts((limit) => new RateLimiterMemory(limit));
	const [address, elsewhere] = ["192.0.2.7", "198.51.100.7"];
	assert.equal(await letThrough(attempts, { address }), 60);
	assert.equal(await letThrough(attempts, { address: elsewhere }), 60);
	assert.equal(await letThrough(attempts, { address, signedIn: { accountId, browser: "one" } }), 20);
	assert.equal(
		await letThrough(attempts, { address: elsewhere, signedIn: { accountId, browser: "one" } }),
		0,
	);
	assert.equal(await letThrough(attempts, { address, signedIn: { accountId, browser: "two" } }), 20);
	const right = { address: "203.0.113.7" };
	for (let nth = 0; nth < 61; nth++) {
		assert.equal((await attempts.take(right)).ok, true, `${nth}`);
		await attempts.giveBack(right);
	}
});
