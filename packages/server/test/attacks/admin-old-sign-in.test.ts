/** An administrator's token of a sign-in long ago: read out of a browser, or in one that was left open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { managingToken, openAdminWorld, ownBase, programToken } from "../support/admin-api.ts";
import { postForm } from "../support/attack-world.ts";
import type { RunningServer } from "../support/server.ts";

const hour = 3_600_000;
/** What gives an account into other hands, or cannot be taken back. */
const severe = [
	"POST /api/admin/v1/personal-sessions",
	"POST /api/admin/v1/personal-sessions/{id}/regenerate",
	"POST /api/admin/v1/upstream-oauth-links",
	"POST /api/admin/v1/user-emails",
	"POST /api/admin/v1/users/{id}/deactivate",
	"POST /api/admin/v1/users/{id}/reactivate",
	"POST /api/admin/v1/users/{id}/set-admin",
	"POST /api/admin/v1/users/{id}/set-password",
	"POST /api/admin/v1/users/{id}/unlock",
	`POST ${ownBase}/invitations`,
	`POST ${ownBase}/users/{id}/reset-link`,
];

async function operationsOf({ url }: RunningServer) {
	const { paths } = (await (await fetch(new URL("/api/spec.json", url))).json()) as { paths: object };
	return Object.entries(paths).flatMap(([path, all]) =>
		Object.keys(all).map((method) => ({ method: method.toUpperCase(), path })),
	);
}

test("does nothing severe after two hours, however often it was refreshed; the rest it does", async () => {
	let now = Date.now();
	await using world = await openAdminWorld({ clock: () => now });
	const { server } = world;
	await server.register("bob");
	const [alice, bob] = [await world.idOf("alice"), await world.idOf("bob")];
	const program = JSON.parse(await world.type("programs", "create", "job", "--json"));
	const lasting = JSON.parse(
		await world.type(
			...["tokens", "issue", "--user", "alice", "--name", "job", "--device", "JOBDEVICE1"],
			...["--scope", "urn:mas:admin", "--json"],
		),
	).token;
	const signedIn = await managingToken(server, "alice");
	let { accessToken: token, refreshToken } = signedIn;
	const { token_endpoint } = await server.metadata();
	const refresh = async () => {
		const { clientId: client_id } = signedIn;
		const form = { grant_type: "refresh_token", client_id, refresh_token: refreshToken };
		const { status, body } = await postForm(token_endpoint, form);
		assert.equal(status, 200, JSON.stringify(body));
		({ access_token: token, refresh_token: refreshToken } = body);
	};
	const link = (held: string) => world.ask("POST", `${ownBase}/users/${bob}/reset-link`, { token: held });
	assert.equal((await link(token)).status, 201);
	for (let at = 0; at < 2; at += 1) {
		now += hour - 1;
		await refresh();
		assert.equal((await link(token)).status, 201, "within two hours");
	}
	now += 2;
	await refresh();
	const refused: string[] = [];
	for (const { method, path } of await operationsOf(server)) {
		const filled = path.replaceAll(/\{\w+\}/g, "x");
		const { status, headers } = await world.ask(method, filled, { token });
		const challenge = headers.get("www-authenticate");
		if (status !== 401) continue;
		assert.equal(
			challenge,
			'Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is needed", max_age="7200"',
		);
		assert.match(headers.get("access-control-expose-headers") ?? "", /WWW-Authenticate/);
		refused.push(`${method} ${path}`);
	}
	assert.deepEqual(refused.sort(), severe.sort());
	const { rows } = server;
	const data = async () => [
		await rows("accounts"),
		await rows("account_emails"),
		await rows("password_links"),
	];
	const before = await data();
	for (const [path, body] of [
		[`users/${bob}/set-password`, { password: "what the thief wants it to be" }],
		[`users/${bob}/set-admin`, { admin: true }],
		[`users/${bob}/deactivate`, undefined],
		["user-emails", { user_id: alice, email: "thief@example.org" }],
		[`${ownBase}/invitations`, { people: [{ username: "carol" }] }],
		["personal-sessions", { actor_user_id: alice, human_name: "x", scope: "urn:mas:admin" }],
	] as const)
		assert.equal((await world.ask("POST", path, { token, body })).status, 401, path);
	assert.deepEqual(await data(), before);
	assert.equal(
		(await world.ask("POST", `users/${bob}/lock`, { token })).status,
		200,
		"who sees a thief locks",
	);
	assert.equal(
		(await world.ask("POST", `users/${bob}/unlock`, { token })).status,
		401,
		"and no thief unlocks",
	);
	const { accessToken: again } = await managingToken(server, "alice");
	assert.equal((await world.ask("POST", `users/${bob}/unlock`, { token: again })).status, 200);
	assert.equal((await link(again)).status, 201, "signed in again");
	assert.equal((await link(lasting)).status, 201, "what was handed to a program has no sign-in");
	assert.equal((await link((await programToken(server, program)).body.access_token)).status, 201);
});
