/** Ketesa and element-admin against the admin API: how they sign in, and every request they send. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AdminWorld, openAdminWorld } from "../support/admin-api.ts";
import { elementAdminRequests, ketesaRequests, type ToolRequest } from "../support/mas-tools.ts";
import { beginFlow, codeOf } from "../support/oauth-flow.ts";
import { startUpstreamProvider } from "../support/upstream-provider.ts";

const origin = "https://ketesa.example";

describe("tools that were written for MAS", () => {
	let world: AdminWorld;
	let provider: Awaited<ReturnType<typeof startUpstreamProvider>>;
	let ids: Readonly<Record<string, string>>;
	before(async () => {
		provider = await startUpstreamProvider();
		world = await openAdminWorld({ upstream: [provider.config()] });
		await world.server.register("bob");
		const bob = await world.idOf("bob");
		const older = await world.server.loginDevice({ localpart: "bob" });
		await world.server.change(
			`UPDATE sessions SET client_id = 'legacy' WHERE device_id = '${older.deviceId}'`,
		);
		await world.server.loginDevice({ localpart: "bob" });
		const first = async (path: string): Promise<string> => (await world.ask("GET", path)).body.data[0].id;
		const make = async (path: string, body: object): Promise<string> => {
			const made = await world.ask("POST", path, { body });
			assert.equal(made.status, 201, JSON.stringify(made.body));
			return made.body.data.id;
		};
		const service = await first("upstream-oauth-providers");
		const scope = "urn:matrix:client:api:*";
		ids = {
			...{ bob, provider: service, browser: await first(`user-sessions?filter[user]=${bob}`) },
			...{
				compat: await first("compat-sessions"),
				app: await first(`oauth2-sessions?filter[user]=${bob}`),
				email: await make("user-emails", { user_id: bob, email: "bob@example.org" }),
				token: await make("personal-sessions", { actor_user_id: bob, human_name: "Bot", scope }),
				link: await make("upstream-oauth-links", { user_id: bob, provider_id: service, subject: "s" }),
				registration: await make("user-registration-tokens", {}),
			},
		};
	});
	after(async () => {
		await world[Symbol.asyncDispose]();
		await provider[Symbol.asyncDispose]();
	});

	const filled = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name);

	async function send({ method, path, body, status, reads = [] }: ToolRequest): Promise<void> {
		const [at = "", query] = filled(path).split("?");
		// As URLSearchParams has them.
		const url = `/api/admin/v1/${at}${query === undefined ? "" : `?${new URLSearchParams(query)}`}`;
		const response = await fetch(new URL(url, world.server.url), {
			method,
			headers: {
				...{ authorization: `Bearer ${world.token}`, accept: "application/json", origin },
				...(body !== undefined && { "content-type": "application/json" }),
			},
			body: body === undefined ? null : filled(JSON.stringify(body)),
		});
		const text = await response.text();
		assert.equal(response.status, status, `${method} ${path}: ${text}`);
		assert.equal(response.headers.get("access-control-allow-origin"), "*");
		const answered = text === "" ? undefined : JSON.parse(text);
		world.holdToDocument({ method, path: `/api/admin/v1/${at}`, status, body: answered });
		if (status === 204) return void assert.equal(text, "");
		const { data } = JSON.parse(text);
		if (path.includes("count=only")) assert.equal(typeof JSON.parse(text).meta.count, "number");
		const all = Array.isArray(data) ? data : [data];
		if (reads.length > 0) assert.ok(all.length > 0, `${method} ${path} tells of nothing`);
		for (const one of all)
			for (const name of reads) assert.notEqual(one.attributes[name], undefined, `${method} ${path} ${name}`);
	}

	async function signIn(scope: string, registration: object, redirectUri: string) {
		const preflight = async (path: string, method: string) => {
			const asked = await fetch(new URL(path, world.server.url), {
				method: "OPTIONS",
				headers: { origin, "access-control-request-method": method },
			});
			assert.ok(asked.ok, `${path} ${asked.status}`);
			assert.equal(asked.headers.get("access-control-allow-origin"), "*", path);
			assert.match(asked.headers.get("access-control-allow-headers") ?? "", /authorization/i, path);
		};
		const metadata = await world.server.metadata();
		for (const path of [metadata.registration_endpoint, metadata.token_endpoint])
			await preflight(path, "POST");
		await preflight("/api/admin/v1/users", "GET");
		const registered = await fetch(metadata.registration_endpoint, {
			method: "POST",
			headers: { origin, "content-type": "application/json" },
			body: JSON.stringify(registration),
		});
		const client = (await registered.json()) as { client_id: string; redirect_uris: readonly string[] };
		assert.equal(registered.status, 201, JSON.stringify(client));
		assert.equal(client.redirect_uris[0], redirectUri);
		const flow = await beginFlow(world.server, {
			scope,
			client_id: client.client_id,
			redirect_uri: redirectUri,
		});
		const code = await codeOf(world.server.browser(), flow, "alice");
		const buy = async (form: Readonly<Record<string, string>>) => {
			const response = await fetch(metadata.token_endpoint, {
				...{ method: "POST", headers: { origin } },
				body: new URLSearchParams({ ...form, client_id: client.client_id }),
			});
			const tokens = (await response.json()) as Readonly<Record<string, string>>;
			assert.equal(response.status, 200, JSON.stringify(tokens));
			assert.equal(response.headers.get("access-control-allow-origin"), "*");
			return tokens;
		};
		const tokens = await buy({
			...{ grant_type: "authorization_code", code },
			...{ code_verifier: flow.verifier, redirect_uri: redirectUri },
		});
		return buy({ grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "" });
	}

	test("Ketesa registers, signs in by the unstable names, refreshes, and is let in", async () => {
		const redirectUri = `${origin}/auth-callback/`;
		const tokens = await signIn(
			[
				...["openid", "urn:matrix:org.matrix.msc2967.client:api:*"],
				"urn:matrix:org.matrix.msc2967.client:device:KETESADEVICE",
				...["urn:synapse:admin:*", "urn:mas:admin"],
			].join(" "),
			{
				...{ client_name: "Ketesa", client_uri: origin, response_types: ["code"] },
				...{ grant_types: ["authorization_code", "refresh_token"], redirect_uris: [redirectUri] },
				...{ id_token_signed_response_alg: "RS256", token_endpoint_auth_method: "none" },
				...{ application_type: "web", logo_uri: `${origin}/logo.webp` },
			},
			redirectUri,
		);
		const { token_endpoint } = await world.server.metadata();
		assert.match(token_endpoint, /\/oauth2\/token$/, "by which it knows that there is such an API");
		assert.equal((await world.ask("GET", "site-config", { token: tokens.access_token ?? "" })).status, 200);
	});

	for (const request of elementAdminRequests)
		test(`element-admin: ${request.method} ${request.path}`, () => send(request));
	for (const request of ketesaRequests)
		test(`Ketesa: ${request.method} ${request.path}`, () => send(request));
});
