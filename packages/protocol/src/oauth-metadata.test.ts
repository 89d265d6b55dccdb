import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseOAuthMetadata } from "./index.ts";

const required = {
	issuer: "https://auth.example.org/",
	authorization_endpoint: "https://auth.example.org/authorize",
	token_endpoint: "https://auth.example.org/oauth2/token",
	revocation_endpoint: "https://auth.example.org/oauth2/revoke",
	registration_endpoint: "https://auth.example.org/oauth2/registration",
	response_types_supported: ["code"],
	grant_types_supported: ["authorization_code", "refresh_token"],
	response_modes_supported: ["query", "fragment"],
	code_challenge_methods_supported: ["S256"],
};
const optional = {
	prompt_values_supported: ["create"],
	device_authorization_endpoint: "https://auth.example.org/oauth2/device",
	account_management_uri: "https://auth.example.org/account/",
	account_management_actions_supported: ["org.matrix.profile"],
	jwks_uri: "https://auth.example.org/oauth2/keys.json",
	introspection_endpoint: "https://auth.example.org/oauth2/introspect",
	userinfo_endpoint: "https://auth.example.org/oauth2/userinfo",
	scopes_supported: ["openid"],
	token_endpoint_auth_methods_supported: ["none"],
	acr_values_supported: ["urn:example:reauth"],
	authorization_response_iss_parameter_supported: true,
};

function outcome(body: unknown): string {
	const parsed = parseOAuthMetadata(body);
	return parsed.ok ? "ok" : parsed.refusal.errcode;
}

describe("server metadata (RFC 8414, auth_metadata)", () => {
	test("with the required members is enough", () => {
		assert.deepEqual(parseOAuthMetadata(required), { ok: true, value: required });
	});

	test("keeps every known optional member and nothing else", () => {
		const value = { ...required, ...optional };
		assert.deepEqual(parseOAuthMetadata({ ...value, "org.example": 1, claims_supported: ["sub"] }), {
			ok: true,
			value,
		});
	});

	test("leaves out optional members of the wrong type", () => {
		const junk = Object.fromEntries(Object.keys(optional).map((name) => [name, { a: 1 }]));
		assert.deepEqual(parseOAuthMetadata({ ...required, ...junk }), { ok: true, value: required });
		const hostile = { ...required, account_management_uri: "javascript:alert(1)" };
		assert.deepEqual(parseOAuthMetadata(hostile), { ok: true, value: required });
	});

	test("is read under the unstable account management names, the stable ones first", () => {
		const unstable = {
			"org.matrix.msc4191.account_management_uri": "https://auth.example.org/old/",
			"org.matrix.msc4191.account_management_actions_supported": ["org.matrix.device_view"],
			"org.matrix.msc4191.jwks_uri": "https://auth.example.org/never",
		};
		const value = {
			...required,
			account_management_uri: "https://auth.example.org/old/",
			account_management_actions_supported: ["org.matrix.device_view"],
		};
		assert.deepEqual(parseOAuthMetadata({ ...required, ...unstable }), { ok: true, value });
		const both = parseOAuthMetadata({ ...required, ...unstable, ...optional });
		assert.deepEqual(both, { ok: true, value: { ...required, ...optional } });
	});

	for (const name of Object.keys(required)) {
		test(`without ${name}: M_MISSING_PARAM`, () => {
			const parsed = parseOAuthMetadata({ ...required, [name]: undefined });
			assert.ok(!parsed.ok && parsed.refusal.errcode === "M_MISSING_PARAM");
			assert.match(parsed.refusal.error, new RegExp(`${name}$`));
		});
		for (const junk of [null, 1, {}, [1], "", "not a url", []])
			test(`with ${name} as ${JSON.stringify(junk)}: M_BAD_JSON`, () =>
				assert.equal(outcome({ ...required, [name]: junk }), "M_BAD_JSON"));
	}

	const traps: readonly (readonly [string, object])[] = [
		["an issuer with a query", { issuer: "https://auth.example.org/?a" }],
		["an issuer with a fragment", { issuer: "https://auth.example.org/#a" }],
		["an endpoint with a fragment", { token_endpoint: "https://auth.example.org/token#" }],
		["an endpoint with user information", { token_endpoint: "https://auth.example.org@evil.example/" }],
		["a relative endpoint", { authorization_endpoint: "/authorize" }],
		["an endpoint of another scheme", { authorization_endpoint: "javascript:alert(1)" }],
		["no code", { response_types_supported: ["id_token"] }],
		["no refresh", { grant_types_supported: ["authorization_code"] }],
		["no fragment mode", { response_modes_supported: ["query"] }],
		["only plain PKCE", { code_challenge_methods_supported: ["plain"] }],
	];
	for (const [what, change] of traps)
		test(`with ${what}: M_BAD_JSON`, () => assert.equal(outcome({ ...required, ...change }), "M_BAD_JSON"));

	for (const body of [null, [], "x", new Map()])
		test(`${String(body) || "[]"} is none`, () => assert.equal(outcome(body), "M_BAD_JSON"));

	test("members of __proto__ do not count", () => {
		assert.equal(outcome(JSON.parse(`{"__proto__":${JSON.stringify(required)}}`)), "M_MISSING_PARAM");
	});

	test("no input crashes the parser", () => {
		const change = fc.dictionary(
			fc.constantFrom(...Object.keys({ ...required, ...optional })),
			fc.anything(),
		);
		const body = fc.oneof(
			fc.anything(),
			change.map((members) => ({ ...required, ...members })),
		);
		fc.assert(
			fc.property(body, (input) => assert.match(outcome(input), /^(ok|M_BAD_JSON|M_MISSING_PARAM)$/)),
		);
	});
});
