/** What an administrator's token for programs opens and for how long, and what stays of somebody who administers no more. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, managingToken, openAdminWorld, ownBase } from "../support/admin-api.ts";
import { typeBeside } from "../support/password-link.ts";

describe("an administrator's token for programs", () => {
	let world: AdminWorld;
	before(async () => {
		world = await openAdminWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const make = async (name: string, more: object = {}, token = world.token) => {
		const actor_user_id = await world.idOf(name);
		const body = { actor_user_id, human_name: "Job", scope: "urn:mas:admin", ...more };
		return world.ask("POST", "personal-sessions", { body, token });
	};
	const admin = async (name: string) => {
		await world.server.register(name);
		await world.type("users", "promote", name);
		const made = await make(name);
		assert.equal(made.status, 201, JSON.stringify(made.body));
		return { id: made.body.data.id, token: made.body.data.attributes.access_token as string };
	};
	const opens = async (token: string) => (await world.ask("GET", "users", { token })).status;

	test("opens the admin API until its person is demoted or locked, or it ends, is replaced or revoked", async () => {
		const lock = async (name: string) => world.ask("POST", `users/${await world.idOf(name)}/lock`);
		for (const [name, end] of [
			["demoted", (_: string) => world.type("users", "demote", "demoted")],
			["locked", (_: string) => lock("locked")],
			["replaced", (id: string) => world.ask("POST", `personal-sessions/${id}/regenerate`)],
			["revoked", (id: string) => world.ask("POST", `personal-sessions/${id}/revoke`)],
		] as const) {
			const { id, token } = await admin(name);
			assert.equal(await opens(token), 200, name);
			await end(id);
			assert.equal(await opens(token), 401, name);
		}
		const { id, token } = await admin("over");
		const rows = await world.server.rows("sessions");
		const own = rows.find((row) => row.told_id === id)?.id;
		await world.server.change(`UPDATE access_tokens SET expires_at = 1 WHERE session_id = '${own}'`);
		assert.equal(await opens(token), 401);
	});

	test("does not renew itself, and makes none that lasts longer than itself or administers", async () => {
		await world.server.register("holder");
		await world.type("users", "promote", "holder");
		const made = await make("holder", { expires_in: 3600 });
		const [id, token] = [made.body.data.id, made.body.data.attributes.access_token];
		const again = (which: string, body: object) =>
			world.ask("POST", `personal-sessions/${which}/regenerate`, { token, body });
		assert.equal((await again(id, {})).status, 409);
		assert.equal((await again(id, { expires_in: 60 })).status, 409);
		assert.equal(await opens(token), 200, "the one that asked stays");
		for (const [more, status] of [
			[{}, 409],
			[{ expires_in: 3700 }, 409],
			[{ expires_in: 600 }, 409],
			[{ expires_in: 600, scope: "urn:matrix:client:device:MATRIXALONE" }, 201],
		] as const)
			assert.equal((await make("holder", more, token)).status, status, JSON.stringify(more));
		const other = (await make("holder")).body.data.id;
		assert.deepEqual(
			[(await again(other, {})).status, (await again(other, { expires_in: 600 })).status],
			[409, 409],
			"none that administers",
		);
		const endless = await make("holder");
		const { access_token: lasting } = endless.body.data.attributes;
		const itself = `personal-sessions/${endless.body.data.id}/regenerate`;
		assert.equal((await world.ask("POST", itself, { token: lasting })).status, 409);
	});
});

test("of what a former administrator prepared, nothing opens anything", async () => {
	await using world = await openAdminWorld();
	const { server } = world;
	for (const name of ["leaving", "bob", "carol", "other"]) await server.register(name);
	for (const name of ["leaving", "other"]) await world.type("users", "promote", name);
	const { accessToken: token } = await managingToken(server, "leaving");
	const link = async (name: string, by = token) => {
		const made = await world.ask("POST", `${ownBase}/users/${await world.idOf(name)}/reset-link`, {
			token: by,
		});
		assert.equal(made.status, 201);
		return new URL(made.body.url).pathname;
	};
	const bobs = await link("bob");
	const invited = await world.ask("POST", `${ownBase}/invitations`, {
		...{ token, body: { people: [{ username: "gina" }] } },
	});
	const ginas = new URL(invited.body.links[0].url).pathname;
	const carols = await link("carol", world.token);
	const tokenFor = async (name: string, scope: string, by = token) => {
		const body = { actor_user_id: await world.idOf(name), human_name: "x", scope };
		const made = await world.ask("POST", "personal-sessions", { body, token: by });
		assert.equal(made.status, 201, JSON.stringify(made.body));
		return made.body.data.attributes.access_token;
	};
	const prepared = await tokenFor("other", "urn:mas:admin");
	const mine = await tokenFor("other", "urn:mas:admin", world.token);
	const matrix = await tokenFor("bob", "urn:matrix:client:device:BOBSDEVICE1");
	const title = async (path: string) => (await server.browser().open(path)).title;
	assert.deepEqual([await title(bobs), await title(carols)], ["Set a new password", "Set a new password"]);

	const { code, out } = await typeBeside(server, ["users", "demote", "leaving"]);
	assert.equal(code, 0);
	assert.match(out, /links 2, tokens of others that administer 1/);
	assert.match(out, /password-link-made {2}@bob:localhost/);
	assert.match(out, /token-issued {2}@other:localhost/);
	assert.doesNotMatch(out, /carol/);
	for (const path of [bobs, ginas]) assert.notEqual(await title(path), "Set a new password");
	assert.equal(await title(carols), "Set a new password", "another administrator made it");
	assert.equal((await world.ask("GET", "users", { token: prepared })).status, 401);
	assert.equal((await world.ask("GET", "users", { token: mine })).status, 200);
	assert.equal((await server.call({ accessToken: matrix }, "GET", "account/whoami")).status, 200);

	const deeds = await world.ask("GET", `${ownBase}/security-log?filter[actor]=@leaving:localhost`);
	const kinds = deeds.body.data.map(({ kind }: { kind: string }) => kind);
	assert.ok(kinds.includes("password-link-made") && kinds.includes("token-issued"));
	assert.ok(
		deeds.body.data.every(({ actor }: { actor: { name: string } }) => actor.name === "@leaving:localhost"),
	);
	assert.equal((await world.ask("GET", `${ownBase}/security-log`)).status, 400, "of nobody is no question");
	const none = await world.ask("GET", `${ownBase}/security-log?filter[actor]=@bob:localhost`);
	assert.deepEqual(none.body.data, []);
});
