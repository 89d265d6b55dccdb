/** Apps that register themselves as something they are not, or where codes should not go. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { beginFlow, registerClient } from "../support/oauth-flow.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const onBase = "https://app.example/callback";
/** 60 registrations a minute and address are allowed: a new server for every so many. */
const perServer = 50;

async function assertEach<Case>(
	cases: readonly Case[],
	judge: (server: Pick<RunningServer, "url">, one: Case) => Promise<void>,
) {
	for (let at = 0; at < cases.length; at += perServer) {
		await using server = await startServer(onTheInternet);
		const url = `http://127.0.0.1:${server.port}/`;
		for (const one of cases.slice(at, at + perServer)) await judge({ url }, one);
	}
}

/** A server that is only reached on this machine lets apps be here, too. */
const onTheInternet = {
	behind: { publicBase: "https://auth.example/", trustedProxies: ["127.0.0.1"] },
} as const;

describe("hostile redirect URIs", () => {
	const never = [
		"https://evil.example/",
		"https://app.example.evil.example/",
		"https://evilapp.example/",
		"https://app.example@evil.example/",
		"https://app.example:pw@evil.example/",
		"https://user@app.example/",
		"https://app.example\\.evil.example/",
		"https://app.example%2eevil.example/",
		"https://app.example\u3002evil.example/",
		"https:/app.example/",
		"https:app.example/",
		"https:\\\\app.example/",
		"//app.example/",
		"/callback",
		"callback",
		"",
		" https://app.example/",
		"https://app.example/ ",
		"https://app.example/\ncallback",
		"https://app.example/\u0000",
		"https://app.example/callback#fragment",
		"https://app.example/#",
		"HTTPS://evil.example/",
		"http://app.example/callback",
		"javascript:alert(1)",
		"JaVaScRiPt:alert(1)//https://app.example/",
		"data:text/html,x",
		"vbscript:x",
		"file:///etc/passwd",
		"blob:https://app.example/x",
		"about:blank",
		"intent://x#Intent;end",
		"ws://app.example/",
		"ftp://app.example/",
		"mailto:a@app.example",
		"https://*.app.example/",
		"https://*/",
		"https://example/",
		"https://[::1]/",
		"https://127.0.0.1/",
		`https://app.example/${"x".repeat(2000)}`,
	];
	const neverWeb = ["http://127.0.0.1/cb", "http://localhost/cb", "http://[::1]/cb", "example.app:/cb"];
	const neverNative = [
		"app:/cb",
		"example:/cb",
		"com.evil:/cb",
		"app.example:/cb",
		"example.app://cb/x",
		"example.appevil:/cb",
		"xexample.app:/cb",
		"http://localhost.evil.example/cb",
		"http://localhost@evil.example/cb",
		"http://127.0.0.1.evil.example/cb",
		"http://127.0.0.1:0/cb",
		"http://127.0.0.1:65536/cb",
		"http://127.1/cb",
		"http://2130706433/cb",
		"http://0x7f.1/cb",
		"http://0.0.0.0/cb",
		"http://127.0.0.2/cb",
		"http://192.168.0.1/cb",
		"http://[::ffff:127.0.0.1]/cb",
		"http://localhost./cb",
		"http://LOCALHOST/cb",
		"http://127.0.0.1/cb#x",
		"https://localhost/cb",
	];

	test("are refused for a web client", () =>
		assertEach([...never, ...neverWeb], async (server, uri) => {
			const metadata = { application_type: "web", redirect_uris: [uri] };
			const { status, body } = await registerClient(server, metadata);
			assert.deepEqual([status, body.error], [400, "invalid_redirect_uri"], uri);
		}));

	test("are refused for a native client", () =>
		assertEach([...never, ...neverNative], async (server, uri) => {
			const { status, body } = await registerClient(server, { redirect_uris: [uri] });
			assert.deepEqual([status, body.error], [400, "invalid_redirect_uri"], uri);
		}));

	test("are refused beside good ones, and never left out silently", async () => {
		await using server = await startServer();
		const redirect_uris = [onBase, "https://evil.example/"];
		const { status, body } = await registerClient(server, { application_type: "web", redirect_uris });
		assert.deepEqual([status, body.error], [400, "invalid_redirect_uri"]);
		assert.match(body.error_description, /1/);
		const many = Array.from({ length: 21 }, (_each, index) => `${onBase}/${index}`);
		assert.equal((await registerClient(server, { redirect_uris: many })).status, 400);
	});
});

describe("hostile registrations", () => {
	test("what a client is not allowed to be is refused", () =>
		assertEach<Record<string, unknown>>(
			[
				...[
					"http://app.example/",
					"https://localhost/",
					"https://app/",
					"https://127.0.0.1/",
					"https://[::1]/",
				],
				...["https://example/", "https://com/", "https://user@app.example/", "javascript:x", "", 1, null, []],
			]
				.map((client_uri): Record<string, unknown> => ({ client_uri }))
				.concat(
					{ client_uri: undefined },
					{ token_endpoint_auth_method: "client_secret_post" },
					{ token_endpoint_auth_method: "private_key_jwt", jwks_uri: "http://169.254.169.254/" },
					{ application_type: "service" },
					{ redirect_uris: "https://app.example/" },
					{ redirect_uris: [] },
					{ redirect_uris: [null] },
					{ redirect_uris: { 0: onBase } },
					{ grant_types: ["password"] },
					{ grant_types: ["client_credentials"] },
					{ grant_types: ["implicit"] },
					{ grant_types: "authorization_code" },
					{ response_types: ["token"] },
					{ response_types: ["id_token token"] },
				),
			async (server, changes) => {
				const { status, body } = await registerClient(server, changes);
				assert.equal(status, 400, JSON.stringify(changes));
				assert.match(body.error, /^invalid_/);
			},
		));

	test("what people would be shown of another site, or as no text, is dropped", async () => {
		await using server = await startServer();
		for (const changes of [
			{ client_name: 1 },
			{ client_name: "x".repeat(257) },
			{ client_name: "\ud800" },
			{ "client_name#de": { a: 1 } },
			{ logo_uri: "https://evil.example/logo.png" },
			{ logo_uri: "javascript:alert(1)" },
			{ logo_uri: "http://app.example/logo.png" },
			{ tos_uri: "https://app.example.evil.example/" },
			{ policy_uri: "data:text/html,x" },
			{ "policy_uri#fr": "https://evil.example/" },
		]) {
			const { status, body } = await registerClient(server, changes);
			assert.equal(status, 201, JSON.stringify(changes));
			for (const name of Object.keys(changes)) assert.equal(body[name], undefined, name);
		}
	});

	test("what a server could be made to fetch, trust or keep is dropped", async () => {
		await using server = await startServer();
		const inner = "http://169.254.169.254/latest/meta-data/";
		const { status, body } = await registerClient(server, {
			jwks_uri: inner,
			sector_identifier_uri: inner,
			request_uris: [inner],
			initiate_login_uri: inner,
			backchannel_logout_uri: inner,
			software_statement: "a.b.c",
			client_id: "chosen",
			client_secret: "chosen",
			scope: "urn:synapse:admin:*",
			default_max_age: 0,
			skip_consent: true,
			trusted: true,
			__proto__: { client_name: "x" },
			"x-extra": "y".repeat(1000),
		});
		assert.equal(status, 201);
		const known =
			/^(client_(id|id_issued_at|uri|name)|redirect_uris|application_type|(response|grant)_types|token_endpoint_auth_method)$/;
		for (const name of Object.keys(body)) assert.match(name, known);
		assert.notEqual(body.client_id, "chosen");
	});

	test("a name in the prototype of the body is no member of it", async () => {
		await using server = await startServer();
		const send = async (text: string) => {
			const url = new URL("oauth2/registration", server.url);
			const answer = await fetch(url, { method: "POST", body: text });
			return answer.status;
		};
		const good = JSON.stringify({ client_uri: "https://app.example/", redirect_uris: [onBase] });
		assert.equal(await send(`{"__proto__":${good}}`), 400);
		assert.equal(await send(`{"constructor":{"prototype":${good}}}`), 400);
		assert.equal(await send(good), 201);
	});

	test("one client cannot use the redirect URI of another, nor change what that one registered", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const victim = await registerClient(server, { application_type: "web", redirect_uris: [onBase] });
		const again = await registerClient(server, { application_type: "web", redirect_uris: [onBase] });
		assert.equal(again.body.client_id, victim.body.client_id, "the same metadata are the same client");
		const thief = await registerClient(server, {
			...{ client_uri: "https://evil.example/", application_type: "web" },
			redirect_uris: ["https://evil.example/"],
		});
		const page = await alice.open(
			(await beginFlow(server, { client_id: victim.body.client_id, redirect_uri: "https://evil.example/" }))
				.url,
		);
		assert.deepEqual([page.left, page.status], [undefined, 400]);
		const crossed = await alice.open(
			(await beginFlow(server, { client_id: thief.body.client_id, redirect_uri: onBase })).url,
		);
		assert.deepEqual([crossed.left, crossed.status], [undefined, 400]);
	});

	test("a web client is shown by the host it is returned to, a native one as a claim", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const pretending = { client_name: "Countersign (official)", client_uri: "https://login.evil.example/" };
		const redirect = "https://login.evil.example/cb";
		const web = await alice.open(
			(
				await beginFlow(
					server,
					{ redirect_uri: redirect },
					{ ...pretending, application_type: "web", redirect_uris: [redirect] },
				)
			).url,
		);
		assert.match(web.text, /<strong>login\.evil\.example<\/strong>/);
		const native = await alice.open(
			(await beginFlow(server, {}, { client_uri: "https://bank.example/" })).url,
		);
		assert.doesNotMatch(native.text, /<strong>bank\.example<\/strong>/);
		assert.match(native.text, /Says it is from/);
	});

	test("registering over and over meets a limit and fills nothing", async () => {
		await using server = await startServer();
		const statuses = await Promise.all(
			Array.from(
				{ length: 80 },
				async (_each, index) => (await registerClient(server, { client_name: `App ${index % 2}` })).status,
			),
		);
		assert.deepEqual(new Set(statuses), new Set([201, 429]));
		assert.ok(statuses.filter((status) => status === 429).length >= 20);
	});
});
