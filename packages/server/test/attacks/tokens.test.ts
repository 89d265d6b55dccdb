/** Tokens that were stolen, used twice, revoked, or sent where they do not belong. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld, postForm } from "../support/attack-world.ts";
import { rawRequest } from "../support/raw-http.ts";
import { startServerWithRoutes } from "../support/routes.ts";
import {
	type Answer,
	type LoggedInDevice,
	password,
	type RunningServer,
	startServer,
} from "../support/server.ts";
import { until } from "../support/until.ts";

function refresh(
	server: RunningServer,
	device: Pick<LoggedInDevice, "clientId" | "refreshToken">,
): Promise<Answer> {
	const { clientId, refreshToken } = device;
	const form = { grant_type: "refresh_token", client_id: clientId, refresh_token: refreshToken };
	return postForm(new URL("oauth2/token", server.url).href, form);
}

async function revoke(server: RunningServer, token: string): Promise<void> {
	const { status } = await postForm(new URL("oauth2/revoke", server.url).href, { token });
	assert.equal(status, 200);
}

async function whoami(server: RunningServer, accessToken: string): Promise<number> {
	return (await server.call({ accessToken }, "GET", "account/whoami")).status;
}

async function loggedIn() {
	const server = await startServer();
	const alice = await server.register("alice");
	return { server, alice, phone: await server.loginDevice({ localpart: "alice", browser: alice }) };
}

describe("refresh-token reuse", () => {
	test("a token used after its successor was used yields nothing; once is a mistake, twice ends the session for thief and victim", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		const { body: victims } = await refresh(server, phone);
		const { body: newer } = await refresh(server, { ...phone, refreshToken: victims.refresh_token });
		const first = await refresh(server, phone);
		assert.deepEqual([first.status, first.body.error], [503, "temporarily_unavailable"]);
		assert.equal(first.body.access_token, undefined);
		assert.equal(await whoami(server, newer.access_token), 200);
		world.advance(10_001);
		const { status, body } = await refresh(server, phone);
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		for (const token of [phone.accessToken, victims.access_token, newer.access_token]) {
			const told = await server.call({ accessToken: token }, "GET", "account/whoami");
			assert.deepEqual([told.status, told.body.soft_logout], [401, true], "keys are kept");
		}
		const last = await refresh(server, { ...phone, refreshToken: newer.refresh_token });
		assert.deepEqual([last.status, last.body.error], [400, "invalid_grant"]);
	});

	test("a stolen old token is worth nothing an hour after its successor's access token was used", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		const { body } = await refresh(server, phone);
		assert.equal(await whoami(server, body.access_token), 200);
		// Uses are written down once a second, and another server knows of them only then. Both tokens were used.
		await until(async () => (await server.rows("access_tokens")).every((row) => row.first_used_at !== null));
		world.advance(60 * 60_000);
		assert.equal((await refresh(server, phone)).status, 503);
		world.advance(60 * 60_000);
		assert.equal((await refresh(server, phone)).status, 400);
		assert.equal((await refresh(server, { ...phone, refreshToken: body.refresh_token })).status, 400);
	});

	test("another client cannot use it, and by trying ends nothing", async () => {
		const { server, alice, phone } = await loggedIn();
		await using _ = server;
		const other = await server.loginDevice({ localpart: "alice", browser: alice, clientName: "Another App" });
		assert.notEqual(other.clientId, phone.clientId);
		const { status, body } = await refresh(server, { ...phone, clientId: other.clientId });
		assert.deepEqual([status, body.error], [400, "invalid_grant"]);
		assert.equal((await refresh(server, phone)).status, 200);
		assert.equal(await whoami(server, other.accessToken), 200);
	});

	test("a storm of 100 refreshes with one token gives one successor and ends nothing", async () => {
		const { server, phone } = await loggedIn();
		await using _ = server;
		const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(server, phone)));
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		const successors = new Set<string>(answers.map(({ body }) => body.refresh_token));
		assert.equal(successors.size, 1);
		const alive = await Promise.all(answers.map(({ body }) => whoami(server, body.access_token)));
		const count = alive.filter((status) => status === 200).length;
		assert.ok(count >= 1 && count <= 16, `${count} access tokens of one session live`);
	});

	test("a refresh that races its revocation leaves nothing alive", async () => {
		const { server, alice } = await loggedIn();
		await using _ = server;
		for (let round = 0; round < 10; round++) {
			const device = await server.loginDevice({ localpart: "alice", browser: alice });
			const [answer] = await Promise.all([refresh(server, device), revoke(server, device.accessToken)]);
			if (answer.status !== 200) continue;
			assert.equal(await whoami(server, answer.body.access_token), 401);
			assert.equal(
				(await refresh(server, { ...device, refreshToken: answer.body.refresh_token })).status,
				400,
			);
		}
	});

	test("tokens that were made up, cut, or of the other kind are refused alike", async () => {
		const { server, phone } = await loggedIn();
		await using _ = server;
		const { accessToken, refreshToken } = phone;
		const [first = ""] = refreshToken;
		const wrong = [
			"x",
			accessToken,
			refreshToken.slice(0, -1),
			`${refreshToken}x`,
			`${refreshToken} `,
			refreshToken.replace(first, "X"),
			refreshToken.toUpperCase(),
			"\u0000",
			"x".repeat(5000),
		];
		const answers = await Promise.all(
			wrong.map((token) => refresh(server, { ...phone, refreshToken: token })),
		);
		for (const [index, { status, body }] of answers.entries())
			assert.deepEqual([status, body], [400, answers[0]?.body], `${wrong[index]}`);
		for (const token of [
			refreshToken,
			accessToken.slice(0, -1),
			`${accessToken}x`,
			accessToken.toUpperCase(),
			"x",
		])
			assert.equal(await whoami(server, token), 401, token);
		assert.equal((await refresh(server, phone)).status, 200, "and nothing was ended by it");
	});
});

describe("a session that has ended", () => {
	test("its token is refused on every endpoint, at once, before anything else is looked at", async () => {
		const { server, routes } = await startServerWithRoutes();
		await using _ = server;
		await server.register("alice");
		const phone = await server.loginDevice({ localpart: "alice" });
		const paths = routes.filter(({ path }) => path.startsWith("/_matrix/client/") && !/\/auth\//.test(path));
		assert.ok(paths.length > 25);
		await revoke(server, phone.refreshToken);
		let refusals = 0;
		for (const { path } of paths) {
			const address = path.replace(":userId", encodeURIComponent(phone.userId)).replaceAll(/:\w+/g, "x");
			const { headers } = await fetch(new URL(address, server.url), { method: "OPTIONS" });
			const methods = (headers.get("access-control-allow-methods") ?? "").split(", ");
			for (const method of methods.filter((each) => each !== "OPTIONS")) {
				const { status, body } = await server.call(
					phone,
					method,
					address,
					method === "GET" ? undefined : "{",
				);
				// Open to everybody, with a token or without.
				if (/\/(versions|auth_metadata|auth_issuer|rendezvous(\/:id)?)$/.test(path)) continue;
				assert.deepEqual(
					[status, body.errcode, body.soft_logout],
					[401, "M_UNKNOWN_TOKEN", false],
					`${method} ${path}`,
				);
				refusals++;
			}
		}
		assert.ok(refusals > 30, `${refusals} refusals`);
		const bearer = { authorization: `Bearer ${phone.accessToken}` };
		assert.equal((await fetch(new URL("oauth2/userinfo", server.url), { headers: bearer })).status, 401);
		const told = await postForm(
			new URL("oauth2/introspect", server.url).href,
			{ token: phone.accessToken },
			{ authorization: `Bearer ${server.introspectionSecret}` },
		);
		assert.deepEqual(told.body, { active: false });
	});

	test("a sync that was held over the end of its session tells nothing", async () => {
		const { server, alice, phone } = await loggedIn();
		await using _ = server;
		await server.register("bob");
		const beside = await server.loginDevice({ localpart: "bob" });
		const laptop = await server.loginDevice({ localpart: "alice", browser: alice });
		const { body: now } = await server.call(phone, "GET", "sync?timeout=0");
		const { body: bobs } = await server.call(beside, "GET", "sync?timeout=0");
		const { body: fresh } = await refresh(server, phone);
		const used = async () =>
			(await server.rows("access_tokens")).filter((row) => row.first_used_at !== null).length;
		// Uses are written down once a second: that of the fresh token says that its question has arrived.
		await until(async () => (await used()) === 2);
		let isTimeOver = false;
		const asLong = server.call(beside, "GET", `sync?timeout=20000&since=${bobs.next_batch}`);
		void asLong.catch(() => {}).then(() => (isTimeOver = true));
		const again = server.call(
			{ accessToken: fresh.access_token },
			"GET",
			`sync?timeout=20000&since=${now.next_batch}`,
		);
		await until(async () => (await used()) === 3);
		await revoke(server, fresh.access_token);
		await server.call(
			laptop,
			"PUT",
			`user/${encodeURIComponent(phone.userId)}/account_data/org.example.secret`,
			{
				secret: "after the end",
			},
		);
		const answer = await again;
		assert.deepEqual([answer.status, answer.body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		assert.equal(isTimeOver, false, "and it is not kept waiting");
	});

	test("ends with the account: no token, no code, no browser is left", async () => {
		const { server, alice, phone } = await loggedIn();
		await using _ = server;
		const page = await alice.open("/account/deactivate");
		await alice.press(page, /deactivate/i, { username: "alice", password });
		assert.equal(await whoami(server, phone.accessToken), 401);
		assert.equal((await refresh(server, phone)).status, 400);
		assert.equal((await alice.open("/account/")).url.pathname, "/login");
		await assert.rejects(server.signIn("alice"));
		const again = server.browser();
		const taken = await again.press(await again.open("/register"), "Create account", {
			username: "alice",
			password,
		});
		assert.notEqual(taken.url.pathname, "/account/", "nobody takes over the name of a closed account");
	});
});

describe("a token in the wrong place", () => {
	test("is not taken from the query, a cookie, a form or a second header", async () => {
		const { server, phone } = await loggedIn();
		await using _ = server;
		const token = phone.accessToken;
		const path = "/_matrix/client/v3/account/whoami";
		const bearer = `Authorization: Bearer ${token}`;
		const good = await rawRequest(server.port, [`GET ${path} HTTP/1.1`, "Host: x", bearer]);
		assert.match(good, /^HTTP\/1\.1 200 /);
		const tried: readonly (readonly string[])[] = [
			[`GET ${path}?access_token=${token} HTTP/1.1`, "Host: x"],
			[`GET ${path}?access_token=${token} HTTP/1.1`, "Host: x", bearer],
			[`GET ${path}?access_token= HTTP/1.1`, "Host: x", bearer],
			[`GET ${path} HTTP/1.1`, "Host: x", `Cookie: access_token=${token}; countersign-session=${token}`],
			[`GET ${path} HTTP/1.1`, "Host: x", `Authorization: Basic ${token}`],
			[`GET ${path} HTTP/1.1`, "Host: x", `Authorization: ${token}`],
			[`GET ${path} HTTP/1.1`, "Host: x", `Authorization: Bearer ${token}, Bearer ${token}`],
			[`GET ${path} HTTP/1.1`, "Host: x", `Authorization: Bearer ${token} x`],
			[`GET ${path} HTTP/1.1`, "Host: x", `Proxy-Authorization: Bearer ${token}`],
			[`GET ${path} HTTP/1.1`, "Host: x", `X-Access-Token: ${token}`],
		];
		for (const lines of tried)
			assert.match(await rawRequest(server.port, lines), /^HTTP\/1\.1 401 /, lines.join("\n"));
	});

	test("of two Authorization headers the second one cannot speak for another person", async () => {
		const { server, phone } = await loggedIn();
		await using _ = server;
		await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory" });
		const lines = (first: string, second: string) => [
			"GET /_matrix/client/v3/account/whoami HTTP/1.1",
			"Host: x",
			`Authorization: Bearer ${first}`,
			`Authorization: Bearer ${second}`,
		];
		const one = await rawRequest(server.port, lines(phone.accessToken, theirs.accessToken));
		const two = await rawRequest(server.port, lines("nonsense", phone.accessToken));
		// Node keeps the first of two: whoever reads the request, proxy or server, reads one and the same person.
		assert.doesNotMatch(one, /mallory/);
		assert.doesNotMatch(two, /alice/);
	});

	test("the introspection secret opens nothing else, and no token opens introspection", async () => {
		const { server, phone } = await loggedIn();
		await using _ = server;
		assert.equal(await whoami(server, server.introspectionSecret), 401);
		const url = new URL("oauth2/introspect", server.url).href;
		const secret = server.introspectionSecret;
		const headers = [
			undefined,
			"",
			`Bearer ${phone.accessToken}`,
			`Bearer ${secret}x`,
			`Bearer ${secret.slice(1)}`,
			`Basic ${secret}`,
			secret,
			`Bearer ${secret}, Bearer ${secret}`,
			`Bearer ${secret.toUpperCase()}`,
		];
		for (const authorization of headers) {
			const sent = authorization === undefined ? {} : { authorization };
			const { status, body } = await postForm(url, { token: phone.accessToken }, sent);
			assert.equal(status, 401, `${authorization}`);
			assert.equal("active" in body, false);
		}
		const inQuery = await postForm(`${url}?secret=${secret}&access_token=${secret}`, {
			token: phone.accessToken,
		});
		assert.equal(inQuery.status, 401);
	});
});

describe("what belongs to another user", () => {
	test("account data, filters, profile and devices cannot be read or written with one's own token", async () => {
		const { server, alice, phone } = await loggedIn();
		await using _ = server;
		await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory", deviceId: "MALLORYONE" });
		const user = `user/${encodeURIComponent(phone.userId)}`;
		await server.call(phone, "PUT", `${user}/account_data/org.example.secret`, { secret: "alice's" });
		await server.call(phone, "PUT", `devices/${phone.deviceId}`, { display_name: "secret name of a phone" });
		const { body: filter } = await server.call(phone, "POST", `${user}/filter`, {
			room: { timeline: { limit: 1 } },
		});
		const forbidden: readonly (readonly [string, string, unknown?])[] = [
			["GET", `${user}/account_data/org.example.secret`],
			["PUT", `${user}/account_data/org.example.secret`, { secret: "mallory's" }],
			["GET", `${user}/filter/${filter.filter_id}`],
			["POST", `${user}/filter`, {}],
			["PUT", `profile/${encodeURIComponent(phone.userId)}/displayname`, { displayname: "mallory was here" }],
			["GET", `user/${encodeURIComponent(phone.userId.toUpperCase())}/account_data/org.example.secret`],
			["GET", `user/alice/account_data/org.example.secret`],
			[
				"GET",
				`user/${encodeURIComponent(`${theirs.userId}/../${phone.userId}`)}/account_data/org.example.secret`,
			],
		];
		for (const [method, path, body] of forbidden)
			assert.equal((await server.call(theirs, method, path, body)).status, 403, `${method} ${path}`);
		for (const [method, body] of [["GET"], ["PUT", { display_name: "x" }], ["DELETE"]] as const)
			assert.equal(
				(await server.call(theirs, method, `devices/${phone.deviceId}`, body)).status,
				404,
				method,
			);
		const { body: seen } = await server.call(theirs, "POST", "keys/query", {
			device_keys: { [phone.userId]: [] },
		});
		assert.doesNotMatch(JSON.stringify(seen), /secret name/, "device names are for their owner");
		assert.equal(
			(await server.call(theirs, "GET", "sync?timeout=0")).body.account_data?.events?.some(
				({ type }: { type: string }) => type === "org.example.secret",
			) ?? false,
			false,
		);
		const { body: kept } = await server.call(phone, "GET", `${user}/account_data/org.example.secret`);
		assert.deepEqual(kept, { secret: "alice's" });
		assert.match((await alice.open("/account/devices")).text, /secret name of a phone/);
	});

	test("key backups are one's own, whatever version is named", async () => {
		const { server, phone } = await loggedIn();
		await using _ = server;
		await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory" });
		const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
		const made = await server.call(phone, "POST", "room_keys/version", {
			algorithm,
			auth_data: { public_key: "a" },
		});
		const { version } = made.body;
		for (const [method, path, body] of [
			["GET", `room_keys/version/${version}`],
			["PUT", `room_keys/version/${version}`, { algorithm, auth_data: { public_key: "thief's" }, version }],
			["DELETE", `room_keys/version/${version}`],
			["GET", `room_keys/keys?version=${version}`],
			["DELETE", `room_keys/keys?version=${version}`],
		] as const)
			assert.ok(
				[403, 404].includes((await server.call(theirs, method, path, body)).status),
				`${method} ${path}`,
			);
		const { body } = await server.call(phone, "GET", "room_keys/version");
		assert.deepEqual([body.version, body.auth_data], [version, { public_key: "a" }]);
	});
});
