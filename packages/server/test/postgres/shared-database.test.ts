/** What two servers on one PostgreSQL database promise each other, below HTTP. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { createSignInAttempts } from "../../src/limits/index.ts";
import { openPostgres, type Storage } from "../../src/storage/index.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { seedAccount } from "../support/storage.ts";

describe("two servers on one PostgreSQL", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	/** Two storages on one database, as two servers have them. */
	async function openTwo() {
		const { url } = await createDatabase(cluster.url("postgres"));
		const broken: unknown[] = [];
		const open = () => openPostgres(url, (error) => broken.push(error));
		const [one, two] = await Promise.all([open(), open()]);
		return {
			...{ url, one, two },
			async [Symbol.asyncDispose]() {
				await one.close();
				await two.close();
			},
		};
	}

	test("what is read and then decided upon is as if units of work had run one after another", async () => {
		await using world = await openTwo();
		const add = (storage: Storage) =>
			storage.write(async ({ backups }) => {
				// The number of a backup is read and then taken: lost updates would give one number twice.
				return backups.create(asAccountId("account-alice"), { algorithm: "a", authData: {} }, 1);
			});
		await seedAccount(world.one, { localpart: "alice", deviceIds: [], at: 1 });
		const made = await Promise.all(
			Array.from({ length: 60 }, (_, at) => add(at % 2 ? world.one : world.two)),
		);
		assert.deepEqual(
			made.toSorted((a, b) => Number(a) - Number(b)).map(Number),
			Array.from({ length: 60 }, (_, at) => at + 1),
		);
	});

	test("a lookup outside a unit of work cannot write", async () => {
		await using world = await openTwo();
		await assert.rejects(world.one.read.settings.getOrKeep("name", "value"), /read-only/);
	});

	test("first starts at the same time settle on the same keys", async () => {
		await using world = await openTwo();
		const kept = await Promise.all(
			Array.from({ length: 20 }, (_, at) =>
				(at % 2 ? world.one : world.two).write((unit) => unit.settings.getOrKeep("key", `key-${at}`)),
			),
		);
		assert.equal(new Set(kept).size, 1);
	});

	test("attempts are counted together, however many come at once and wherever", async () => {
		await using world = await openTwo();
		const [one, two] = [world.one, world.two].map((each) => createSignInAttempts(each.newRateLimiter));
		const who = { localpart: "alice\0", address: "192.0.2.1" };
		const all = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? one : two)?.take(who)));
		assert.equal(all.filter((each) => each?.ok).length, 5);
	});

	test("a change is told at every server once it is committed, and to everyone after a broken connection", async () => {
		await using world = await openTwo();
		const told: (readonly string[] | "everyone")[] = [];
		const heard = new EventTarget();
		world.two.watch((changed) => {
			told.push(changed === "everyone" ? changed : [...changed]);
			heard.dispatchEvent(new Event("change"));
		});
		await Promise.all([
			once(heard, "change"),
			world.one.write((unit) => unit.stream.next(asAccountId("account-alice"))),
		]);
		assert.deepEqual(told, [["account-alice"]]);
		const again = once(heard, "change");
		await onDatabase(world.url, (client) =>
			client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"),
		);
		await again;
		assert.deepEqual(told.at(-1), "everyone");
		await Promise.all([
			once(heard, "change"),
			world.one.write((unit) => unit.stream.next(asAccountId("account-bob"))),
		]);
		assert.deepEqual(told.at(-1), ["account-bob"]);
	});

	test("text with a character that PostgreSQL cannot hold is looked up and kept like any other", async () => {
		await using world = await openTwo();
		await seedAccount(world.one, { localpart: "alice", deviceIds: [], at: 1 });
		assert.equal(await world.one.read.accounts.find({ localpart: "\0" }), undefined);
		const device = {
			accountId: asAccountId("account-alice"),
			deviceId: asDeviceId("A"),
			displayName: "a\0b",
			createdAt: 1,
		};
		await world.one.write((unit) => unit.devices.add(device));
		assert.equal(
			(await world.one.read.devices.find(asAccountId("account-alice"), asDeviceId("A")))?.displayName,
			"a\ufffdb",
		);
	});

	test("an access token is looked up by one statement, compiled once for each connection", async (t) => {
		await using world = await openTwo();
		const query = t.mock.method(Client.prototype, "query");
		for (let time = 0; time < 20; time++) await world.one.read.tokens.findAccess("hash");
		const names = query.mock.calls.flatMap(({ arguments: [statement] }) => {
			const { name } = statement as { name?: string };
			return name === undefined ? [] : [name];
		});
		assert.equal(names.length, 20);
		assert.equal(new Set(names).size, 1);
	});
});
