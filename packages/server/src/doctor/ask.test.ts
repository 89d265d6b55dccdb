import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NoAnswer, type NoAnswerReason, type Outbound, type OutboundAnswer } from "../outbound/index.ts";
import { createAsk } from "./ask.ts";

type Wanted = Parameters<Outbound["request"]>[0];

/** What arrives where each request is answered like this. */
function asking(answer: (wanted: Wanted) => Partial<OutboundAnswer>) {
	const asked: Wanted[] = [];
	const outbound: Outbound = {
		async request(wanted) {
			asked.push(wanted);
			return { status: 200, headers: {}, body: new Uint8Array(), ...answer(wanted) };
		},
		close() {},
	};
	return { ask: createAsk(outbound, () => 7), asked };
}

const get = { method: "GET", url: "https://a.example/0", headers: { authorization: "Bearer x" } } as const;

describe("doctor asks", () => {
	test("as it is told, for ten seconds, again where a kept connection was closed", async () => {
		const { ask, asked } = asking(() => ({}));
		await ask({ ...get, method: "POST", body: "{}" });
		await ask(get);
		const how = { timeoutMs: 10_000, repeatable: true };
		assert.deepEqual(asked, [
			{ ...get, method: "POST", body: "{}", ...how },
			{ ...get, ...how },
		]);
	});

	test("and reads what comes back: an object, or a page", async () => {
		for (const [body, json] of [
			['{"a":1}', { a: 1 }],
			["[1]", undefined],
			["<h1>later</h1>", undefined],
		] as const) {
			const { ask } = asking(() => ({
				...{ status: 418, headers: { "x-a": "1", "set-cookie": ["b", "c"] }, body: Buffer.from(body) },
			}));
			assert.deepEqual(await ask(get), {
				...{ ok: true, status: 418, headers: { "x-a": "1", "set-cookie": "b,c" }, text: body, json },
				receivedAt: 7,
			});
		}
	});

	test("and hears that there was no answer, and whether for want of time; all else is a fault of ours", async () => {
		const failing = (reason: NoAnswerReason) =>
			asking(() => {
				throw new NoAnswer(reason, { mayHaveArrived: false, onKeptConnection: false });
			}).ask(get);
		assert.deepEqual(await failing("timeout"), { ok: false, why: "timeout", timedOut: true });
		assert.deepEqual(await failing("reset"), { ok: false, why: "reset", timedOut: false });
		const broken = asking(() => {
			throw new TypeError("ours");
		});
		await assert.rejects(broken.ask(get), TypeError);
	});

	test("on where it is led, five times at most, and shows nobody else what was for the first", async () => {
		const { ask, asked } = asking(({ url }) => ({
			...{ status: 302, headers: { location: `https://b.example/${Number(`${url}`.at(-1)) + 1}` } },
		}));
		const reply = await ask({ ...get, follow: true });
		assert.equal(reply.ok && reply.status, 302);
		assert.deepEqual(
			asked.map(({ url }) => url),
			[get.url, ...[1, 2, 3, 4, 5].map((hop) => `https://b.example/${hop}`)],
		);
		assert.deepEqual(
			asked.map(({ headers }) => headers),
			[get.headers, {}, {}, {}, {}, {}],
		);
	});

	test("on only where apps would follow, and only what may be followed", async () => {
		const hops = async (status: number, location: string | undefined, follow?: true) => {
			const headers = location === undefined ? {} : { location };
			const { ask, asked } = asking(({ url }) => (url === get.url ? { status, headers } : {}));
			await ask({ ...get, ...(follow && { follow }) });
			return asked.slice(1).map(({ url }) => url);
		};
		for (const status of [301, 302, 303, 307, 308])
			assert.deepEqual(await hops(status, "/1", true), ["https://a.example/1"], `${status}`);
		for (const status of [200, 300, 304, 404]) assert.deepEqual(await hops(status, "/1", true), []);
		assert.deepEqual(await hops(302, "/1"), []);
		for (const location of ["ftp://a.example/", "xhttps://a.example/", "https://", undefined])
			assert.deepEqual(await hops(302, location, true), []);
	});
});
