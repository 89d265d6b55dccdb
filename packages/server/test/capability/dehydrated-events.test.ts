import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import {
	bodyOf,
	eventsOf,
	first,
	openWorld,
	path,
	put,
	refusedWith,
	send,
} from "../support/dehydrated-world.ts";

describe("a dehydrated device's messages", () => {
	test("are read in order and in pages, as often as wanted", async () => {
		await using opened = await openWorld();
		const { alice, bob } = opened;
		await put(alice, bodyOf(alice, first));
		for (let n = 0; n < 5; n++) await send(bob, alice, first, n);
		await bob.call("PUT", "sendToDevice/m.room.encrypted/star", {
			messages: { [alice.userId]: { "*": { n: 5 } } },
		});
		for (let reader = 0; reader < 2; reader++) {
			const seen: number[] = [];
			let query = "?limit=2";
			let pages = 0;
			for (;;) {
				const { body } = await eventsOf(alice, first, query);
				for (const { sender, type, content } of body.events) {
					assert.deepEqual([sender, type], [bob.userId, "m.room.encrypted"]);
					seen.push(content.n);
				}
				pages += 1;
				if (body.next_batch === undefined) break;
				query = `?limit=2&from=${body.next_batch}`;
			}
			assert.deepEqual([seen, pages], [[0, 1, 2, 3, 4, 5], 3]);
		}
	});

	test("are read until a page is empty by apps that ask with POST", async () => {
		await using opened = await openWorld();
		const { alice, bob } = opened;
		await put(alice, bodyOf(alice, first));
		for (let n = 0; n < 3; n++) await send(bob, alice, first, n);
		const ask = async (body: object) =>
			(await alice.call("POST", `${path}/${encodeURIComponent(first)}/events`, body)).body;
		const all = await ask({});
		assert.equal(all.events.length, 3);
		const end = await ask({ next_batch: all.next_batch });
		assert.deepEqual(end, { events: [], next_batch: all.next_batch });
		await send(bob, alice, first, 3);
		assert.equal((await ask({ next_batch: end.next_batch })).events[0].content.n, 3);
	});

	test("are a hundred to a page at most", async () => {
		await using opened = await openWorld();
		const { world, alice } = opened;
		await put(alice, bodyOf(alice, first));
		const to = { accountId: alice.accountId, deviceId: asDeviceId(first) };
		await world.storage.write(async (unit) => {
			for (let n = 0; n < 101; n++)
				await unit.toDevice.queue(
					[{ to, sender: alice.userId, type: "m.x", content: { n } }],
					await unit.stream.next(alice.accountId),
				);
		});
		const { body } = await eventsOf(alice, first, "?limit=100000");
		assert.equal(body.events.length, 100);
		const rest = await eventsOf(alice, first, `?from=${body.next_batch}`);
		assert.deepEqual([rest.body.events.length, rest.body.next_batch], [1, undefined]);
	});

	test("are its owner's, and no other device's are read this way", async () => {
		await using opened = await openWorld();
		const { alice, bob } = opened;
		await put(alice, bodyOf(alice, first));
		refusedWith(await eventsOf(bob, first), 403, "M_FORBIDDEN");
		refusedWith(await eventsOf(alice, alice.deviceId), 403, "M_FORBIDDEN");
	});

	for (const query of ["?limit=0", "?limit=-1", "?limit=x", "?from=x", "?from=s-1"]) {
		test(`are not read with ${query}`, async () => {
			await using opened = await openWorld();
			const { alice } = opened;
			await put(alice, bodyOf(alice, first));
			refusedWith(await eventsOf(alice, first, query), 400, "M_INVALID_PARAM");
		});
	}

	test("are not read from a place that is no text", async () => {
		await using opened = await openWorld();
		const { alice } = opened;
		await put(alice, bodyOf(alice, first));
		const events = `${path}/${encodeURIComponent(first)}/events`;
		refusedWith(await alice.call("POST", events, { next_batch: 1 }), 400, "M_INVALID_PARAM");
	});
});
