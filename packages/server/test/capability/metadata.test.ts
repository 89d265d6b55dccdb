import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accountActions, parseOAuthMetadata } from "@countersign/protocol";
import { type AuthorizationWorld, openAuthorizationWorld } from "../support/authorization-world.ts";
import { random } from "../support/session-world.ts";

describe("authorization server metadata (RFC 8414)", () => {
	let world: AuthorizationWorld;

	before(async () => {
		world = await openAuthorizationWorld();
	});
	after(() => world.close());

	const read = async (name: string) => {
		const response = await fetch(`${world.base}.well-known/${name}`, {
			headers: { "x-forwarded-host": "evil" },
		});
		return { response, body: (await response.json()) as Record<string, unknown> };
	};

	test("holds every required member, and the same under both names and for the homeserver", async () => {
		const { response, body } = await read("openid-configuration");
		assert.equal(response.status, 200);
		assert.equal(response.headers.get("access-control-allow-origin"), "*");
		assert.ok(parseOAuthMetadata(body).ok);
		assert.deepEqual((await read("oauth-authorization-server")).body, body);
		assert.deepEqual(JSON.parse(JSON.stringify(world.authorization.metadata)), body);
	});

	test("every address is on the public base, under the paths tools know", async () => {
		const { body } = await read("openid-configuration");
		const paths = {
			issuer: "",
			authorization_endpoint: "authorize",
			token_endpoint: "oauth2/token",
			registration_endpoint: "oauth2/registration",
			device_authorization_endpoint: "oauth2/device",
			revocation_endpoint: "oauth2/revoke",
			userinfo_endpoint: "oauth2/userinfo",
			jwks_uri: "oauth2/keys.json",
			account_management_uri: "account/",
			"org.matrix.msc4191.account_management_uri": "account/",
		};
		for (const [name, path] of Object.entries(paths)) assert.equal(body[name], world.base + path, name);
	});

	test("promises what is kept: all account actions, S256 alone, the device grant", async () => {
		const { body } = await read("openid-configuration");
		assert.deepEqual(body.account_management_actions_supported, accountActions);
		assert.deepEqual(body["org.matrix.msc4191.account_management_actions_supported"], accountActions);
		assert.deepEqual(body.code_challenge_methods_supported, ["S256"]);
		assert.deepEqual(body.grant_types_supported, [
			"authorization_code",
			"refresh_token",
			"urn:ietf:params:oauth:grant-type:device_code",
		]);
		assert.deepEqual(body.response_modes_supported, ["query", "fragment"]);
		assert.deepEqual(body.token_endpoint_auth_methods_supported, ["none"]);
		assert.deepEqual(body.login_hint_types_supported, ["mxid"]);
		assert.equal(body.introspection_endpoint, undefined, "it is for the homeserver, which knows its path");
		assert.deepEqual(body.prompt_values_supported, ["create", "login"]);
	});

	test("registration of people is promised only while it is open", async () => {
		const closed = await openAuthorizationWorld({ openRegistration: false });
		assert.deepEqual(closed.authorization.metadata.prompt_values_supported, ["login"]);
		await closed.close();
	});

	test("the signing key is the same after a restart", async () => {
		const keys = async () =>
			JSON.stringify(world.rows("SELECT value FROM settings WHERE name = 'signing-key'"));
		const before = await keys();
		const { createAuthorization } = await import("../../src/authorization/index.ts");
		await createAuthorization({
			...{ storage: world.storage, clock: world.clock, sessions: world.sessions, publicBase: world.base },
			newRateLimiter: world.storage.newRateLimiter,
			...{ random, openRegistration: true, findPerson: async () => undefined, report: () => {} },
			secretKey: new Uint8Array(32),
		});
		assert.equal(await keys(), before);
	});
});
