import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { clientLimits, parseClientMetadata } from "./client-metadata.ts";

const body = {
	client_uri: "https://example.com/",
	redirect_uris: ["https://app.example.com/cb"],
};
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

const parse = (changes: Readonly<Record<string, unknown>>) => parseClientMetadata({ ...body, ...changes });

function error(changes: Readonly<Record<string, unknown>>): string | undefined {
	const parsed = parse(changes);
	return parsed.ok ? undefined : parsed.error;
}

describe("client metadata (Matrix specification, client registration)", () => {
	test("what is left out has the defaults of RFC 7591, but never a secret", () => {
		const parsed = parse({});
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value, {
			...body,
			application_type: "web",
			token_endpoint_auth_method: "none",
			response_types: ["code"],
			grant_types: ["authorization_code"],
			localized: {},
		});
	});

	test("unknown grant types, response types and members are ignored", () => {
		const parsed = parse({
			grant_types: ["authorization_code", "refresh_token", "implicit", "urn:example"],
			response_types: ["code", "code id_token", "token"],
			software_statement: "x",
			client_secret: "mine",
			client_id: "mine",
			scope: "everything",
			__proto__: { polluted: true },
		});
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value.grant_types, ["authorization_code", "refresh_token"]);
		assert.deepEqual(parsed.value.response_types, ["code"]);
		assert.ok(!("client_id" in parsed.value) && !("scope" in parsed.value) && !("polluted" in parsed.value));
	});

	test("a device that cannot receive redirects may register without them", () => {
		const parsed = parse({ grant_types: [deviceGrant, "refresh_token"], redirect_uris: undefined });
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value.redirect_uris, []);
		assert.deepEqual(parsed.value.response_types, []);
		assert.deepEqual(parsed.value.grant_types, ["refresh_token", deviceGrant]);
	});

	test("translated names and addresses are kept, under the rules of the plain ones", () => {
		const french = { "client_name#fr": "Une appli", "tos_uri#pt-BR": "https://example.com/br" };
		const parsed = parse({ ...french, "client_name#": "no tag", "redirect_uris#fr": "x" });
		assert.ok(parsed.ok);
		assert.deepEqual(parsed.value.localized, french);
		assert.equal(error({ "tos_uri#fr": "https://evil.com/" }), "invalid_client_metadata");
		assert.equal(error({ "client_name#fr": "x".repeat(300) }), "invalid_client_metadata");
		const many = Array.from({ length: 100 }, (_, at) => [`client_name#x${at}`, "x"] as const);
		assert.equal(error(Object.fromEntries(many)), "invalid_client_metadata");
	});

	test("what cannot be honoured is refused", () => {
		const rows: [Record<string, unknown>, string][] = [
			[{ client_uri: undefined }, "invalid_client_metadata"],
			[{ client_uri: "http://example.com/" }, "invalid_client_metadata"],
			[{ client_uri: 1 }, "invalid_client_metadata"],
			[{ client_uri: `https://example.com/${"x".repeat(2000)}` }, "invalid_client_metadata"],
			[{ application_type: "desktop" }, "invalid_client_metadata"],
			[{ token_endpoint_auth_method: "client_secret_basic" }, "invalid_client_metadata"],
			[{ client_name: 1 }, "invalid_client_metadata"],
			[{ client_name: "x".repeat(clientLimits.nameLength + 1) }, "invalid_client_metadata"],
			[{ client_name: "\ud800" }, "invalid_client_metadata"],
			[{ logo_uri: "https://evil.com/logo.png" }, "invalid_client_metadata"],
			[{ logo_uri: "http://example.com/logo.png" }, "invalid_client_metadata"],
			[{ tos_uri: "javascript:alert(1)" }, "invalid_client_metadata"],
			[{ policy_uri: ["https://example.com/"] }, "invalid_client_metadata"],
			[{ grant_types: ["implicit"] }, "invalid_client_metadata"],
			[{ grant_types: "authorization_code" }, "invalid_client_metadata"],
			[{ response_types: ["token"] }, "invalid_client_metadata"],
			[{ response_types: {} }, "invalid_client_metadata"],
			[{ redirect_uris: undefined }, "invalid_redirect_uri"],
			[{ redirect_uris: [] }, "invalid_redirect_uri"],
			[{ redirect_uris: "https://example.com/" }, "invalid_client_metadata"],
			[{ redirect_uris: ["https://example.com/", 1] }, "invalid_client_metadata"],
			[{ redirect_uris: ["https://example.com/", "https://evil.com/"] }, "invalid_redirect_uri"],
			[{ redirect_uris: [`https://example.com/${"x".repeat(2000)}`] }, "invalid_redirect_uri"],
			[
				{ redirect_uris: Array.from({ length: 21 }, (_, at) => `https://example.com/${at}`) },
				"invalid_redirect_uri",
			],
		];
		for (const [changes, expected] of rows)
			assert.equal(error(changes), expected, JSON.stringify(changes).slice(0, 80));
	});

	test("what is not an object is no request", () => {
		for (const wrong of [null, [], "x", 1, undefined]) {
			const parsed = parseClientMetadata(wrong);
			assert.equal(parsed.ok ? undefined : parsed.error, "invalid_request");
		}
	});
});
