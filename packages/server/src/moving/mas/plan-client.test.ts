import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planClient } from "./plan-client.ts";
import type { MasClient } from "./ports.ts";

const client: MasClient = {
	...{ id: "01J0000000E008000000000061", name: "App", createdAt: 5, isStatic: false, applicationType: null },
	...{
		clientUri: "https://app.example/",
		logoUri: null,
		tosUri: null,
		policyUri: "http://app.example/policy",
	},
	redirectUris: ["https://app.example/back"],
	grants: { authorizationCode: true, refreshToken: true, deviceCode: false, clientCredentials: false },
	...{ authMethod: "none", encryptedSecret: null, idTokenAlgorithm: null },
};
const means = {
	...{ publicBase: "https://account.example/", encryptionKey: Buffer.alloc(32), now: 9 },
	algorithms: ["ES256", "RS256"],
};

function metadataOf(changes: Partial<MasClient>) {
	const plan = planClient({ ...client, ...changes }, means);
	assert.ok(plan.ok, JSON.stringify(plan));
	return plan.app.metadata;
}

describe("an app of MAS", () => {
	test("keeps its id and what it said of itself", () => {
		const plan = planClient(client, means);
		assert.ok(plan.ok);
		assert.deepEqual(plan.app, {
			...{ id: client.id, createdAt: 5, isStatic: false },
			metadata: {
				...{ application_type: "web", client_uri: "https://app.example/", client_name: "App" },
				redirect_uris: ["https://app.example/back"],
				response_types: ["code"],
				grant_types: ["authorization_code", "refresh_token"],
				token_endpoint_auth_method: "none",
				id_token_signed_response_alg: "RS256",
				localized: {},
			},
		});
	});

	test("signs people in by each of the ways that it has, and goes on refreshing", () => {
		const none = {
			authorizationCode: false,
			refreshToken: false,
			deviceCode: false,
			clientCredentials: true,
		};
		for (const [grants, grant_types] of [
			[{ authorizationCode: true }, ["authorization_code", "refresh_token"]],
			[{ refreshToken: true }, ["refresh_token"]],
			[{ deviceCode: true }, ["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]],
		] as const)
			assert.deepEqual(metadataOf({ grants: { ...none, ...grants } }).grant_types, grant_types);
	});

	test("that says little of itself is from now, and has no name", () => {
		const plan = planClient({ ...client, name: null, createdAt: null, policyUri: null }, means);
		assert.ok(plan.ok);
		const { createdAt, metadata } = plan.app;
		assert.deepEqual([plan.name, createdAt, "client_name" in metadata], ["", 9, false]);
		const pages = {
			...{ logoUri: "https://app.example/logo", tosUri: "https://app.example/tos" },
			policyUri: "https://app.example/policy",
		};
		const { logo_uri, tos_uri, policy_uri } = metadataOf(pages);
		assert.deepEqual({ logoUri: logo_uri, tosUri: tos_uri, policyUri: policy_uri }, pages);
	});

	test("is native where an address of it is none of a web page, whatever it says", () => {
		for (const applicationType of [null, "web", "native"])
			assert.equal(metadataOf({ applicationType, redirectUris: ["app:/x"] }).application_type, "native");
		assert.equal(metadataOf({ applicationType: "native" }).application_type, "native");
	});

	test("loses the addresses that would take the whole app along, and no others", () => {
		const { redirect_uris: web } = metadataOf({
			redirectUris: ["http://intra.example/x", "https://app.example/#x", "https://", "https://app.example/y"],
		});
		assert.deepEqual(web, ["http://intra.example/x", "https://app.example/y"]);
		const native = ["app:/x", "http://127.0.0.1/x", "http://[::1]/x", "https://app.example/x"];
		const { redirect_uris: kept } = metadataOf({
			redirectUris: [...native, "http://intra.example/x", "https://localhost/x", "javascript:x"],
		});
		assert.deepEqual(kept, native);
	});

	test("that has no address left goes on refreshing", () => {
		const { grant_types: grants, response_types: responses } = metadataOf({ redirectUris: ["javascript:x"] });
		assert.deepEqual([grants, responses], [["refresh_token"], []]);
	});

	test("without a page is shown under the first address it returns to, else the server's", () => {
		assert.equal(metadataOf({ clientUri: null }).client_uri, "https://app.example/back");
		assert.equal(
			metadataOf({ clientUri: null, redirectUris: ["app:/x"] }).client_uri,
			"https://account.example/",
		);
	});

	test("signs by what it asks for where there is such a key", () => {
		assert.equal(metadataOf({ idTokenAlgorithm: "ES256" }).id_token_signed_response_alg, "ES256");
		assert.equal(metadataOf({ idTokenAlgorithm: "PS512" }).id_token_signed_response_alg, undefined);
	});

	test("comes with a word for the operator where something of it does not come along", () => {
		const noteOf = (changes: Partial<MasClient>) => {
			const plan = planClient({ ...client, ...changes }, means);
			assert.ok(plan.ok);
			return [plan.name, plan.note];
		};
		assert.deepEqual(noteOf({}), ["App", undefined]);
		// As MAS keeps every app of its settings file, whatever it is for.
		const all = { authorizationCode: true, refreshToken: true, deviceCode: true, clientCredentials: true };
		assert.deepEqual(noteOf({ grants: all }), ["App", undefined]);
		assert.deepEqual(noteOf({ grants: all, redirectUris: [], name: null }), [
			"",
			"names no address to return to: if it is a machine (client_credentials), programs allow lets it administer accounts",
		]);
		assert.deepEqual(noteOf({ redirectUris: [], grants: { ...all, clientCredentials: false } }), [
			"App",
			undefined,
		]);
		assert.deepEqual(noteOf({ redirectUris: ["app:/x", "http://intra.example/x"] }), [
			"App",
			"cannot return to http://intra.example/x here",
		]);
	});

	test("is left, with the reason, where it cannot show who it is", () => {
		const machine = {
			authorizationCode: false,
			refreshToken: false,
			deviceCode: false,
			clientCredentials: true,
		};
		for (const [changes, why] of [
			[{ authMethod: "private_key_jwt" }, /private_key_jwt/],
			[{ authMethod: "client_secret_jwt", encryptedSecret: "x" }, /client_secret_jwt/],
			[{ authMethod: "client_secret_post" }, /secrets\.encryption/],
			[{ authMethod: "client_secret_post", encryptedSecret: "AAAA" }, /secrets\.encryption/],
			[{ authMethod: "client_secret_basic", encryptedSecret: btoa("x".repeat(60)) }, /secrets\.encryption/],
			[{ grants: machine }, /client_credentials/],
		] as const) {
			const plan = planClient({ ...client, ...changes }, means);
			assert.ok(!plan.ok && why.test(plan.means), JSON.stringify(plan));
		}
	});
});
