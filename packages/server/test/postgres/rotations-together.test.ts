/** Refreshes that share a statement: each is decided by itself, and where it cannot be sent a unit of work decides. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { drawSuccessorKey, tokenHash } from "../../src/sessions/index.ts";
import { createToken } from "../../src/sessions/token-format.ts";
import { openPostgres } from "../../src/storage/index.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import {
	accountId,
	addRefresh,
	address,
	clientId,
	now,
	openRotationWorld,
	rotate,
	sessionId,
	sessionsOn,
} from "../support/rotation-world.ts";
import { random } from "../support/session-world.ts";
import { seedAccount } from "../support/storage.ts";

describe("refreshes that share a statement", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	const open = () => openRotationWorld(cluster);

	test("one that cannot be written fails alone, not those that share its statement", async (t) => {
		const { url } = await createDatabase(cluster.url("postgres"));
		const failures: unknown[] = [];
		const storage = await openPostgres(url, (error) => failures.push(error));
		t.after(() => storage.close());
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE", "TWO"], at: 1 });
		await addRefresh(storage, "first");
		await addRefresh(storage, "taken");
		await addRefresh(storage, "other", asSessionId("alice/TWO"));
		const shared = [
			rotate(storage, { successor: "taken" }),
			rotate(storage, { hash: "other", successor: "next" }),
		];
		// Each is then a unit of work's, in which nobody shares.
		assert.deepEqual(await Promise.all(shared), [undefined, undefined]);
		assert.equal(failures.length, 1);
		assert.ok(await rotate(storage, { hash: "other", successor: "next" }));
	});

	test("those that share a statement are each decided by what is theirs, and get what is theirs", async (t) => {
		await using world = await open();
		await world.one.write((unit) => drawSuccessorKey(unit, { random, now: 5 }));
		const value = await world.one.read.settings.get("successor-keys");
		const keys = { setting: "successor-keys", value } as const;
		const bob = asAccountId("account-bob");
		await seedAccount(world.one, { localpart: "bob", deviceIds: ["ONE", "TWO"], at: 1 });
		await world.rows(`
			INSERT INTO clients SELECT 'client-2', metadata, 1, 1 FROM clients WHERE id = '${clientId}';
			UPDATE sessions SET scope = 'bob ' || device_id WHERE account_id = '${bob}'`);
		const more = { TWO: "client-2", WRONG: "client-2", STALE: clientId };
		for (const [name, client] of Object.entries(more)) {
			const session = {
				id: asSessionId(`alice/${name}`),
				accountId,
				clientId: client,
				scope: `${name} scope`,
			};
			await world.one.write((unit) =>
				unit.sessions.add({ ...session, deviceId: asDeviceId(name), createdAt: 1 }),
			);
		}
		for (const id of ["alice/TWO", "alice/WRONG", "alice/STALE", "bob/ONE", "bob/TWO"])
			await addRefresh(world.one, `${id} first`, asSessionId(id));
		// A connection is made by it.
		assert.equal(await rotate(world.one, { hash: "unknown", keys }), undefined);
		const messages: unknown[] = [];
		const { query } = Client.prototype;
		const { mock } = t.mock.method(Client.prototype, "query", function (this: Client, ...words: unknown[]) {
			messages.push(words[0]);
			return Reflect.apply(query, this, words);
		});
		const asks = [
			{ hash: "first", successor: "s0", access: "t0", clock: () => now, address, keys },
			{
				...{ hash: "alice/TWO first", clientId: "client-2", successor: "s1", access: "t1" },
				...{ clock: () => now + 1, accessSeconds: 60, address: "192.0.2.2", keys },
			},
			{ hash: "alice/WRONG first", successor: "s2", access: "t2", keys },
			{ hash: "alice/STALE first", successor: "s3", access: "t3" },
			{
				hash: "bob/ONE first",
				successor: "s4",
				access: "t4",
				clock: () => now + 4,
				address: undefined,
				keys,
			},
			{ hash: "bob/TWO first", successor: "s5", access: "t5", clock: () => now + 5, address: "\0", keys },
		];
		const answers = await Promise.all(asks.map((changes) => rotate(world.one, changes)));
		mock.restore();
		assert.equal(messages.length, 1);
		assert.deepEqual(answers, [
			{ sessionId, accountId, scope: "" },
			{ sessionId: "alice/TWO", accountId, scope: "TWO scope" },
			undefined,
			undefined,
			{ sessionId: "bob/ONE", accountId: bob, scope: "bob ONE" },
			{ sessionId: "bob/TWO", accountId: bob, scope: "bob TWO" },
		]);
		const rows = await world.rows(`
			SELECT s.id, s.last_used_at::text AS used, s.last_address AS address, old.consumed_at::text AS consumed,
				next.hash AS next, next.created_at::text AS made, a.hash AS access, a.refresh_hash AS beside,
				a.created_at::text AS bought, a.expires_at::text AS expires
			FROM sessions s JOIN refresh_tokens old ON old.session_id = s.id AND old.hash LIKE '%first'
			LEFT JOIN refresh_tokens next ON next.session_id = s.id AND next.hash NOT LIKE '%first'
			LEFT JOIN access_tokens a ON a.session_id = s.id ORDER BY s.id`);
		const rotated = (
			id: string,
			n: number,
			{ seconds = 300, from }: { seconds?: number; from: unknown },
		) => ({
			...{ id, used: `${now + n}`, address: from, consumed: `${now + n}`, next: `s${n}`, made: `${now + n}` },
			...{ access: `t${n}`, beside: `s${n}`, bought: `${now + n}`, expires: `${now + n + seconds * 1_000}` },
		});
		const left = (id: string) => ({
			...{ id, used: "1", address: null, consumed: null, next: null, made: null },
			...{ access: null, beside: null, bought: null, expires: null },
		});
		assert.deepEqual(rows, [
			rotated("alice/ONE", 0, { from: address }),
			left("alice/STALE"),
			rotated("alice/TWO", 1, { seconds: 60, from: "192.0.2.2" }),
			left("alice/WRONG"),
			rotated("bob/ONE", 4, { from: null }),
			rotated("bob/TWO", 5, { from: "\ufffd" }),
		]);
	});

	test("whose turn comes late gets a token that lasts from then", async () => {
		await using world = await open();
		let time = now;
		const clock = () => time;
		const done = rotate(world.one, { clock });
		time += 7;
		assert.ok(await done);
		assert.deepEqual(await world.rows("SELECT created_at::text, expires_at::text FROM access_tokens"), [
			{ created_at: `${now + 7}`, expires_at: `${now + 7 + 300_000}` },
		]);
	});

	test("where PostgreSQL lets nobody else in, a unit of work refreshes", async () => {
		await using world = await open();
		await world.rows("CREATE ROLE guest LOGIN IN ROLE tests");
		const url = new URL(world.url);
		url.username = "guest";
		const failures: unknown[] = [];
		const storage = await openPostgres(url.href, (error) => failures.push(error));
		const sessions = sessionsOn(storage);
		const token = createToken("refresh", random);
		await addRefresh(storage, tokenHash(token));
		const first = await sessions.refresh({ refreshToken: token, clientId });
		assert.ok(first.ok);
		await world.rows("ALTER ROLE guest CONNECTION LIMIT 1");
		const second = await sessions.refresh({ refreshToken: first.tokens.refreshToken, clientId });
		assert.ok(second.ok);
		await storage.close();
		assert.deepEqual(failures, []);
	});
});
