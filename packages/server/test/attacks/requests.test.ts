/** Requests that are read in two ways, never end, or come from another site's script. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { decide, identityNow, openAttackWorld, uploadPath } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { rawExchange, rawRequest } from "../support/raw-http.ts";
import { startServerWithRoutes } from "../support/routes.ts";
import { startServer } from "../support/server.ts";

describe("a path in another spelling", () => {
	test("reaches the same guard or nothing at all", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory" });
		await server.call(phone, "PUT", `user/${encodeURIComponent(phone.userId)}/account_data/org.example`, {
			secret: "of alice",
		});
		const base = "/_matrix/client/v3";
		const [alice, mallory] = [encodeURIComponent(phone.userId), encodeURIComponent(theirs.userId)];
		const paths = [
			`${base}/user/${alice}/account_data/org.example`,
			`${base}//user/${alice}/account_data/org.example`,
			`/${base}/user/${alice}/account_data/org.example`,
			`${base}/user/${mallory}/../${alice}/account_data/org.example`,
			`${base}/user/${mallory}/%2e%2e/${alice}/account_data/org.example`,
			`${base}/user/${mallory}%2f..%2f${alice}/account_data/org.example`,
			`${base}/user/${mallory};/../${alice}/account_data/org.example`,
			`${base}/user/${mallory}/account_data/..%2f..%2f${alice}%2faccount_data%2forg.example`,
			`${base}/USER/${alice}/account_data/org.example`,
			`${base}/user/${alice}/account_data/org.example/`,
			`${base}/user/${alice}/account_data/org.example;x=1`,
			`${base}/user/${alice}/account_data/org.example%00`,
			`${base}/user/${alice.replace("%40", "%2540")}/account_data/org.example`,
			`${base}\\user\\${alice}\\account_data\\org.example`,
			`/_matrix/client/v3/./user/${alice}/account_data/org.example`,
			`/account/..${base}/user/${alice}/account_data/org.example`,
		];
		for (const path of paths) {
			const lines = [`GET ${path} HTTP/1.1`, "Host: x", `Authorization: Bearer ${theirs.accessToken}`];
			const answer = await rawRequest(server.port, lines);
			assert.match(answer, /^HTTP\/1\.1 4\d\d /, path);
			assert.doesNotMatch(answer, /of alice/, path);
		}
		const own = await rawRequest(server.port, [
			`GET ${base}/user/${alice}/account_data/org.example HTTP/1.1`,
			...["Host: x", `Authorization: Bearer ${phone.accessToken}`],
		]);
		assert.match(own, /of alice/, "and read by its owner it is there");
	});

	test("of a page is as guarded as the page", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		const reference = path.split("/").at(-1) ?? "";
		const paths = [
			...[`${path}/`, `/${path}`, `${path};x`, `${path}%00`, `${path}?x`, `/account/./reset/${reference}`],
			...[`/Account/reset/${reference}`, `/account/reset/%2e/${reference}`, `/account//reset/${reference}`],
			...[
				`/login/..${path}`,
				`/account/reset/${encodeURIComponent(reference)}%20`,
				`/%61ccount/reset/${reference}`,
			],
		];
		for (const each of paths) {
			const answer = await rawRequest(world.server.port, [`GET ${each} HTTP/1.1`, "Host: x"]);
			assert.match(answer, /^HTTP\/1\.1 (303|404|400) /, each);
			assert.doesNotMatch(answer, /PHONEALICE|Example App|@alice/, each);
		}
	});

	test("of the introspection and token endpoints is not another way past their checks", async () => {
		await using world = await openAttackWorld();
		const body = `token=${world.phone.accessToken}`;
		for (const path of [
			"/oauth2//introspect",
			"/oauth2/introspect/",
			"/oauth2/Introspect",
			"/oauth2/%69ntrospect",
			"/oauth2/introspect;x",
			"/oauth2/x/../introspect",
			"//oauth2/introspect",
			"/oauth2/introspect%00",
			"/token",
			"/introspect",
			"/token/introspection",
			"/oauth2/token/",
			"/request",
			"/session/end",
			"/me",
			"/reg",
			"/jwks",
		]) {
			const lines = [
				`POST ${path} HTTP/1.1`,
				"Host: x",
				"Content-Type: application/x-www-form-urlencoded",
				`Content-Length: ${body.length}`,
			];
			const answer = await rawRequest(world.server.port, lines, body);
			assert.match(answer, /^HTTP\/1\.1 (40\d|415) /, path);
			assert.doesNotMatch(answer, /"active":true|access_token/, path);
		}
	});
});

describe("header smuggling", () => {
	const smuggled = "GET /_matrix/client/v3/account/whoami HTTP/1.1\r\nHost: x\r\n\r\n";
	const start =
		"POST /oauth2/revoke HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";

	test("a request with two lengths, or a length and chunks, is refused and its connection closed", async () => {
		await using server = await startServer();
		const requests = [
			`${start}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start}Content-Length: 0\r\nContent-Length: 6\r\n\r\n${smuggled}`,
			`${start}Content-Length: 0, 6\r\n\r\n${smuggled}`,
			`${start}Content-Length: +6\r\n\r\n${smuggled}`,
			`${start}Content-Length: 0x6\r\n\r\n${smuggled}`,
			`${start}Content-Length: -1\r\n\r\n${smuggled}`,
			`${start}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start}Transfer-Encoding: chunked\r\n\r\n0x5\r\ntoken\r\n0\r\n\r\n${smuggled}`,
			`${start}X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start}X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
			`${start} Folded: value\r\n\r\n${smuggled}`,
			`POST /oauth2/revoke HTTP/1.1\r\n\r\n${smuggled}`,
			`GET /x\r\ny HTTP/1.1\r\nHost: x\r\n\r\n${smuggled}`,
			`GET /login HTTP/0.9\r\nHost: x\r\n\r\n${smuggled}`,
		];
		for (const request of requests) {
			const answer = await rawExchange(server.port, request);
			assert.match(answer, /^HTTP\/1\.1 400 /, JSON.stringify(request.slice(60, 160)));
			assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, "what follows is not read as a request");
			assert.doesNotMatch(answer, /M_MISSING_TOKEN/);
		}
		assert.deepEqual(server.faults, []);
	});

	test("a header that is too large is refused, and a target that is no path", async () => {
		await using server = await startServer();
		const huge = await rawRequest(server.port, [
			"GET /login HTTP/1.1",
			"Host: x",
			`X: ${"x".repeat(20_000)}`,
		]);
		assert.match(huge, /^HTTP\/1\.1 431 /);
		const long = await rawRequest(server.port, [`GET /login?${"x".repeat(20_000)} HTTP/1.1`, "Host: x"]);
		assert.match(long, /^HTTP\/1\.1 4(31|14) /);
		const many = await rawRequest(server.port, [
			...["GET /login HTTP/1.1", "Host: x"],
			...Array.from({ length: 3_000 }, (_each, index) => `X${index}: x`),
		]);
		assert.match(many, /^HTTP\/1\.1 (431|200) /);
		for (const target of ["*", "evil.example:80", "http://", "login", "?x"]) {
			const answer = await rawRequest(server.port, [`GET ${target} HTTP/1.1`, "Host: x"]);
			assert.doesNotMatch(answer, /^HTTP\/1\.1 (2|3|5)/, target);
		}
		const tunnel = await rawRequest(server.port, ["CONNECT 127.0.0.1:22 HTTP/1.1", "Host: x"]);
		assert.doesNotMatch(tunnel, /^HTTP\/1\.1 200/);
		const trace = await rawRequest(server.port, [
			"TRACE /account/ HTTP/1.1",
			"Host: x",
			"Cookie: countersign-session=planted-by-somebody",
		]);
		assert.doesNotMatch(trace, /planted-by-somebody/);
		const upgrade = await rawRequest(server.port, [
			"GET /login HTTP/1.1",
			"Host: x",
			"Upgrade: h2c",
			"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
		]);
		assert.doesNotMatch(upgrade, /^HTTP\/1\.1 101/);
		assert.deepEqual(server.faults, []);
	});

	test("slow and unfinished requests keep nobody else waiting", async () => {
		await using server = await startServer();
		let over = 0;
		const slow = Array.from({ length: 200 }, (_each, index) => {
			const socket = connect(server.port, "127.0.0.1");
			socket.on("error", () => {});
			socket.once("close", () => over++);
			socket.write(
				index % 2 === 0
					? "GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: "
					: "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na",
			);
			return socket;
		});
		try {
			assert.equal((await fetch(new URL("/login", server.url))).status, 200);
			assert.equal(over, 0, "answered while all of them last");
		} finally {
			for (const socket of slow) socket.destroy();
		}
		assert.deepEqual(server.faults, [], "and leaving early is no fault of the server's");
	});

	test("an upload that breaks off halfway changes nothing and spends nothing", async () => {
		await using world = await openAttackWorld();
		const { server, phone, alice } = world;
		const { path } = await world.ask(phone, "second");
		await decide(alice, path, "approve");
		const text = JSON.stringify(identityOf(phone.userId, "second").body);
		for (let at = 1; at < text.length; at += Math.ceil(text.length / 12)) {
			await new Promise<void>((resolve) => {
				const socket = connect(server.port, "127.0.0.1");
				socket.on("error", () => {});
				socket.once("close", () => resolve());
				const head = `POST /_matrix/client/v3/${uploadPath} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${phone.accessToken}\r\n`;
				socket.write(`${head}Content-Length: ${text.length}\r\n\r\n${text.slice(0, at)}`, () => {
					setImmediate(() => socket.destroy());
				});
			});
		}
		assert.equal(await identityNow(server, phone, ["first", "second"]), "first");
		assert.equal((await world.upload(phone, "second")).status, 200, "the approval is still there");
	});
});

describe("another site's script", () => {
	test("may read no page and send no cookie: pages answer no origin, and the API no cookie", async () => {
		await using world = await openAttackWorld();
		const { server, routes } = await startServerWithRoutes();
		await server.close();
		const origin = "https://evil.example";
		for (const { path } of routes.filter((route) =>
			/^\/(account|login|register|logout|interaction)/.test(route.path),
		)) {
			const address = path.replace(/:\w+/, "x");
			for (const method of ["GET", "OPTIONS", "POST"]) {
				const headers = {
					origin,
					"access-control-request-method": "POST",
					"access-control-request-headers": "content-type",
				};
				const answer = await world.alice.send(address, { method, headers });
				await answer.body?.cancel();
				for (const name of answer.headers.keys())
					assert.doesNotMatch(name, /^access-control-/, `${method} ${path}`);
			}
		}
		const cookie = `countersign-session=${world.alice.cookies.get("countersign-session")}`;
		for (const path of ["_matrix/client/v3/account/whoami", "_matrix/client/v3/sync", "oauth2/userinfo"]) {
			const answer = await fetch(new URL(path, world.server.url), { headers: { cookie, origin } });
			assert.equal(answer.status, 401, path);
			assert.equal(answer.headers.get("access-control-allow-origin"), "*");
			assert.equal(answer.headers.get("access-control-allow-credentials"), null, path);
			assert.equal(answer.headers.get("set-cookie"), null, path);
		}
	});

	test("a preflight runs no logic, whatever it carries", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		const revoke = new URLSearchParams({ token: phone.accessToken });
		await fetch(new URL(`oauth2/revoke?${revoke}`, server.url), { method: "OPTIONS" });
		const headers = { authorization: `Bearer ${phone.accessToken}` };
		const before = identityOf(phone.userId, "second").body;
		const body = JSON.stringify(before);
		const answer = await fetch(new URL(`_matrix/client/v3/${uploadPath}`, server.url), {
			method: "OPTIONS",
			headers,
			body,
		});
		assert.equal(answer.status, 204);
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
		assert.doesNotMatch((await world.alice.open("/account/reset")).text, /Waits for your answer/);
	});
});
