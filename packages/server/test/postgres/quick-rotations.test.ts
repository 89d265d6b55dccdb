/** The refresh that is one statement: it does what a unit of work would do, once, and passes over all that is unusual. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { Client } from "pg";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { drawSuccessorKey, endSessions, tokenHash } from "../../src/sessions/index.ts";
import { createToken } from "../../src/sessions/token-format.ts";
import type { Storage } from "../../src/storage/index.ts";
import { onDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import {
	accountId,
	addRefresh,
	address,
	clientId,
	now,
	openRotationWorld,
	rotate,
	sessionId,
} from "../support/rotation-world.ts";
import { random } from "../support/session-world.ts";

describe("a refresh in one statement", { skip: skipWithoutPostgres }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	const open = () => openRotationWorld(cluster);

	const everything = `
		SELECT (SELECT json_agg(t ORDER BY hash) FROM refresh_tokens t) AS refresh,
			(SELECT json_agg(t ORDER BY hash) FROM access_tokens t) AS access,
			(SELECT json_agg(t ORDER BY id) FROM sessions t) AS sessions`;

	test("writes what a unit of work writes, and says whose tokens they are", async () => {
		await using world = await open();
		const rotated = await rotate(world.one, { access: "access" });
		assert.deepEqual(rotated, { sessionId, accountId, scope: "" });
		const [refresh, access, session] = await Promise.all([
			world.rows("SELECT * FROM refresh_tokens ORDER BY hash"),
			world.rows("SELECT * FROM access_tokens"),
			world.rows("SELECT last_used_at, last_address, signed_in_address FROM sessions"),
		]);
		const unused = { consumed_at: null, late_at: null, sibling: null, session_id: sessionId };
		assert.deepEqual(refresh, [
			{ ...unused, hash: "first", created_at: "1", consumed_at: `${now}` },
			{ ...unused, hash: "second", created_at: `${now}` },
		]);
		const times = { created_at: `${now}`, expires_at: `${now + 300_000}` };
		const bought = { first_used_at: null, acr: null, authenticated_at: null };
		assert.deepEqual(access, [
			{ hash: "access", session_id: sessionId, refresh_hash: "second", ...times, ...bought },
		]);
		assert.deepEqual(session, [{ last_used_at: `${now}`, last_address: address, signed_in_address: null }]);
	});

	test("never moves the last use back, and keeps the address that is known", async () => {
		await using world = await open();
		await world.one.write((unit) => unit.sessions.touch({ sessionId, at: now + 5, address: "192.0.2.9" }));
		assert.ok(await rotate(world.one));
		const uses = "SELECT last_used_at, last_address FROM sessions";
		assert.deepEqual(await world.rows(uses), [{ last_used_at: `${now + 5}`, last_address: "192.0.2.9" }]);
		const later = { hash: "second", successor: "third", clock: () => now + 6, address: undefined };
		assert.ok(await rotate(world.one, later));
		assert.deepEqual(await world.rows(uses), [{ last_used_at: `${now + 6}`, last_address: "192.0.2.9" }]);
	});

	test("keeps as many access tokens as a unit of work, and the same ones", async () => {
		await using world = await open();
		const expiries = { expired: now - 1, unused: now + 9, used: now + 9, older: now + 9 };
		for (const [hash, expiresAt] of Object.entries(expiries))
			await world.one.write(async ({ tokens }) => {
				const createdAt = hash === "older" ? 1 : 2;
				await tokens.addAccess({ hash, sessionId, refreshHash: "first", createdAt, expiresAt });
				if (hash === "used") await tokens.noteFirstUse(hash, 3);
			});
		assert.ok(await rotate(world.one, { access: "newest", keepAccess: 3 }));
		const kept = await world.rows("SELECT hash FROM access_tokens ORDER BY hash");
		assert.deepEqual(
			kept.map(({ hash }) => hash),
			["newest", "unused", "used"],
		);
	});

	const approvedFor = (token: string) => `
		INSERT INTO reset_requests (reference, uia_session, account_id, session_id, device_id, digest, keys,
			master_key, state, created_at, last_upload_at, expires_at, only_token)
		VALUES ('r', 'u', '${accountId}', '${sessionId}', 'ONE', 'd', '{}', 'm', 'approved', 1, 1, 9, ${token})`;

	test("leaves an approval alone that is for whatever token the app has", async () => {
		await using world = await open();
		await world.rows(approvedFor("NULL"));
		assert.ok(await rotate(world.one));
		assert.deepEqual(await world.rows("SELECT state FROM reset_requests"), [{ state: "approved" }]);
	});

	const against: Readonly<Record<string, (world: Awaited<ReturnType<typeof open>>) => Promise<unknown>>> = {
		"a token that was used": ({ one }) => one.write((unit) => unit.tokens.consumeRefresh("first", 5)),
		"a session that has ended": ({ rows }) => rows("UPDATE sessions SET ended_at = 5"),
		"a locked account": ({ one }) => one.write((unit) => unit.accounts.lock(accountId, 5)),
		"a closed account": ({ one }) =>
			one.write((unit) => unit.accounts.close(accountId, { erase: false, now: 5 })),
		"one of a pair": ({ rows }) => rows("UPDATE refresh_tokens SET sibling = 'other'"),
		"a key that was drawn since": ({ one }) =>
			one.write((unit) => drawSuccessorKey(unit, { random, now: 5 })),
		"an approval for one access token, which is to be withdrawn": ({ rows }) => rows(approvedFor("'its'")),
		"one that is just being spent": ({ rows }) =>
			rows(approvedFor("'its'").replace("'approved'", "'spending'")),
	};
	for (const [name, happens] of Object.entries(against))
		test(`passes over ${name}, and writes nothing`, async () => {
			await using world = await open();
			await happens(world);
			const before = await world.rows(everything);
			assert.equal(await rotate(world.one), undefined);
			assert.deepEqual(await world.rows(everything), before);
		});

	test("passes over what is another client's, and what nobody knows", async () => {
		await using world = await open();
		const before = await world.rows(everything);
		assert.equal(await rotate(world.one, { clientId: "client-2" }), undefined);
		assert.equal(await rotate(world.one, { clientId: "client-1\0" }), undefined);
		assert.equal(await rotate(world.one, { hash: "unknown" }), undefined);
		assert.deepEqual(await world.rows(everything), before);
	});

	test("goes on by a key that was drawn, as long as it is that one", async () => {
		await using world = await open();
		await world.one.write((unit) => drawSuccessorKey(unit, { random, now: 5 }));
		const value = await world.one.read.settings.get("successor-keys");
		const keys = { setting: "successor-keys", value } as const;
		assert.ok(await rotate(world.one, { keys }));
		await world.two.write((unit) => drawSuccessorKey(unit, { random, now: 6 }));
		assert.equal(await rotate(world.one, { keys, hash: "second", successor: "third" }), undefined);
	});

	for (const table of ["sessions", "refresh_tokens"])
		test(`waits for nobody who has the row of ${table} in hand`, async () => {
			await using world = await open();
			await onDatabase(world.url, async (client) => {
				await client.query(`BEGIN; SELECT FROM ${table} FOR NO KEY UPDATE`);
				assert.equal(await rotate(world.one), undefined);
				await client.query("ROLLBACK");
			});
			assert.ok(await rotate(world.one));
		});

	test("waits for a unit of work that runs alone", async () => {
		await using world = await open();
		await onDatabase(world.url, async (client) => {
			await client.query("BEGIN; LOCK TABLE write_turns IN EXCLUSIVE MODE");
			let isDone = false;
			const done = rotate(world.one).then((rotated) => {
				isDone = true;
				return rotated;
			});
			const waiting = "SELECT FROM pg_locks WHERE relation = 'write_turns'::regclass AND NOT granted";
			while ((await world.rows(waiting)).length === 0) assert.equal(isDone, false);
			await client.query("COMMIT");
			assert.ok(await done);
		});
	});

	test("of many with one token at two servers exactly one rotates it", async () => {
		await using world = await open();
		const all = await Promise.all(
			Array.from({ length: 60 }, (_, at) => rotate(at % 2 ? world.one : world.two)),
		);
		assert.equal(all.filter(Boolean).length, 1);
		assert.equal((await world.rows("SELECT hash FROM access_tokens")).length, 1);
		assert.equal((await world.rows("SELECT hash FROM refresh_tokens")).length, 2);
	});

	const endings = {
		"the end of the session": (storage: Storage) =>
			storage.write((unit) =>
				endSessions(
					unit,
					{ sessionId },
					{
						...{ reason: "revoked", now, random, actor: { kind: "app", clientId } },
					},
				),
			),
		"other tokens in their place": (storage: Storage) =>
			storage.write(async ({ tokens }) => {
				await tokens.expireAccessOf(sessionId, now);
				await tokens.deleteRefreshOf(sessionId);
				await tokens.addRefresh({ hash: "elevated", sessionId, createdAt: now });
			}),
	};
	for (const [name, end] of Object.entries(endings))
		test(`${name}, at the same moment, leaves no token that refreshes behind it`, async () => {
			await using world = await open();
			for (let round = 0; round < 30; round++) {
				await world.rows("DELETE FROM access_tokens; DELETE FROM refresh_tokens; DELETE FROM sessions");
				await world.one.write((unit) =>
					unit.sessions.add({
						...{ id: sessionId, accountId, clientId, deviceId: asDeviceId("ONE"), scope: "", createdAt: 1 },
					}),
				);
				await addRefresh(world.one, "token0");
				let isOver = false;
				const ended = end(world.two).finally(() => {
					isOver = true;
				});
				for (let step = 0; !isOver; step++) {
					const names = { hash: `token${step}`, successor: `token${step + 1}` };
					if ((await rotate(world.one, names)) === undefined) break;
				}
				await ended;
				const left = await world.rows("SELECT hash FROM refresh_tokens WHERE consumed_at IS NULL");
				assert.deepEqual(
					left.map(({ hash }) => hash).filter((hash) => hash !== "elevated"),
					[],
				);
				const live = await world.rows(`SELECT hash FROM access_tokens WHERE expires_at > ${now}`);
				assert.deepEqual(live, []);
			}
		});

	test("is one message, from the second refresh of a server on", async (t) => {
		await using world = await open();
		const [sessions] = world.sessions;
		assert.ok(sessions);
		const token = createToken("refresh", random);
		await addRefresh(world.one, tokenHash(token));
		const messages: string[] = [];
		const { query } = Client.prototype;
		t.mock.method(Client.prototype, "query", function (this: Client, ...words: [{ text: string }]) {
			messages.push(typeof words[0] === "string" ? words[0] : words[0].text);
			return Reflect.apply(query, this, words);
		});
		const first = await sessions.refresh({ refreshToken: token, clientId });
		assert.ok(first.ok, JSON.stringify(first));
		// One connection has been made by now.
		const second = await sessions.refresh({ refreshToken: first.tokens.refreshToken, clientId });
		assert.ok(second.ok);
		messages.length = 0;
		const third = await sessions.refresh({ refreshToken: second.tokens.refreshToken, clientId });
		assert.ok(third.ok);
		assert.equal(messages.length, 1);
		assert.match(messages[0] ?? "", /consumed AS/);
	});

	test("a token that was rotated so is answered again, and no more once its answer was used", async () => {
		await using world = await open();
		const [one, two] = world.sessions;
		assert.ok(one && two);
		const token = createToken("refresh", random);
		await addRefresh(world.one, tokenHash(token));
		const warm = await one.refresh({ refreshToken: token, clientId });
		assert.ok(warm.ok);
		const first = await one.refresh({ refreshToken: warm.tokens.refreshToken, clientId });
		const again = await two.refresh({ refreshToken: warm.tokens.refreshToken, clientId });
		assert.ok(first.ok && again.ok);
		assert.equal(again.tokens.refreshToken, first.tokens.refreshToken);
		assert.notEqual(again.tokens.accessToken, first.tokens.accessToken);
		assert.ok((await one.refresh({ refreshToken: first.tokens.refreshToken, clientId })).ok);
		const late = await two.refresh({ refreshToken: warm.tokens.refreshToken, clientId });
		assert.deepEqual(late, { ok: false, reason: "late" });
	});
});
