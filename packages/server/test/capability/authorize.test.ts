import assert from "node:assert/strict";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { after, before, describe, test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import {
	type AuthorizationWorld,
	authorizePath,
	browser,
	consentOf,
	exchangeForm,
	freshDevice,
	nativeClient,
	openAuthorizationWorld,
	request,
	scope,
	without,
} from "../support/authorization-world.ts";
import { alice, bob } from "../support/session-world.ts";

describe("the authorization endpoint (RFC 6749 section 4.1.1)", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register();
	});
	after(() => world.close());

	const ask = (changes: Record<string, string>) => world.authorize(request(client, changes));

	test("the answer reaches the app by query, and by fragment when asked", async () => {
		const query = await ask({ response_mode: "query" });
		assert.ok(query.location.startsWith("http://127.0.0.1/callback?code="), query.location);
		const fragment = await ask({ response_mode: "fragment" });
		assert.ok(fragment.location.startsWith("http://127.0.0.1/callback#code="), fragment.location);
		assert.equal(fragment.params.get("state"), "state-1");
		assert.equal(fragment.params.get("iss"), world.base);
	});

	test("a web address is answered as its app asks, and by query when it asks for nothing", async () => {
		const address = "https://app.example.org/callback";
		const web = await world.register({
			...{ ...nativeClient, application_type: "web" },
			redirect_uris: [address],
		});
		for (const [mode, mark] of [
			[{}, "?"],
			[{ response_mode: "query" }, "?"],
			[{ response_mode: "fragment" }, "#"],
		] as const) {
			const asked = { redirect_uri: address, scope: scope(freshDevice()), ...mode };
			const { location } = await world.authorize(request(web, asked));
			assert.ok(location.startsWith(`${address}${mark}code=`), location);
		}
	});

	test("the request is remembered in a cookie that under https no neighbour on plain http can plant", async () => {
		const remembered = async ({ base, register }: AuthorizationWorld) => {
			const url = new URL(authorizePath(request(await register())), base);
			const answer = await fetch(url, { redirect: "manual" });
			assert.equal(answer.status, 303);
			return answer.headers.getSetCookie().map((line) => line.replace(/=[^;]+/, ""));
		};
		const names = (lines: readonly string[]) => lines.map((line) => line.split(";")[0]);
		assert.deepEqual(names(await remembered(world)), ["countersign_interaction"]);
		const behind = await openAuthorizationWorld({ publicBase: "https://auth.example.org/" });
		const lines = await remembered(behind);
		await behind.close();
		assert.deepEqual(names(lines), ["__Secure-countersign_interaction"]);
		assert.match(lines[0] ?? "", /; secure/i);
	});

	test("PKCE cannot be left out or weakened, by any client", async () => {
		const plain = await ask({ code_challenge_method: "plain" });
		assert.equal(plain.params.get("error"), "invalid_request");
		for (const missing of [
			["code_challenge"],
			["code_challenge_method"],
			["code_challenge", "code_challenge_method"],
		]) {
			const { params } = await world.authorize(without(request(client), ...missing));
			assert.deepEqual(
				[params.get("error"), params.get("code"), params.get("state")],
				["invalid_request", null, "state-1"],
			);
		}
	});

	test("a scope that is not exactly an api and one device is refused before anybody is asked", async () => {
		const [api, device] = scope().split(" ");
		const refused = [
			"",
			"openid",
			`${api}`,
			`${device}`,
			`${scope()} urn:matrix:client:device:ANOTHERONE`,
			`${scope()}\toffline_access`,
			"offline_access",
			"urn:matrix:client:api:* urn:matrix:client:device:short",
			`urn:matrix:client:api:* urn:matrix:org.matrix.msc2967.client:device:DEVICEAAAA`,
		];
		for (const wrong of refused) {
			for (const prompt of [{}, { prompt: "consent" }, { prompt: "login" }]) {
				const { params } = await ask({ scope: wrong, ...prompt });
				assert.deepEqual([params.get("error"), params.get("code")], ["invalid_scope", null], wrong);
				assert.equal(params.get("state"), "state-1");
			}
		}
	});

	test("what is not known of a scope is left out, and the token response says what was granted", async () => {
		for (const [more, prompt] of [
			["email", {}],
			["offline_access", {}],
			["offline_access", { prompt: "consent" }],
			["urn:mas:admin", {}],
		] as const) {
			const known = scope(freshDevice());
			const { params } = await ask({ scope: `${more} openid ${known}`, ...prompt });
			const code = params.get("code") ?? "";
			const { body } = await world.exchange(exchangeForm(client, code));
			assert.equal(body.scope, `openid ${known}`, more);
			const refresh = { grant_type: "refresh_token", client_id: client };
			const again = await world.exchange({ ...refresh, refresh_token: String(body.refresh_token) });
			assert.equal(again.body.scope, `openid ${known}`, "and so does a refresh");
		}
		const admins = await openAuthorizationWorld({ admin: true });
		const id = await admins.register();
		const asked = `${scope(freshDevice())} urn:mas:admin`;
		const code = (await admins.authorize(request(id, { scope: asked }))).params.get("code") ?? "";
		assert.equal((await admins.exchange(exchangeForm(id, code))).body.scope, asked);
		await admins.close();
	});

	test("prompt=none, form_post, request objects, other response types and foreign resources go back as errors", async () => {
		const rows: [Record<string, string>, string][] = [
			[{ prompt: "none" }, "login_required"],
			[{ response_mode: "form_post" }, "unsupported_response_mode"],
			[{ response_mode: "form_post", scope: "wrong" }, "unsupported_response_mode"],
			[{ response_mode: "web_message" }, "unsupported_response_mode"],
			[{ request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
			[{ request_uri: "https://evil.example/" }, "request_uri_not_supported"],
			[{ request_uri: "urn:ietf:params:oauth:request_uri:a" }, "request_uri_not_supported"],
			[{ response_type: "token" }, "unsupported_response_type"],
			[{ response_type: "code id_token" }, "unsupported_response_type"],
			[{ resource: "https://evil.example/" }, "invalid_target"],
			[{ prompt: "unknown" }, "invalid_request"],
		];
		for (const [changes, error] of rows) {
			const { params, location } = await ask(changes);
			assert.equal(params.get("error"), error, location);
			assert.equal(params.get("state"), "state-1");
		}
	});

	test("with an unknown client or address the browser stays here", async () => {
		const wrong = [
			request("unknown"),
			request(client, { redirect_uri: "https://evil.example/" }),
			request(client, { redirect_uri: "http://127.0.0.1.evil.example/callback" }),
			request(client, { redirect_uri: "http://127.0.0.1/other" }),
			request(client, { redirect_uri: "http://user@127.0.0.1/callback" }),
			request(client, { redirect_uri: "http://localhost/callback" }),
			request(client, { redirect_uri: "javascript:alert(1)" }),
			request(client, { redirect_uri: "https://evil.example/", scope: "wrong" }),
			request(client, { redirect_uri: "https://evil.example/", response_mode: "form_post" }),
			without(request(client), "redirect_uri"),
			without(request(client), "client_id"),
		];
		for (const asked of wrong) {
			const response = await fetch(`${world.base}${authorizePath(asked)}`, { redirect: "manual" });
			assert.equal(response.status, 400, JSON.stringify(asked));
			assert.equal(response.headers.get("location"), null);
		}
		const twice = `${authorizePath(request(client))}&redirect_uri=https%3A%2F%2Fevil.example`;
		const repeated = await fetch(world.base + twice, { redirect: "manual" });
		assert.deepEqual([repeated.status, repeated.headers.get("location")], [400, null]);
	});

	test("a refusal page shows what a request said as text only", async () => {
		const asked = request("<script>alert(1)</script>", { redirect_uri: "https://evil.example/<b>" });
		const response = await fetch(`${world.base}${authorizePath(asked)}`, { redirect: "manual" });
		assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
	});

	test("any loopback port is accepted, for that address and path", async () => {
		const { location } = await ask({ redirect_uri: "http://127.0.0.1:49152/callback" });
		assert.ok(location.startsWith("http://127.0.0.1:49152/callback?code="));
	});

	test("a forged Host or forwarding header changes no address in any answer", async () => {
		const path = `/${authorizePath(request(client))}`;
		const forged = {
			host: "evil.example",
			"x-forwarded-host": "evil.example",
			"x-forwarded-proto": "https",
			"x-forwarded-for": "10.9.8.7",
			forwarded: "host=evil.example",
		};
		const answer = await raw(world.base, path, forged);
		assert.equal(answer.status, 303);
		assert.match(answer.headers.location ?? "", /^\/interaction\//);
		const cookie = String(answer.headers["set-cookie"]);
		const id = /countersign_interaction=([\w-]+)/.exec(cookie)?.[1];
		const [row] = world.rows(
			"SELECT payload FROM engine_records WHERE kind = 'Interaction' ORDER BY rowid DESC",
		);
		assert.ok(id);
		assert.ok(!String(row?.payload).includes("evil"), String(row?.payload));
		assert.ok(String(row?.payload).includes(`${world.base}authorize/`));
		assert.ok(!String(row?.payload).includes(id), "the interaction's id is stored in clear");
		const absolute = await raw(world.base, `http://evil.example${path}`, { host: "evil.example" });
		assert.ok(absolute.status >= 400 && absolute.headers.location === undefined);
	});
});

describe("answering an authorization request", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register({ ...nativeClient, tos_uri: "https://app.example.org/tos" });
	});
	after(() => world.close());

	test("the page learns what the app asked for", async () => {
		const device = freshDevice();
		await world.signIn({ deviceId: asDeviceId(device), clientId: client });
		const seen: unknown[] = [];
		world.page.answer = async (pair) => {
			seen.push(await world.authorization.interactions.details(pair, alice));
			seen.push(await world.authorization.interactions.details(pair, bob));
			return world.authorization.interactions.grant(pair, consentOf(alice, 1));
		};
		await world.authorize(request(client, { scope: scope(device), login_hint: "mxid:@alice:localhost" }));
		const [known, unknown] = seen as Record<string, unknown>[];
		assert.deepEqual(
			{ ...known, uid: 0, createdAt: 0, expiresAt: 0, scope: 0 },
			{
				...{ ok: true, uid: 0, createdAt: 0, expiresAt: 0, scope: 0 },
				client: {
					id: client,
					name: "An app",
					uri: "https://app.example.org/",
					host: "app.example.org",
					tosUri: "https://app.example.org/tos",
				},
				redirectUri: "http://127.0.0.1/callback",
				redirectTarget: "http://127.0.0.1",
				deviceKnown: true,
				prompt: "consent",
				loginHint: "@alice:localhost",
			},
		);
		assert.equal(unknown?.deviceKnown, false);
	});

	test("saying no tells the app, and no code exists", async () => {
		world.page.answer = (pair) => world.authorization.interactions.deny(pair, consentOf(alice, 1));
		const { params } = await world.authorize(request(client));
		assert.deepEqual(
			[params.get("error"), params.get("code"), params.get("state")],
			["access_denied", null, "state-1"],
		);
	});

	test("the admin scope is for administrators alone", async () => {
		const asked = request(client, { scope: `${scope(freshDevice())} urn:synapse:admin:*` });
		world.page.answer = agree(world);
		const { params } = await world.authorize(asked);
		assert.deepEqual([params.get("error"), params.get("code")], ["invalid_scope", null]);
		const admins = await openAuthorizationWorld({ admin: true });
		const admitted = await admins.authorize({ ...asked, client_id: await admins.register() });
		assert.ok(admitted.params.get("code"));
		await admins.close();
	});

	test("prompt=login and max_age want a proof as fresh as they say", async () => {
		const now = Date.now();
		const outcomes: string[] = [];
		const answerWith = (provedAt: number) => {
			world.page.answer = async (pair) => {
				const outcome = await world.authorization.interactions.grant(pair, consentOf(alice, provedAt));
				outcomes.push(outcome.ok ? "ok" : outcome.reason);
				return outcome.ok ? outcome : world.authorization.interactions.deny(pair, consentOf(alice, 1));
			};
		};
		answerWith(now - 60_000);
		await world.authorize(request(client, { prompt: "login" }));
		await world.authorize(request(client, { max_age: "30", scope: `openid ${scope()}` }));
		await world.authorize(request(client, { max_age: "120", scope: `openid ${scope()}` }));
		answerWith(now + 2_000);
		await world.authorize(request(client, { prompt: "login", scope: scope(freshDevice()) }));
		assert.deepEqual(outcomes, ["proof-needed", "proof-needed", "ok", "ok"]);
		// Entered before the clock was put back, and so long before the request.
		answerWith(world.clock() + 5_001);
		await world.authorize(request(client, { prompt: "login", scope: scope(freshDevice()) }));
		await world.authorize(request(client, { max_age: "30", scope: `openid ${scope(freshDevice())}` }));
		assert.deepEqual(outcomes.slice(4), ["proof-needed", "proof-needed"]);
	});

	test("prompt=create asks for a new account, and says so where nobody may register too", async () => {
		const closed = await openAuthorizationWorld({ openRegistration: false });
		for (const each of [world, closed]) {
			const prompts: unknown[] = [];
			each.page.answer = async (pair) => {
				const details = await each.authorization.interactions.details(pair);
				prompts.push(details.ok && details.prompt);
				return agree(each)(pair);
			};
			const id = await each.register();
			const { params } = await each.authorize(request(id, { prompt: "create", scope: scope(freshDevice()) }));
			assert.ok(params.get("code"));
			assert.deepEqual(prompts, ["create"]);
		}
		await closed.close();
	});

	test("two people in one browser, one after the other: each is asked, no page of the engine appears", async () => {
		const visitor = browser(world.base);
		const devices: string[] = [];
		for (const accountId of [alice, bob]) {
			world.page.answer = (pair) => world.authorization.interactions.grant(pair, consentOf(accountId, 1));
			const deviceId = freshDevice();
			const asked = await visitor.open(authorizePath(request(client, { scope: scope(deviceId) })));
			assert.match(asked.headers.get("location") ?? "", /^\/interaction\//);
			const answered = await visitor.open(asked.headers.get("location") ?? "");
			const code = new URL(answered.headers.get("location") ?? "").searchParams.get("code") ?? "";
			const form = { grant_type: "authorization_code", client_id: client, code };
			const verified = {
				redirect_uri: "http://127.0.0.1/callback",
				code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
			};
			const { body } = await world.exchange({ ...form, ...verified });
			devices.push(String(body.access_token));
		}
		const callers = await Promise.all(devices.map((token) => world.sessions.authenticate(token, {})));
		assert.deepEqual(
			callers.map((caller) => caller.ok && caller.caller.accountId),
			[alice, bob],
		);
		assert.ok(![...visitor.jar.keys()].some((name) => name.includes("engine")));
	});

	test("a planted engine cookie changes nothing and none is set", async () => {
		world.page.answer = agree(world);
		const visitor = browser(world.base);
		visitor.jar.set("countersign_engine", { value: "planted", path: "/" });
		const asked = await visitor.open(authorizePath(request(client, { scope: scope(freshDevice()) })));
		const names = asked.headers.getSetCookie().map((cookie) => cookie.split("=", 1)[0]);
		assert.deepEqual(names.sort(), ["countersign_interaction"]);
		for (const cookie of asked.headers.getSetCookie()) assert.match(cookie, /httponly/i);
		for (const cookie of asked.headers.getSetCookie()) assert.match(cookie, /samesite=lax/i);
		const answered = await visitor.open(asked.headers.get("location") ?? "");
		assert.match(answered.headers.get("location") ?? "", /[?]code=/);
		assert.ok(!answered.headers.getSetCookie().some((cookie) => cookie.startsWith("countersign_engine")));
	});
});

function agree(world: AuthorizationWorld): AuthorizationWorld["page"]["answer"] {
	return (pair) => world.authorization.interactions.grant(pair, consentOf(alice, 1));
}

function raw(base: string, path: string, headers: Readonly<Record<string, string>>) {
	const { hostname, port } = new URL(base);
	return new Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }>(
		(resolve, reject) => {
			const sent = httpRequest({ hostname, port, path, headers }, (answer) => {
				answer.resume();
				resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
			});
			sent.on("error", reject);
			sent.end();
		},
	);
}

test("an address that begins too many sign-ins has to wait, and nothing is kept of what is too much", async () => {
	const world = await openAuthorizationWorld();
	try {
		const client = await world.register();
		const begin = () => fetch(world.base + authorizePath(request(client)), { redirect: "manual" });
		for (let count = 0; count < 120; count++) assert.equal((await begin()).status, 303);
		const refused = await begin();
		assert.equal(refused.status, 429);
		assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
		assert.equal(world.rows("SELECT * FROM engine_records").length, 120);
		const exchange = await world.exchange(exchangeForm(client, "unknown"));
		assert.equal(exchange.status, 400, "apps that are signed in are not held up");
	} finally {
		await world.close();
	}
});
