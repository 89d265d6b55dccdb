import assert from "node:assert/strict";
import { test } from "node:test";
import { type ListenOptions, listen } from "./node.ts";
import { parseSeenAddress, writeSeenAddress } from "./seen-address.ts";

/** What the server tells who asks with these headers. */
async function told(headers: Readonly<Record<string, string>>, options: Partial<ListenOptions> = {}) {
	const outcome = await listen({
		...{ host: "127.0.0.1", port: 0, answer: () => new Response(), raw: () => undefined, onError: () => {} },
		...{ isProof: (proof: string) => proof === "right", ...options },
	});
	assert.ok(outcome.ok);
	try {
		const { headers: answered } = await fetch(`http://127.0.0.1:${outcome.server.port}/`, { headers });
		return answered.get("x-countersign-address") ?? undefined;
	} finally {
		await outcome.server.close(AbortSignal.abort());
	}
}
const proof = { "x-countersign-doctor": "right" };

test("whom a request came from is told to who proves that they may know, and to nobody else", async () => {
	assert.equal(await told({}), undefined);
	assert.equal(await told({ "x-countersign-doctor": "wrong" }), undefined);
	const plain = parseSeenAddress((await told(proof)) ?? "");
	assert.deepEqual(plain, { peer: "127.0.0.1", isTrusted: false, taken: "127.0.0.1" });
	const forwarded = { ...proof, "x-forwarded-for": "192.0.2.7" };
	assert.deepEqual(parseSeenAddress((await told(forwarded)) ?? ""), {
		...{ peer: "127.0.0.1", isTrusted: false, forwarded: "192.0.2.7", taken: "127.0.0.1" },
	});
	const trustedProxies = ["127.0.0.1"];
	assert.deepEqual(parseSeenAddress((await told(forwarded, { trustedProxies })) ?? ""), {
		...{ peer: "127.0.0.1", isTrusted: true, forwarded: "192.0.2.7", taken: "192.0.2.7" },
	});
});

test("it passes every proxy, whatever is in it, and what is none is not read as one", () => {
	const seen = { peer: "::1", isTrusted: true, forwarded: 'é"\n', taken: "192.0.2.7" };
	assert.match(writeSeenAddress(seen), /^[\w-]+$/);
	assert.deepEqual(parseSeenAddress(writeSeenAddress(seen)), seen);
	const write = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const { forwarded: _, ...without } = seen;
	assert.deepEqual(parseSeenAddress(write({ ...seen, forwarded: 1 })), without);
	for (const odd of [
		null,
		[],
		{},
		{ ...seen, peer: 1 },
		{ ...seen, isTrusted: "yes" },
		{ ...seen, taken: null },
	])
		assert.equal(parseSeenAddress(write(odd)), undefined, JSON.stringify(odd));
	assert.equal(parseSeenAddress("not JSON"), undefined);
	assert.equal(parseSeenAddress(""), undefined);
});
