import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type CompatWorld, openCompatWorld, refusalOf } from "../support/compat-world.ts";

describe("an app that renews its token", () => {
	let world: CompatWorld;
	before(async () => {
		world = await openCompatWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const begin = async () => (await world.logIn("alice", { refresh_token: true })).body;
	const refresh = (token: string) => world.ask("POST", "refresh", { body: { refresh_token: token } });

	test("gets another pair, and both are good", async () => {
		const first = await begin();
		const { status, body, headers } = await refresh(first.refresh_token);
		assert.equal(status, 200);
		assert.deepEqual(Object.keys(body).sort(), ["access_token", "expires_in_ms", "refresh_token"]);
		assert.equal(body.expires_in_ms, 300_000);
		assert.match(body.access_token, /^mct_/);
		assert.match(body.refresh_token, /^mcr_/);
		assert.notEqual(body.refresh_token, first.refresh_token);
		assert.equal(headers.get("cache-control"), "no-store");
		assert.equal((await world.introspect(body.access_token)).device_id, first.device_id);
		assert.equal((await refresh(body.refresh_token)).status, 200);
	});

	test("may ask again when the answer was lost, and is told the same refresh token", async () => {
		const { refresh_token: token } = await begin();
		const [lost, again] = [await refresh(token), await refresh(token)];
		assert.equal(again.status, 200);
		assert.equal(again.body.refresh_token, lost.body.refresh_token);
		assert.equal((await world.introspect(again.body.access_token)).active, true);
	});

	test("that is fifty tabs at once stays signed in, with one refresh token", async () => {
		const { refresh_token: token } = await begin();
		const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(token)));
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1);
	});

	test("is signed out when its old token turns up a second time after the new one was used", async () => {
		const { refresh_token: stolen } = await begin();
		const { body } = await refresh(stolen);
		const next = await refresh(body.refresh_token);
		assert.equal(next.status, 200);
		const late = await refresh(stolen);
		assert.deepEqual([...refusalOf(late), late.headers.get("retry-after")], [503, "M_UNKNOWN", "5"]);
		assert.equal((await world.introspect(next.body.access_token)).active, true);
		world.advance(10_001);
		const reused = await refresh(stolen);
		assert.deepEqual([...refusalOf(reused), reused.body.soft_logout], [401, "M_UNKNOWN_TOKEN", false]);
		assert.deepEqual(await world.introspect(next.body.access_token), { active: false });
		assert.deepEqual(refusalOf(await refresh(next.body.refresh_token)), [401, "M_UNKNOWN_TOKEN"]);
	});

	test("with a token that never was is told that it is unknown", async () => {
		for (const token of ["", "x", "mcr_000000000000000000000000000000_000000"])
			assert.deepEqual(refusalOf(await refresh(token)), [401, "M_UNKNOWN_TOKEN"]);
		for (const body of [{}, { refresh_token: null }, { refresh_token: 1 }])
			assert.deepEqual(refusalOf(await world.ask("POST", "refresh", { body })), [400, "M_BAD_JSON"]);
	});

	test("of a locked person keeps its keys and goes on once the account is unlocked", async () => {
		await world.server.register("dora");
		const { body } = await world.logIn("dora", { refresh_token: true });
		const setLock = (at: string) =>
			world.server.change(`UPDATE accounts SET locked_at = ${at} WHERE localpart = 'dora'`);
		await setLock("1");
		const locked = await refresh(body.refresh_token);
		assert.deepEqual([...refusalOf(locked), locked.body.soft_logout], [401, "M_USER_LOCKED", true]);
		await setLock("NULL");
		assert.equal((await refresh(body.refresh_token)).status, 200);
	});
});
