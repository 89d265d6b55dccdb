/** How many requests a login takes: each is a wait for the person, and work for the server. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createPkce, createState } from "@countersign/client";
import { fillSignIn, password, startServer } from "../support/server.ts";

/** Every request from now on, without what is drawn for it. */
function requestsOf(t: TestContext): readonly string[] {
	const requests: string[] = [];
	const { fetch } = globalThis;
	t.mock.method(globalThis, "fetch", (url: string | URL, init?: RequestInit) => {
		const path = new URL(url).pathname.replace(/^\/interaction\/.*/, "/interaction/:uid");
		requests.push(`${init?.method ?? "GET"} ${path}`);
		return fetch(url, init);
	});
	return requests;
}

test("a login takes seven requests: metadata, registration, four of the browser, and one for the tokens", async (t) => {
	await using server = await startServer();
	await server.register("alice");
	const requests = requestsOf(t);
	await server.loginDevice({ localpart: "alice" });
	assert.deepEqual(requests, [
		"GET /_matrix/client/v1/auth_metadata",
		"POST /oauth2/registration",
		"GET /authorize",
		"POST /login",
		"GET /interaction/:uid",
		"POST /interaction/:uid",
		"POST /oauth2/token",
	]);
});

test("a login in a browser that is signed in takes six", async (t) => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const requests = requestsOf(t);
	await server.loginDevice({ localpart: "alice", browser });
	assert.deepEqual(requests.slice(2), [
		"GET /authorize",
		"GET /interaction/:uid",
		"POST /interaction/:uid",
		"POST /oauth2/token",
	]);
});

test("the sign-in that is shown at once is the one that the page of the request would have led to", async () => {
	await using server = await startServer();
	await server.register("alice");
	const metadata = await server.metadata();
	const { client_id } = (await (
		await fetch(metadata.registration_endpoint, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				client_uri: "https://app.example/",
				redirect_uris: ["http://127.0.0.1/callback"],
				application_type: "native",
				token_endpoint_auth_method: "none",
			}),
		})
	).json()) as { client_id: string };
	const { challenge } = await createPkce();
	const asked = (more: Readonly<Record<string, string>>) =>
		`/authorize?${new URLSearchParams({
			...{ client_id, redirect_uri: "http://127.0.0.1/callback", response_type: "code" },
			scope: "urn:matrix:client:api:* urn:matrix:client:device:ALICEPHONE",
			...{ state: createState(), code_challenge: challenge, code_challenge_method: "S256", ...more },
		})}`;
	const browser = server.browser();
	const shown = await browser.open(asked({ login_hint: "mxid:@alice:localhost" }));
	assert.deepEqual([shown.status, shown.title, shown.headers.get("location")], [200, "Sign in", null]);
	assert.match(shown.text, /name="username"[^>]*value="alice"/);
	assert.match(shown.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
	assert.match(shown.headers.get("cache-control") ?? "", /no-store/);
	const cookies = shown.headers.getSetCookie().map((line) => line.replace(/=.*?;/, ";").toLowerCase());
	assert.equal(cookies.length, 2, "the request's, and the one that the form is tied to");
	assert.ok(cookies.some((line) => /path=\/interaction\/[\w-]+;/.test(line)));
	// Another one, begun meanwhile in the same browser, does not disturb it.
	await browser.open(asked({}));
	const consent = await fillSignIn(browser, shown, "alice");
	assert.match(consent.url.pathname, /^\/interaction\//);
	assert.equal((await browser.press(consent, "Allow", { password })).left?.pathname, "/callback");
	const creating = await server.browser().open(asked({ prompt: "create" }));
	assert.deepEqual([creating.status, creating.title], [200, "Create an account"]);
});
