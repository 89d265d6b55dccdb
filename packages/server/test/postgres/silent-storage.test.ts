/** PostgreSQL that neither answers nor breaks a connection, as storage meets it: each silence lasts eleven seconds. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { StorageUnavailable } from "@countersign/core";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { createSignInAttempts } from "../../src/limits/index.ts";
import { openPostgres, type Unit } from "../../src/storage/index.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { until } from "../support/until.ts";
import { startWire } from "../support/wire.ts";

describe("PostgreSQL that falls silent", { skip: skipWithoutPostgres, concurrency: true }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	async function open() {
		const { url } = await createDatabase(cluster.url("postgres"));
		const wire = await startWire(url);
		const broken: unknown[] = [];
		const storage = await openPostgres(wire.url, (error) => broken.push(error));
		return {
			...{ url, wire, storage, broken },
			async [Symbol.asyncDispose]() {
				await storage.close();
				await wire[Symbol.asyncDispose]();
			},
		};
	}

	test("fails whatever waits for it, and serves again as soon as it is back", async () => {
		await using world = await open();
		const { storage, wire } = world;
		const attempts = createSignInAttempts(storage.newRateLimiter);
		const who = { localpart: "alice", address: "192.0.2.1" };
		const use = () => [
			storage.read.settings.get("name"),
			storage.read.tokens.findAccess("hash"),
			storage.write((unit) => unit.settings.getOrKeep("name", "value")),
			attempts.take(who),
		];
		await Promise.all(use());
		wire.silence();
		// More than there are connections: those that get none fail too.
		const waiting = Array.from({ length: 40 }, () => storage.read.settings.get("name"));
		for (const { status, reason } of await settled([...use(), ...waiting])) {
			assert.equal(status, "rejected");
			assert.ok(reason instanceof StorageUnavailable, String(reason));
		}
		wire.restore();
		await Promise.all(use());
		assert.equal(await storage.read.settings.get("name"), "value");
	});

	test("a unit of work whose commit is not answered is not run again", async () => {
		await using world = await open();
		let runs = 0;
		const arrived = world.wire.silenceAfter("COMMIT");
		const writing = world.storage.write(async (unit: Unit) => {
			runs += 1;
			await unit.settings.getOrKeep("name", "value");
		});
		await arrived;
		await assert.rejects(writing, StorageUnavailable);
		assert.equal(runs, 1);
		const { rows } = await onDatabase(world.url, (client) =>
			client.query("SELECT value FROM settings WHERE name = 'name'"),
		);
		assert.deepEqual(rows, [{ value: "value" }], "it may be there all the same");
		world.wire.restore();
		assert.equal(await world.storage.read.settings.get("name"), "value");
	});

	test("closing gives up what it cannot finish when it is told to", async () => {
		await using world = await open();
		const { storage, wire } = world;
		await storage.read.settings.get("name");
		wire.silence();
		const writing = settled([storage.write((unit) => unit.settings.getOrKeep("name", "value"))]);
		const giveUp = new AbortController();
		const closed = storage.close(giveUp.signal);
		giveUp.abort();
		await closed;
		assert.ok((await writing)[0]?.reason instanceof StorageUnavailable);
		assert.deepEqual(world.broken, [], "what we cut ourselves is no news");
	});

	test("a listener that hears nothing any more finds out, and listens anew", async () => {
		await using world = await open();
		const { storage, wire } = world;
		const told = new Promise((resolve) => storage.watch(resolve));
		wire.silence();
		await until(() => world.broken.length > 0);
		wire.restore();
		assert.equal(await told, "everyone");
	});
});

const settled = async (all: readonly Promise<unknown>[]) =>
	(await Promise.allSettled(all)).map((one) => ({ reason: undefined, ...one }));
