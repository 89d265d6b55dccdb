/** Administrators who are none any more while a body of theirs is on its way: whoever sends it decides when it ends. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { managingToken, openAdminWorld, ownBase } from "../support/admin-api.ts";
import { holdBack } from "../support/held-back.ts";
import type { RunningServer } from "../support/server.ts";

/** The operations that take a body, as the document of the API has them. */
async function takingBodies({ url }: RunningServer) {
	const told = await fetch(new URL("/api/spec.json", url));
	const { paths } = (await told.json()) as {
		readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: unknown }>>>>;
	};
	return Object.entries(paths).flatMap(([path, all]) =>
		Object.entries(all)
			.filter(([, { requestBody }]) => requestBody !== undefined)
			.map(([method]) => ({ method: method.toUpperCase(), path })),
	);
}

test("no deed of any kind is done when the right goes while its body is held back", async () => {
	await using world = await openAdminWorld();
	const { server } = world;
	await server.register("bob");
	await server.register("leaving");
	await world.type("users", "promote", "leaving");
	const { accessToken: token } = await managingToken(server, "leaving");
	const bob = await world.idOf("bob");
	const bodies: Readonly<Record<string, unknown>> = {
		"POST /api/admin/v1/users": { username: "heldback" },
		"POST /api/admin/v1/users/{id}/set-password": { password: "what the former one wants" },
		"POST /api/admin/v1/users/{id}/set-admin": { admin: true },
		"POST /api/admin/v1/users/{id}/deactivate": {},
		"POST /api/admin/v1/user-emails": { user_id: bob, email: "heldback@example.org" },
		"POST /api/admin/v1/user-registration-tokens": { token: "heldback" },
		"PUT /api/admin/v1/user-registration-tokens/{id}": { usage_limit: 1 },
		"POST /api/admin/v1/personal-sessions": { actor_user_id: bob, human_name: "x", scope: "urn:mas:admin" },
		"POST /api/admin/v1/personal-sessions/{id}/regenerate": {},
		"POST /api/admin/v1/upstream-oauth-links": { user_id: bob, provider_id: "x", subject: "x" },
		"POST /api/admin/v1/policy-data": { data: {} },
		[`POST ${ownBase}/invitations`]: { people: [{ username: "heldback" }] },
	};
	const withBody = await takingBodies(server);
	const names = withBody.map(({ method, path }) => `${method} ${path}`);
	assert.deepEqual(names.sort(), Object.keys(bodies).sort());
	const [port = 0] = server.ports();
	const all = await Promise.all(
		withBody.map(async ({ method, path }) => {
			const body = bodies[`${method} ${path}`];
			return { path, held: await holdBack(port, token, { method, path: path.replace("{id}", bob), body }) };
		}),
	);
	await world.type("users", "demote", "leaving");
	for (const { path, held } of all) assert.equal((await held.release()).status, 401, path);
	const { admin, deactivated_at: closedAt } = (await world.ask("GET", `users/${bob}`)).body.data.attributes;
	assert.deepEqual([admin, closedAt], [false, null]);
	assert.equal((await world.ask("GET", "users/by-username/heldback")).status, 404);
	assert.deepEqual(await server.rows("registration_tokens"), []);
});
