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

	test("every address is on the public base, under the paths tools know, and nothing is promised but what is kept", async () => {
		const { body } = await read("openid-configuration");
		const at = (path: string) => world.base + path;
		const actions = {
			account_management_uri: at("account/"),
			account_management_actions_supported: accountActions,
		};
		// The introspection endpoint is for the homeserver, which knows its path.
		assert.deepEqual(body, {
			issuer: at(""),
			authorization_endpoint: at("authorize"),
			token_endpoint: at("oauth2/token"),
			registration_endpoint: at("oauth2/registration"),
			device_authorization_endpoint: at("oauth2/device"),
			revocation_endpoint: at("oauth2/revoke"),
			userinfo_endpoint: at("oauth2/userinfo"),
			jwks_uri: at("oauth2/keys.json"),
			response_types_supported: ["code"],
			response_modes_supported: ["query", "fragment"],
			grant_types_supported: [
				"authorization_code",
				"refresh_token",
				"urn:ietf:params:oauth:grant-type:device_code",
			],
			code_challenge_methods_supported: ["S256"],
			token_endpoint_auth_methods_supported: ["none"],
			revocation_endpoint_auth_methods_supported: ["none"],
			prompt_values_supported: ["create", "login"],
			login_hint_types_supported: ["mxid"],
			scopes_supported: ["openid", "urn:matrix:client:api:*", "urn:matrix:org.matrix.msc2967.client:api:*"],
			acr_values_supported: ["urn:countersign:acr:one-factor", "urn:countersign:acr:two-factors"],
			subject_types_supported: ["public"],
			id_token_signing_alg_values_supported: ["ES256"],
			claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "at_hash"],
			authorization_response_iss_parameter_supported: true,
			claims_parameter_supported: false,
			request_parameter_supported: false,
			request_uri_parameter_supported: false,
			...actions,
			"org.matrix.msc4191.account_management_uri": actions.account_management_uri,
			"org.matrix.msc4191.account_management_actions_supported": actions.account_management_actions_supported,
		});
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
			...{ secretKey: new Uint8Array(32), programKey: new Uint8Array(32) },
		});
		assert.equal(await keys(), before);
	});
});
