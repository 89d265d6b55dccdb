import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type CompatWorld, openCompatWorld, passwordLogin, refusalOf } from "../support/compat-world.ts";
import { password, startServer } from "../support/server.ts";
import { addPasskey } from "../support/software-passkey.ts";

describe("a login with a password", () => {
	let world: CompatWorld;
	before(async () => {
		world = await openCompatWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	test("is offered, and apps that know OAuth are told to leave it to the browser", async () => {
		const { status, body } = await world.ask("GET", "login");
		assert.equal(status, 200);
		assert.deepEqual(body, {
			flows: [
				{ type: "m.login.password" },
				{
					type: "m.login.sso",
					oauth_aware_preferred: true,
					"org.matrix.msc3824.delegated_oidc_compatibility": true,
				},
				{ type: "m.login.token" },
			],
		});
	});

	test("gives a lasting token on a device of its own, and says where the homeserver is", async () => {
		const { status, body, headers } = await world.logIn("alice", { initial_device_display_name: "Laptop" });
		assert.equal(status, 200);
		const { access_token: token, device_id: deviceId, ...rest } = body;
		assert.deepEqual(rest, {
			user_id: "@alice:localhost",
			well_known: { "m.homeserver": { base_url: "https://matrix.example/" } },
		});
		assert.match(token, /^mct_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$/);
		assert.match(deviceId, /^[A-Z0-9]{10}$/);
		assert.equal(headers.get("cache-control"), "no-store");
		assert.equal(world.homeserver.devices.get(`alice/${deviceId}`), "Laptop");
		world.advance(400 * 24 * 3_600_000);
		assert.equal((await world.introspect(token)).active, true, "more than a year later");
	});

	test("that can renew gives a token for five minutes and one to refresh with", async () => {
		const { body } = await world.logIn("alice", { refresh_token: true });
		assert.equal(body.expires_in_ms, 300_000);
		assert.match(body.refresh_token, /^mcr_/);
		const { expires_in: left } = await world.introspect(body.access_token);
		assert.ok(left > 290 && left <= 300);
	});

	test("takes the user name in every shape apps send it", async () => {
		const names = ["alice", "@alice:localhost", "Alice", "@Alice:localhost"];
		for (const user of names) {
			const { status } = await world.ask("POST", "login", { body: passwordLogin(user) });
			assert.equal(status, 200, user);
		}
		const deprecated = { type: "m.login.password", user: "alice", password };
		assert.equal((await world.ask("POST", "login", { body: deprecated })).status, 200);
	});

	test("is served under every version's prefix", async () => {
		for (const prefix of ["api/v1", "r0", "v3", "unstable"]) {
			const path = `/_matrix/client/${prefix}/login`;
			assert.equal((await world.ask("GET", path)).status, 200, path);
			assert.equal((await world.ask("POST", path, { body: passwordLogin("alice") })).status, 200, path);
		}
		assert.equal((await world.ask("GET", "/_matrix/client/r1/login")).status, 404);
	});

	test("is told to the homeserver with its device beside the scope, in both namings", async () => {
		const { body } = await world.logIn("alice", { device_id: "an old phone" });
		const { sub, iat, ...told } = await world.introspect(body.access_token);
		assert.ok(typeof sub === "string" && typeof iat === "number");
		assert.deepEqual(told, {
			active: true,
			scope: "urn:matrix:client:api:* urn:matrix:org.matrix.msc2967.client:api:*",
			client_id: "legacy",
			username: "alice",
			device_id: "an old phone",
			token_type: "access_token",
		});
	});

	test("on a device that is signed in ends the earlier session, however that was opened, and keeps the device's name", async () => {
		const { accessToken, deviceId } = await world.loginDevice({ localpart: "alice" });
		const named = world.homeserver.devices.get(`alice/${deviceId}`);
		const first = await world.logIn("alice", { device_id: deviceId, initial_device_display_name: "Other" });
		assert.deepEqual(await world.introspect(accessToken), { active: false });
		const second = await world.logIn("alice", { device_id: deviceId });
		assert.deepEqual(await world.introspect(first.body.access_token), { active: false });
		assert.equal((await world.introspect(second.body.access_token)).device_id, deviceId);
		assert.equal(world.homeserver.devices.get(`alice/${deviceId}`), named);
	});

	test("is on the account's pages under the device's name, and can be signed out there", async () => {
		const { body } = await world.logIn("bob", { initial_device_display_name: "Bob's <old> phone" });
		const browser = await world.server.signIn("bob");
		const list = await browser.open("/account/devices");
		assert.match(
			list.text,
			/<bdi>An app with the older sign-in<\/bdi><\/a> · <bdi>Bob&#39;s &lt;old&gt; phone<\/bdi>/,
		);
		const page = await browser.open(`/account/devices/${body.device_id}`);
		assert.match(page.text, /The older way, by user name and password or through this site/);
		const confirm = await browser.open(`/account/devices/${body.device_id}?delete=1`);
		await browser.press(confirm, "Sign out", { password });
		assert.deepEqual(await world.introspect(body.access_token), { active: false });
	});

	test("takes the name as people and apps write it", async () => {
		for (const user of [
			" alice ",
			"Alice",
			"@alice:LOCALHOST",
			"alice:localhost",
			"\u2068@alice:localhost\u200b",
		]) {
			const identifier = { type: "m.id.user", user };
			const { status, body } = await world.logIn("nobody", { identifier });
			assert.deepEqual([status, body.user_id], [200, "@alice:localhost"], JSON.stringify(user));
			const deprecated = await world.logIn("nobody", { identifier: null, user });
			assert.deepEqual([deprecated.status, deprecated.body.user_id], [200, "@alice:localhost"]);
		}
	});

	test("counts no user id of another server as a wrong password", async () => {
		for (let times = 0; times < 6; times++)
			assert.match((await world.logIn("@alice:other.example")).body.error, /another server/);
		assert.equal((await world.logIn("alice")).status, 200);
	});

	test("with another person's device id touches nothing of theirs", async () => {
		const theirs = await world.logIn("bob", { device_id: "SHAREDNAME" });
		const own = await world.logIn("alice", { device_id: "SHAREDNAME" });
		assert.equal((await world.introspect(own.body.access_token)).username, "alice");
		assert.equal((await world.introspect(theirs.body.access_token)).username, "bob");
	});

	test("cannot be made while the homeserver is away, and says when to try again", async () => {
		world.homeserver.isDown = true;
		const answer = await world.logIn("alice", { device_id: "DURINGOUTAGE" });
		world.homeserver.isDown = false;
		assert.deepEqual(refusalOf(answer), [503, "M_UNKNOWN"]);
		assert.ok(Number(answer.headers.get("retry-after")) > 0);
		assert.equal((await world.logIn("alice", { device_id: "DURINGOUTAGE" })).status, 200);
	});

	test("for a locked account is refused so that the app keeps its keys, and only to who knows the password", async () => {
		await world.server.register("dora");
		await world.server.change("UPDATE accounts SET locked_at = 1 WHERE localpart = 'dora'");
		const known = await world.logIn("dora");
		assert.deepEqual([...refusalOf(known), known.body.soft_logout], [401, "M_USER_LOCKED", true]);
		assert.deepEqual(refusalOf(await world.logIn("dora", { password: "a wrong password" })), [
			403,
			"M_FORBIDDEN",
		]);
	});

	test("for an account with a second factor is refused, the right password too, and leads to the browser", async () => {
		const fred = await world.server.register("fred");
		assert.equal((await world.logIn("fred", { device_id: "BEFORE" })).status, 200);
		await addPasskey(fred, { base: world.server.url });
		const right = await world.logIn("fred", { device_id: "BEFORE" });
		assert.deepEqual(refusalOf(right), [403, "M_FORBIDDEN"]);
		assert.match(right.body.error, /sign in by browser/);
		const wrong = await world.logIn("fred", { password: "a wrong password" });
		assert.deepEqual(wrong.body, (await world.logIn("nobody-at-all")).body);
		const devices = (await world.server.rows("sessions")).filter((row) => row.device_id === "BEFORE");
		assert.deepEqual([devices.length, devices[0]?.ended_at], [1, null], "what was signed in before goes on");
	});

	test("for a closed account is refused as for one that never was", async () => {
		await world.server.register("erin");
		await world.server.change(
			"UPDATE accounts SET deactivated_at = 1, password_hash = NULL WHERE localpart = 'erin'",
		);
		const [closed, unknown] = [await world.logIn("erin"), await world.logIn("nobody-at-all")];
		assert.deepEqual(closed.body, unknown.body);
		assert.deepEqual(refusalOf(closed), [403, "M_FORBIDDEN"]);
	});
});

describe("the older login API", () => {
	let world: CompatWorld;
	before(async () => {
		world = await openCompatWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const bodies: readonly (readonly [what: string, body: unknown, status: number, errcode: string])[] = [
		["no JSON", "{", 400, "M_NOT_JSON"],
		["nothing", "", 400, "M_NOT_JSON"],
		["a list", [], 400, "M_BAD_JSON"],
		["an empty object", {}, 400, "M_BAD_JSON"],
		["too much", { type: "x".repeat(70_000) }, 413, "M_TOO_LARGE"],
	];
	for (const [what, body, status, errcode] of bodies) {
		test(`answers ${what} with ${status} ${errcode}, at every endpoint that reads a body`, async () => {
			for (const path of ["login", "refresh"])
				assert.deepEqual(refusalOf(await world.ask("POST", path, { body })), [status, errcode], path);
		});
	}

	test("answers every path below its names that it does not know with 404 M_UNRECOGNIZED", async () => {
		for (const path of [
			"login/get_token",
			"login/sso",
			"login/",
			"logout/other",
			"refresh/x",
			"login/cas/redirect",
		])
			for (const method of ["GET", "POST"])
				assert.deepEqual(refusalOf(await world.ask(method, path)), [404, "M_UNRECOGNIZED"], path);
	});

	test("answers every method that it does not know with 405 M_UNRECOGNIZED", async () => {
		for (const [method, path] of [
			["PUT", "login"],
			["GET", "logout"],
			["GET", "logout/all"],
			["DELETE", "refresh"],
			["POST", "login/sso/redirect"],
		] as const)
			assert.deepEqual(refusalOf(await world.ask(method, path)), [405, "M_UNRECOGNIZED"], path);
	});

	test("lets scripts of every origin read every answer, and lets them ask beforehand", async () => {
		for (const path of ["login", "refresh", "logout", "logout/all", "login/get_token"]) {
			const { headers } = await world.ask("POST", path);
			assert.equal(headers.get("access-control-allow-origin"), "*", path);
			const preflight = await world.ask("OPTIONS", path);
			assert.equal(preflight.status, 204, path);
			assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /Authorization/);
		}
	});
});

test("with the homeserver inside there is no older login API but its sign-out: apps sign in by OAuth", async () => {
	await using server = await startServer();
	for (const path of ["login", "refresh", "login/sso/redirect?redirectUrl=https://app.example/"]) {
		const response = await fetch(new URL(`/_matrix/client/v3/${path}`, server.url));
		assert.equal(response.status, 404, path);
		assert.equal(((await response.json()) as { errcode: string }).errcode, "M_UNRECOGNIZED");
	}
	assert.equal((await (await server.register("alice")).open("/account/sso/request")).status, 404);
});
