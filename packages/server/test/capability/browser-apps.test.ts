/** What the script of an app on another site can read of the OAuth endpoints: everything an app outside a browser can. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type RunningServer, startServer } from "../support/server.ts";

const form = "application/x-www-form-urlencoded";
const endpoints: readonly { readonly path: string; readonly methods: readonly string[] }[] = [
	{ path: "oauth2/token", methods: ["POST"] },
	{ path: "oauth2/registration", methods: ["POST"] },
	{ path: "oauth2/device", methods: ["POST"] },
	{ path: "oauth2/revoke", methods: ["POST"] },
	{ path: "oauth2/userinfo", methods: ["GET", "POST"] },
	{ path: "oauth2/keys.json", methods: ["GET"] },
	{ path: ".well-known/openid-configuration", methods: ["GET"] },
	{ path: ".well-known/oauth-authorization-server", methods: ["GET"] },
];

describe("a script on another site", () => {
	let server: RunningServer;
	before(async () => {
		server = await startServer();
	});
	after(() => server.close());

	const ask = (path: string, init: RequestInit = {}) =>
		fetch(new URL(path, server.url), {
			...init,
			redirect: "manual",
			headers: { ...init.headers, origin: "https://app.example" },
		});

	test("may send what apps send, to every endpoint", async () => {
		for (const { path, methods } of endpoints) {
			for (const asked of [{}, preflightOf(methods[0] ?? "GET")]) {
				const answer = await ask(path, { method: "OPTIONS", headers: asked });
				assert.equal(answer.status, 204, path);
				readable(answer, path);
				for (const method of methods)
					assert.ok(listed(answer, "access-control-allow-methods").includes(method.toLowerCase()), path);
				for (const header of ["authorization", "content-type", "x-requested-with"])
					assert.ok(listed(answer, "access-control-allow-headers").includes(header), `${path} ${header}`);
			}
		}
	});

	test("reads what any other method is answered: an OAuth error that names the right ones", async () => {
		for (const { path, methods } of endpoints)
			for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
				if (methods.includes(method)) continue;
				const answer = await ask(path, { method });
				assert.equal(answer.status, 405, `${method} ${path}`);
				assert.deepEqual(
					listed(answer, "allow").toSorted(),
					methods.map((each) => each.toLowerCase()),
				);
				await readsError(answer, `${method} ${path}`);
			}
	});

	test("reads why a body was refused", async () => {
		for (const path of ["oauth2/token", "oauth2/registration", "oauth2/device", "oauth2/revoke"])
			for (const [type, body] of [
				["text/plain", "grant_type=refresh_token"],
				["application/json", "["],
				[form, "token=a&token=b&client_id=a&client_id=b"],
				[form, `token=${"x".repeat(100_000)}`],
				[form, ""],
			] as const) {
				const answer = await ask(path, { method: "POST", headers: { "content-type": type }, body });
				assert.ok([400, 413].includes(answer.status), `${path} ${type} ${answer.status}`);
				await readsError(answer, `${path} ${type}`);
			}
	});

	test("reads the good answers too", async () => {
		for (const { path, methods } of endpoints.filter((each) => each.methods.includes("GET"))) {
			const answer = await ask(path, { method: methods[0] ?? "" });
			readable(answer, path);
			await answer.body?.cancel();
		}
	});

	test("learns how long to wait while an account is locked", async () => {
		const alice = await server.loginDevice({ localpart: "alice", browser: await server.register("alice") });
		await server.change("UPDATE accounts SET locked_at = 1 WHERE localpart = 'alice'");
		const body = new URLSearchParams({
			grant_type: "refresh_token",
			refresh_token: alice.refreshToken,
			client_id: alice.clientId,
		});
		const answer = await ask("oauth2/token", { method: "POST", body });
		assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
		await readsError(answer, "the refresh");
	});

	test("reads nothing of the pages, whichever way it asks", async () => {
		for (const path of ["authorize", "authorize/abc", "login", "account/", "link", "oauth2/introspect"])
			for (const method of ["GET", "POST", "PUT", "OPTIONS"]) {
				const answer = await ask(path, { method, headers: preflightOf("POST") });
				assert.ok(answer.status !== 204, `${method} ${path}`);
				const shown = [...answer.headers.keys()].filter((name) => name.startsWith("access-control-"));
				assert.deepEqual(shown, [], `${method} ${path}`);
				await answer.body?.cancel();
			}
	});

	test("a person whose app posts to the authorization endpoint is told so on a page", async () => {
		for (const method of ["POST", "PUT", "DELETE"]) {
			const answer = await ask("authorize", { method });
			assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET"]);
			assert.match(answer.headers.get("content-type") ?? "", /^text\/html/);
			assert.match(await answer.text(), /go back to the app/i);
		}
	});

	test("what only looks at the authorization endpoint is answered as whoever opens it", async () => {
		const [looked, opened] = [await ask("authorize", { method: "HEAD" }), await ask("authorize")];
		assert.equal(opened.status, 400);
		assert.equal(looked.status, 400);
	});
});

function preflightOf(method: string): Readonly<Record<string, string>> {
	return {
		"access-control-request-method": method,
		"access-control-request-headers": "authorization, content-type, x-requested-with",
	};
}

function listed(answer: Response, header: string): readonly string[] {
	return (answer.headers.get(header) ?? "").toLowerCase().split(/, ?/);
}

function readable(answer: Response, what: string): void {
	assert.equal(answer.headers.get("access-control-allow-origin"), "*", what);
	for (const header of ["retry-after", "www-authenticate"])
		assert.ok(listed(answer, "access-control-expose-headers").includes(header), `${what} ${header}`);
}

async function readsError(answer: Response, what: string): Promise<void> {
	readable(answer, what);
	assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, what);
	assert.equal(answer.headers.get("cache-control"), "no-store", what);
	const body = (await answer.json()) as Readonly<Record<string, unknown>>;
	assert.match(String(body.error), /^[a-z_]+$/, what);
	assert.equal(typeof body.error_description, "string", what);
}
