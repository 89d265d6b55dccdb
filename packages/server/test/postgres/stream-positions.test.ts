/** The positions of changes on two servers: nobody waits for somebody else's, and nobody who follows them misses one. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asAccountId } from "@countersign/core";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { openPostgres, type Storage } from "../../src/storage/index.ts";
import { createDatabase, onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { seedAccount } from "../support/storage.ts";
import { until } from "../support/until.ts";

const [alice, bob] = [asAccountId("account-alice"), asAccountId("account-bob")];
const carol = asAccountId("account-carol");

describe("positions on two servers", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	async function openTwo() {
		const { url } = await createDatabase(cluster.url("postgres"));
		const broken: unknown[] = [];
		const open = () => openPostgres(url, (error) => broken.push(error));
		const [one, two] = await Promise.all([open(), open()]);
		for (const localpart of ["alice", "bob"]) await seedAccount(one, { localpart, deviceIds: [], at: 1 });
		return {
			...{ url, one, two, broken },
			async [Symbol.asyncDispose]() {
				await one.close();
				await two.close();
			},
		};
	}

	const put = (storage: Storage, type: string) =>
		storage.write(async ({ accountData, stream }) =>
			accountData.put({ accountId: alice, type, content: {} }, await stream.next(alice)),
		);

	test("of one account are held until the commit, and nobody else waits for that", async () => {
		await using world = await openTwo();
		const isHeld = Promise.withResolvers<number>();
		const release = Promise.withResolvers<void>();
		const first = world.one.write(async ({ stream }) => {
			const position = await stream.next(alice);
			isHeld.resolve(position);
			await release.promise;
			return position;
		});
		const held = await isHeld.promise;
		let hasSecond = false;
		const second = world.two
			.write(({ stream }) => stream.next(alice))
			.finally(() => {
				hasSecond = true;
			});
		const others = [world.one, world.two].map((each) => each.write(({ stream }) => stream.next(bob)));
		assert.deepEqual((await Promise.all(others)).toSorted(), [1, 2]);
		assert.equal(await world.two.read.stream.position(alice), held - 1, "nobody sees it yet");
		assert.equal(hasSecond, false);
		release.resolve();
		assert.deepEqual(await Promise.all([first, second]), [held, held + 1]);
	});

	test("that two servers take for one account reach whoever follows it, each once and in order", async () => {
		await using world = await openTwo();
		const types = Array.from({ length: 80 }, (_, at) => `t${at}`);
		let isOver = false;
		const follow = async (storage: Storage) => {
			const seen: string[] = [];
			for (let [after, isLast] = [0, false]; !isLast; ) {
				isLast = isOver;
				const upTo = await storage.read.stream.position(alice);
				const news = await storage.read.accountData.between(alice, { after, upTo });
				seen.push(...news.map(({ type }) => type));
				after = upTo;
			}
			return seen;
		};
		const followers = [world.one, world.two].map(follow);
		await Promise.all(types.map((type, at) => put(at % 2 ? world.one : world.two, type)));
		isOver = true;
		for (const seen of await Promise.all(followers)) {
			assert.equal(seen.length, types.length);
			assert.deepEqual(new Set(seen), new Set(types));
		}
	});

	test("two first changes of an account at once take two positions", async () => {
		await using world = await openTwo();
		const taken = await Promise.all(
			Array.from({ length: 12 }, (_, at) =>
				(at % 2 ? world.one : world.two).write(({ stream }) => stream.next(bob)),
			),
		);
		assert.deepEqual(
			taken.toSorted((a, b) => a - b),
			Array.from({ length: 12 }, (_, at) => at + 1),
		);
	});

	test("are told of in notices that changes share, after the commit and not in it", async (t) => {
		await using world = await openTwo();
		const told = new Set<string>();
		world.two.watch((changed) => {
			if (changed !== "everyone") for (const accountId of changed) told.add(accountId);
		});
		const messages: string[] = [];
		const { query } = Client.prototype;
		t.mock.method(Client.prototype, "query", function (this: Client, ...words: [{ text: string } | string]) {
			messages.push(typeof words[0] === "string" ? words[0] : words[0].text);
			return Reflect.apply(query, this, words);
		});
		const many = Array.from({ length: 40 }, (_, at) => asAccountId(`nobody-${at}`));
		await Promise.all(many.map((accountId) => world.one.write(({ stream }) => stream.next(accountId))));
		await until(() => told.size === many.length);
		const notices = messages.filter((text) => text.includes("pg_notify")).length;
		assert.ok(notices <= many.length / 2, `${notices} notices`);
	});

	test("are told of later where the connection for notices breaks", async () => {
		await using world = await openTwo();
		const told: string[] = [];
		world.two.watch((changed) => {
			told.push(...(changed === "everyone" ? [changed] : changed));
		});
		await onDatabase(world.url, (client) =>
			client.query(
				`SELECT pg_terminate_backend(min(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
			),
		);
		// Whichever server's it was: it says so once it has another, and the other one heard nothing of it.
		await Promise.all([
			world.one.write(({ stream }) => stream.next(alice)),
			world.two.write(({ stream }) => stream.next(bob)),
		]);
		await until(() => told.includes("everyone") || (told.includes(alice) && told.includes(bob)));
		await world.one.write(({ stream }) => stream.next(carol));
		await until(() => told.includes(carol));
	});
});
