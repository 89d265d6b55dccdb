import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { EndRules, TokenClient } from "../../src/sessions/ports.ts";
import type { Storage } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const day = 24 * 60 * 60_000;
const at = 1_000_000 * day;
const alice = asAccountId("account-alice");
const bob = asAccountId("account-bob");
const token = asSessionId("token");
const rules: EndRules = {
	replacedWithinMs: 14 * day,
	told: { longMs: 7 * day, shortMs: day, shortUpToMs: 14 * day },
};
const client: TokenClient = {
	id: "lasting-token-own.x",
	metadata: {
		...{ application_type: "native", client_uri: "https://a.example/", client_name: "Bot" },
		...{ redirect_uris: [], response_types: [], grant_types: [], token_endpoint_auth_method: "none" },
		localized: {},
	},
	createdAt: at,
};
const times = <T>(count: number, make: (nth: number) => Promise<T>) =>
	Promise.all(Array.from({ length: count }, (_, nth) => make(nth)));

/** What every storage of sessions that end by themselves must hold. */
export function sessionEndsContract(name: string, open: () => Promise<Storage>): void {
	/** A person with an app, and with a token that ends after ninety days. */
	async function seeded() {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE"], at });
		await seedAccount(storage, { localpart: "bob", deviceIds: ["ONE"], at });
		await storage.write(async (unit) => {
			assert.equal(await unit.clients.registerFirst(client), true);
			await unit.sessions.add({
				...{ id: token, accountId: alice, clientId: client.id, deviceId: asDeviceId("BOT"), scope: "" },
				...{ createdAt: at, endsAt: at + 90 * day },
			});
		});
		return {
			...{ storage, [Symbol.asyncDispose]: () => storage.close() },
			tell: async (days: number, more: Partial<EndRules> = {}) => {
				const [now, set] = [at + days * day, { ...rules, ...more }];
				const untold = await storage.read.sessionEnds.untold(now, set);
				return (await storage.write((unit) => unit.sessionEnds.tell(untold, now, set)))
					.map(({ id, because, endsAt }) => [id, because, (endsAt - at) / day])
					.sort();
			},
			over: async (days: number, more: Partial<EndRules> = {}) =>
				(await storage.read.sessionEnds.over(at + days * day, { ...rules, ...more }))
					.map(({ id, because }) => [id, because])
					.sort(),
		};
	}

	describe(`sessions that end by themselves in ${name}`, () => {
		test("the name of a token is kept for the one who was first", async () => {
			await using world = await seeded();
			const { storage } = world;
			const all = await times(20, () =>
				storage.write((unit) => unit.clients.registerFirst({ ...client, id: "another" })),
			);
			assert.equal(all.filter((isFirst) => isFirst).length, 1);
		});

		test("are told of a week before, each once, of many who look at once", async () => {
			await using world = await seeded();
			assert.deepEqual(await world.tell(82.9), []);
			const all = await times(10, () => world.tell(83));
			assert.deepEqual(all.flat(), [[token, "token", 90]]);
			assert.deepEqual(await world.tell(89), []);
		});

		test("are over when they can be replaced no more, and never untold: who is told late has the whole time", async () => {
			await using world = await seeded();
			assert.deepEqual(await world.over(104), []);
			assert.deepEqual(await world.tell(89), [[token, "token", 90]]);
			assert.deepEqual(await world.over(103.9), []);
			assert.deepEqual(await world.over(104), [[token, "token"]]);
			await world.storage.write((unit) => unit.sessions.end({ sessionId: token }, "token-over", at));
			assert.deepEqual(await world.over(104), []);
		});

		test("have another end once, of many who replace the same token", async () => {
			await using world = await seeded();
			const renew = (accountId = alice, seen = at) =>
				world.storage.write((unit) =>
					unit.sessionEnds.renew({
						...{ sessionId: token, accountId, seen, madeAt: at + 85 * day, endsAt: at + 185 * day },
					}),
				);
			assert.deepEqual([await renew(bob), await renew(alice, at - 1)], [false, false]);
			assert.equal((await times(20, () => renew())).filter((is) => is).length, 1);
			const [live] = (await world.storage.read.sessions.live({ accountId: alice })).filter(
				({ id }) => id === token,
			);
			assert.deepEqual([live?.endsAt, live?.tokenMadeAt], [at + 185 * day, at + 85 * day]);
			assert.deepEqual(await world.tell(100), []);
			assert.deepEqual(await world.tell(178), [[token, "token", 185]]);
		});

		test("apps end when nobody used them, or by their age, where that is set, and tokens by neither", async () => {
			await using world = await seeded();
			const one = asSessionId("alice/ONE");
			const other = asSessionId("bob/ONE");
			await world.storage.write((unit) => unit.sessions.touch({ sessionId: other, at: at + 20 * day }));
			assert.deepEqual(await world.over(5_000), []);
			const idle = { idleMs: 30 * day };
			assert.deepEqual(await world.tell(22.9, idle), []);
			assert.deepEqual(await world.tell(23, idle), [[one, "idle", 30]]);
			assert.deepEqual(await world.tell(29, idle), []);
			assert.deepEqual(await world.over(29.9, idle), []);
			assert.deepEqual(await world.over(30, idle), [[one, "idle"]]);
			const age = { ageMs: 10 * day };
			assert.deepEqual(await world.over(50, age), [], "what was told is another end");
			assert.deepEqual(await world.tell(30, age), [
				[one, "age", 31],
				[other, "age", 31],
			]);
			assert.deepEqual(await world.over(30.9, age), []);
			assert.deepEqual(await world.over(31, age), [
				[one, "age"],
				[other, "age"],
			]);
		});

		test("are over no more, of those that were found, once they were used or their person is locked", async () => {
			await using world = await seeded();
			const [one, other] = [asSessionId("alice/ONE"), asSessionId("bob/ONE")];
			const set = { ...rules, idleMs: 30 * day };
			assert.equal((await world.tell(25, set)).length, 2);
			const now = at + 30 * day;
			const found = await world.storage.read.sessionEnds.over(now, set);
			assert.equal(found.length, 2);
			await world.storage.write((unit) => unit.sessions.touch({ sessionId: one, at: now }));
			const again = () => world.storage.read.sessionEnds.over(now, set, found);
			assert.deepEqual(await again(), [{ id: other, because: "idle" }]);
			await world.storage.write((unit) => unit.accounts.lock(bob, now));
			assert.deepEqual(await again(), []);
			assert.deepEqual(await world.tell(30, set), [], "nor are they told");
			await world.storage.write((unit) => unit.accounts.lock(bob, null));
			assert.deepEqual(await again(), [], "not before they were told again");
			assert.deepEqual(await world.tell(30, set), [[other, "idle", 31]]);
		});

		test("what was told of, and used since, is told of again when its end is near again", async () => {
			await using world = await seeded();
			const one = asSessionId("alice/ONE");
			const idle = { idleMs: 30 * day };
			assert.equal((await world.tell(25, idle)).length, 2);
			await world.storage.write((unit) => unit.sessions.touch({ sessionId: one, at: at + 26 * day }));
			assert.deepEqual(await world.over(55, idle), []);
			const ofOne = (told: Awaited<ReturnType<typeof world.tell>>) => told.filter(([id]) => id === one);
			assert.deepEqual(ofOne(await world.tell(48, idle)), []);
			assert.deepEqual(ofOne(await world.tell(49, idle)), [[one, "idle", 56]]);
		});
	});
}
