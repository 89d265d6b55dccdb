/** Signing an app in through the pages, over HTTP, with the real engine behind them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import type { FormBrowser } from "../support/form-browser.ts";
import { fillSignIn, password, type RunningServer, startServer } from "../support/server.ts";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const redirectUri = "http://127.0.0.1/callback";

async function register({ url }: RunningServer): Promise<string> {
	const response = await fetch(`${url}oauth2/registration`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({
			application_type: "native",
			client_name: "Example App",
			client_uri: "https://app.example/",
			redirect_uris: [redirectUri],
			response_types: ["code"],
			grant_types: ["authorization_code", "refresh_token"],
			token_endpoint_auth_method: "none",
		}),
	});
	const { client_id: clientId } = (await response.json()) as { client_id: string };
	assert.equal(response.status, 201);
	return clientId;
}

async function authorizePath(server: RunningServer, changes: Readonly<Record<string, string>> = {}) {
	const challenge = createHash("sha256").update(verifier).digest("base64url");
	return `/authorize?${new URLSearchParams({
		client_id: await register(server),
		response_type: "code",
		redirect_uri: redirectUri,
		scope: "urn:matrix:client:api:* urn:matrix:client:device:DEVICEAAAA",
		state: "state-1",
		code_challenge: challenge,
		code_challenge_method: "S256",
		...changes,
	})}`;
}

/** What the app is told at the end. */
function told(page: { readonly left?: URL | undefined; readonly title: string }) {
	assert.ok(page.left !== undefined, `the app is returned to, not “${page.title}”`);
	assert.equal(`${page.left.origin}${page.left.pathname}`, redirectUri);
	return page.left.searchParams;
}

const press = async (browser: FormBrowser, path: string, label: string) =>
	browser.press(await browser.open(path), label);

describe("an app is signed in", () => {
	test("after signing in and allowing it; the same way asks again the next time", async () => {
		await using server = await startServer();
		await server.register("alice");
		const browser = server.browser();
		const path = await authorizePath(server, { login_hint: "@alice:localhost" });
		const page = await fillSignIn(browser, await browser.open(path), "alice");
		assert.equal(page.title, "Let this app sign in?");
		const params = told(await browser.press(page, "Allow"));
		assert.ok((params.get("code") ?? "").length > 20);
		assert.equal(params.get("state"), "state-1");
		assert.equal((await browser.open(path)).title, "Let this app sign in?", "consent is not remembered");
	});

	test("after registering, where the app asks for that", async () => {
		await using server = await startServer();
		const browser = server.browser();
		const page = await browser.open(await authorizePath(server, { prompt: "create" }));
		assert.equal(page.title, "Create an account");
		const asked = await browser.press(page, "Create account", { username: "alice", password });
		assert.equal(asked.title, "Let this app sign in?");
		assert.ok(told(await browser.press(asked, "Allow")).has("code"));
	});

	test("with a new account, where the app asks for one and somebody is signed in", async () => {
		await using server = await startServer();
		const browser = await server.register("alice");
		const page = await browser.open(await authorizePath(server, { prompt: "create" }));
		const form = await browser.press(page, "Make a new account");
		assert.equal(form.title, "Create an account");
		const asked = await browser.press(form, "Create account", { username: "bob", password });
		assert.match(asked.text, /@bob:localhost/);
		assert.ok(told(await browser.press(asked, "Allow")).has("code"));
	});

	test("not when the person cancels: the app hears of it and gets no code", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const params = told(await press(alice, await authorizePath(server), "Cancel"));
		assert.equal(params.get("error"), "access_denied");
		assert.equal(params.has("code"), false);
	});

	test("with prompt=login only after the password was entered once more", async () => {
		let behindMs = 60_000;
		await using server = await startServer({ clock: () => Date.now() - behindMs });
		const alice = await server.register("alice");
		behindMs = 0;
		const page = await alice.open(await authorizePath(server, { prompt: "login" }));
		assert.equal(page.title, "Confirm it is you");
		const asked = await fillSignIn(alice, page, "alice");
		assert.equal(asked.title, "Let this app sign in?");
		assert.ok(told(await alice.press(asked, "Allow")).has("code"));
	});
});

describe("a sign-in that was begun", () => {
	test("in one browser cannot be answered in another, whoever is signed in there", async () => {
		await using server = await startServer();
		const mallory = await server.register("mallory");
		const alice = await server.register("alice");
		const begun = await mallory.open(await authorizePath(server));
		assert.equal(begun.title, "Let this app sign in?");
		const planted = await alice.open(begun.url.pathname);
		assert.deepEqual([planted.status, planted.title], [404, "This sign-in is over"]);
	});

	test("is answered once: a form sent again after that is told the same answer", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		for (const [label, name] of [
			["Allow", "code"],
			["Cancel", "error"],
		] as const) {
			const page = await alice.open(await authorizePath(server));
			const first = told(await alice.press(page, label)).get(name);
			assert.ok(first !== null);
			for (const again of ["Allow", "Cancel"])
				assert.equal(told(await alice.press(page, again)).get(name), first, `${again} after ${label}`);
			const shown = await alice.open(page.url.pathname);
			assert.equal(shown.title, label === "Allow" ? "Allowed" : "Refused");
		}
	});
});
