/** Whoever administers alone does not take that away by a slip of the hand, and neither do two at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { managingToken, openAdminWorld, programToken } from "../support/admin-api.ts";
import { startUpstreamProvider } from "../support/upstream-provider.ts";

test("the last administrator is neither demoted, locked nor closed through the API; by a command, which says so", async () => {
	await using world = await openAdminWorld();
	const { server } = world;
	const alice = await world.idOf("alice");
	await server.register("bob");
	const bob = await world.idOf("bob");
	const program = JSON.parse(await world.type("programs", "create", "job", "--json"));
	const { access_token } = (await programToken(server, program)).body;
	const deeds = [
		["set-admin", { admin: false }],
		["lock", undefined],
		["deactivate", undefined],
	] as const;
	const refuses = async (id: string, token: string) => {
		for (const [deed, body] of deeds) {
			const answer = await world.ask("POST", `users/${id}/${deed}`, { token, body });
			assert.equal(answer.status, 409, `${deed} ${JSON.stringify(answer.body)}`);
			assert.match(answer.body.errors[0].title, /Nobody would be left/);
		}
		const { admin, locked_at, deactivated_at } = (await world.ask("GET", `users/${id}`, { token })).body.data
			.attributes;
		assert.deepEqual([admin, locked_at, deactivated_at], [true, null, null]);
	};
	await refuses(alice, world.token);
	await refuses(alice, access_token);
	// Whoever is locked administers nothing.
	assert.equal((await world.ask("POST", `users/${bob}/set-admin`, { body: { admin: true } })).status, 200);
	assert.equal((await world.ask("POST", `users/${bob}/lock`)).status, 200);
	await refuses(alice, world.token);
	assert.equal((await world.ask("POST", `users/${bob}/unlock`)).status, 200);
	const demoted = await world.ask("POST", `users/${alice}/set-admin`, { body: { admin: false } });
	assert.equal(demoted.status, 200, "there is bob");
	await refuses(bob, access_token);
	const said = "Nobody administers this server any more. Somebody does again with: users promote NAME\n";
	assert.ok(!(await world.type("users", "lock", "alice")).includes(said));
	assert.ok((await world.type("users", "demote", "bob")).includes(said));
	assert.equal(
		(await world.ask("POST", `users/${bob}/lock`, { token: access_token })).status,
		200,
		"there is nobody",
	);
	await world.type("users", "promote", "alice");
	await world.type("users", "unlock", "alice");
	assert.ok((await world.type("users", "lock", "alice")).includes(said));
	await world.type("users", "unlock", "alice");
	assert.ok((await world.type("users", "deactivate", "alice", "--yes")).includes(said));
});

test("of two administrators who demote or lock each other at once, one stays", async () => {
	await using world = await openAdminWorld();
	const { server } = world;
	await server.register("bob");
	for (const [deed, body] of [
		["set-admin", { admin: false }],
		["lock", undefined],
	] as const) {
		for (const name of ["alice", "bob"]) {
			await world.type("users", "promote", name).catch(() => undefined);
			await world.type("users", "unlock", name).catch(() => undefined);
		}
		const tokens = [await managingToken(server, "alice"), await managingToken(server, "bob")] as const;
		const ids = await Promise.all(
			["bob", "alice"].map(async (name) => {
				const path = `users/by-username/${name}`;
				return (await world.ask("GET", path, { token: tokens[0].accessToken })).body.data.id;
			}),
		);
		const done = await Promise.all(
			tokens.map(({ accessToken: token }, at) =>
				world.ask("POST", `users/${ids[at]}/${deed}`, { token, body }),
			),
		);
		const statuses = done.map(({ status }) => status).sort();
		assert.equal(statuses[0], 200, deed);
		assert.ok([401, 409].includes(statuses[1] ?? 0), `${deed} ${statuses}`);
	}
});

test("the last administrator, who is one by another service, keeps the link to it", async () => {
	await using provider = await startUpstreamProvider();
	const { id: company } = provider.config();
	await using world = await openAdminWorld({ upstream: [provider.config()] });
	const alice = await world.idOf("alice");
	const { id: provider_id } = (await world.ask("GET", "upstream-oauth-providers")).body.data[0];
	const body = { user_id: alice, provider_id, subject: "s-alice" };
	const { id } = (await world.ask("POST", "upstream-oauth-links", { body })).body.data;
	await world.server.change(`UPDATE accounts SET admin_by = '${company}' WHERE localpart = 'alice'`);
	const program = JSON.parse(await world.type("programs", "create", "job", "--json"));
	const { access_token: token } = (await programToken(world.server, program)).body;
	const unlink = (held: string) => world.ask("DELETE", `upstream-oauth-links/${id}`, { token: held });
	for (const held of [world.token, token]) assert.equal((await unlink(held)).status, 409);
	assert.equal((await world.ask("GET", `upstream-oauth-links/${id}`)).status, 200, "it is there still");
	assert.equal((await world.ask("GET", `users/${alice}`)).body.data.attributes.admin, true);
	await world.server.register("bob");
	await world.type("users", "promote", "bob");
	assert.equal((await unlink(token)).status, 204, "there is bob");
	const { attributes } = (await world.ask("GET", `users/${alice}`, { token })).body.data;
	assert.equal(attributes.admin, false);
});
