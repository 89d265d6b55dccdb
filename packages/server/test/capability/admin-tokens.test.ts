/** Tokens for programs, through the admin API. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld } from "../support/admin-api.ts";

describe("tokens for programs, through the admin API", () => {
	let world: AdminWorld;
	let bob: string;
	before(async () => {
		world = await openAdminWorld();
		await world.server.register("bob");
		bob = await world.idOf("bob");
	});
	after(() => world[Symbol.asyncDispose]());

	const make = (more: Readonly<Record<string, unknown>> = {}) => {
		const scope = "urn:matrix:client:api:* urn:matrix:client:device:WEATHERBRIDGE";
		const body = { actor_user_id: bob, human_name: "Weather", scope, ...more };
		return world.ask("POST", "personal-sessions", { body });
	};
	const whoami = async (accessToken: string) => {
		const { status, body } = await world.server.call({ accessToken }, "GET", "account/whoami");
		return status === 200 ? body.device_id : status;
	};

	test("one is made, told once, replaced without a body, and revoked: each time the one before is dead", async () => {
		const made = await make({ expires_in: 3600 });
		assert.equal(made.status, 201, JSON.stringify(made.body));
		const { id, type, attributes } = made.body.data;
		const { access_token: first, token, ...told } = attributes;
		assert.equal(token, first, "by both names");
		assert.equal(type, "personal-session");
		assert.deepEqual(
			[told.actor_user_id, told.human_name, told.owner_user_id, told.last_active_at],
			[bob, "Weather", null, null],
		);
		const lasts = Date.parse(told.expires_at) - Date.parse(told.created_at);
		assert.ok(lasts > 3_590_000 && lasts <= 3_600_000, String(lasts));
		assert.equal(await whoami(first), "WEATHERBRIDGE");
		const read = (await world.ask("GET", `personal-sessions/${id}`)).body.data.attributes;
		assert.deepEqual([read.access_token, read.token], [undefined, undefined]);
		assert.deepEqual(await world.log("bob", 1), [["token-issued", "administrator", "@alice:localhost"]]);

		const again = await world.ask("POST", `personal-sessions/${id}/regenerate`);
		assert.equal(again.status, 201, JSON.stringify(again.body));
		const second = again.body.data.attributes.access_token;
		assert.equal(again.body.data.id, id);
		assert.notEqual(second, first);
		assert.deepEqual([await whoami(first), await whoami(second)], [401, "WEATHERBRIDGE"]);
		assert.notEqual(again.body.data.attributes.expires_at, null, "as long again");
		assert.equal((await world.ask("GET", `oauth2-sessions/${id}`)).status, 404, "it is no app's");

		const revoked = await world.ask("POST", `personal-sessions/${id}/revoke`);
		assert.equal(revoked.status, 200);
		assert.notEqual(revoked.body.data.attributes.revoked_at, null);
		assert.equal(await whoami(second), 401);
		assert.equal((await world.ask("POST", `personal-sessions/${id}/revoke`)).status, 409);
		assert.equal((await world.ask("POST", `personal-sessions/${id}/regenerate`)).status, 409);
	});

	test("twenty at once replace one token, and one of them has the one that counts", async () => {
		const made = await make({ scope: "urn:matrix:client:device:TWENTYATONCE" });
		const { id } = made.body.data;
		const all = await Promise.all(
			Array.from({ length: 20 }, () => world.ask("POST", `personal-sessions/${id}/regenerate`)),
		);
		const got = all.filter(({ status }) => status === 201);
		const alive = await Promise.all(got.map(({ body }) => whoami(body.data.attributes.access_token)));
		assert.equal(alive.filter((device) => device === "TWENTYATONCE").length, 1);
		assert.ok(all.every(({ status }) => status === 201 || status === 409));
	});

	test("what was asked for is given and no more: the Matrix API where a homeserver demands it", async () => {
		const alice = await world.idOf("alice");
		const scopeOf = async (scope: string) => {
			const { status, body } = await make({ scope, actor_user_id: alice });
			return status === 201 ? body.data.attributes.scope : status;
		};
		assert.equal(await scopeOf("urn:mas:admin"), "urn:mas:admin");
		assert.equal(await scopeOf("openid"), "openid");
		assert.match(await scopeOf("urn:synapse:admin:*"), /^urn:matrix:client:api:\* urn:synapse:admin:\* urn:/);
		assert.equal(
			await scopeOf("urn:mas:admin urn:matrix:client:device:HASADEVICE"),
			"urn:matrix:client:api:* urn:mas:admin urn:matrix:client:device:HASADEVICE",
		);
		const { body } = await make({ scope: "urn:mas:admin", actor_user_id: alice });
		const token = body.data.attributes.access_token;
		assert.equal((await world.ask("GET", "users", { token })).status, 200);
		assert.equal(await whoami(token), 401, "and the Matrix API it does not open");
	});

	test("its name is what people can read of it", async () => {
		const { body } = await make({ human_name: " Bot\u202e\u0000\u200b\ud800 one\n" });
		assert.equal(body.data.attributes.human_name, "Bot one");
	});

	test("of whom it would be, a locked account sleeps and a closed one is gone", async () => {
		await world.server.register("frank");
		const frank = await world.idOf("frank");
		const scope = "urn:matrix:client:api:*";
		const { id } = (await make({ scope, actor_user_id: frank })).body.data;
		for (const [deed, status, word] of [
			["lock", 409, /locked/],
			["deactivate", 410, /deactivated/],
		] as const) {
			assert.equal((await world.ask("POST", `users/${frank}/${deed}`)).status, 200);
			const made = await make({ scope, actor_user_id: frank });
			assert.deepEqual([made.status, word.test(made.body.errors[0].title)], [status, true]);
			const again = await world.ask("POST", `personal-sessions/${id}/regenerate`);
			assert.deepEqual([again.status, word.test(again.body.errors[0].title)], [status, true]);
		}
	});

	test("lists know whose they are, what they open, and when they end", async () => {
		const lasting = (await make({ scope: "urn:matrix:client:device:LASTSFOREVER" })).body.data.id;
		const count = async (query: string) => {
			const { status, body } = await world.ask("GET", `personal-sessions?filter[actor_user]=${bob}&${query}`);
			assert.equal(status, 200, JSON.stringify(body));
			return body.data.some(({ id }: { id: string }) => id === lasting);
		};
		for (const [query, isThere] of [
			["filter[status]=active", true],
			["filter[status]=revoked", false],
			["filter[expires]=false", true],
			["filter[expires]=true", false],
			["filter[expires_before]=2999-01-01T00:00:00Z", false],
			["filter[expires_after]=2020-01-01T00:00:00Z", false],
			["filter[scope]=urn:matrix:client:device:LASTSFOREVER", true],
			["filter[scope]=urn:mas:admin", false],
			[`filter[owner_user]=${bob}`, false],
		] as const)
			assert.equal(await count(query), isThere, query);
		for (const [query, status] of [
			["filter[user]=x", 404],
			["filter[owner_client]=x", 404],
			["filter[owner_user]=x", 404],
			["filter[actor_user]=x", 404],
			["filter[scope]=%22", 400],
		] as const)
			assert.equal((await world.ask("GET", `personal-sessions?${query}`)).status, status, query);
	});

	test("what administers the homeserver gets a device, asked for or not: with that it is forgotten at once", async () => {
		const scope = "urn:matrix:client:api:* urn:synapse:admin:*";
		const alice = await world.idOf("alice");
		const { status, body } = await make({ scope, actor_user_id: alice });
		assert.equal(status, 201, JSON.stringify(body));
		const { scope: told, access_token: token } = body.data.attributes;
		const [, device] =
			/^urn:matrix:client:api:\* urn:synapse:admin:\* urn:matrix:client:device:(\S+)$/.exec(told) ?? [];
		assert.equal(await whoami(token), device);
		const plain = await make({ scope: "urn:matrix:client:api:*" });
		assert.equal(plain.body.data.attributes.scope, "urn:matrix:client:api:*", "nothing else does");
	});

	test("none is made of what is no scope, for nobody, on a device that is signed in, or to administer by who may not", async () => {
		await make({ scope: "urn:matrix:client:device:TAKENALREADY" });
		for (const [more, status] of [
			[{ scope: "urn:unknown" }, 400],
			[{ scope: "urn:matrix:client:device:ONEDEVICEAA urn:matrix:client:device:TWODEVICEAA" }, 400],
			[{ scope: "urn:mas:admin" }, 400],
			[{ scope: "urn:matrix:client:device:TAKENALREADY" }, 409],
			[{ actor_user_id: "nobody" }, 404],
			[{ human_name: " " }, 400],
			[{ human_name: "\u200b\u202e\ud800\0" }, 400],
			[{ scope: "" }, 400],
			[{ expires_in: 1 }, 400],
			[{ expires_in: -5 }, 400],
		] as const) {
			const { status: answered, body } = await make(more);
			assert.equal(answered, status, JSON.stringify([more, body]));
		}
	});
});
