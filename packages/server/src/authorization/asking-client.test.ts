import assert from "node:assert/strict";
import { test } from "node:test";
import { askingClient, redirectTarget } from "./asking-client.ts";
import type { ClientMetadata } from "./ports.ts";

test("form-action can name the way back to every kind of app", () => {
	assert.equal(redirectTarget("https://app.example.com:5173/cb?x=1"), "https://app.example.com:5173");
	assert.equal(redirectTarget("http://127.0.0.1:49152/cb"), "http://127.0.0.1:49152");
	assert.equal(redirectTarget("http://[::1]:49152/cb"), "http:");
	assert.equal(redirectTarget("com.example.app:/cb"), "com.example.app:");
	assert.equal(redirectTarget("com.example:cb"), "com.example:");
});

test("a consent page shows of an app what it registered, and nothing in the place of what it did not", () => {
	const registered: ClientMetadata = {
		...{ application_type: "web", localized: {}, redirect_uris: ["https://app.example.com/cb"] },
		...{ response_types: ["code"], grant_types: ["authorization_code"], token_endpoint_auth_method: "none" },
		client_uri: "https://app.example.com:8443/about",
	};
	const of = (metadata: ClientMetadata) => askingClient({ id: "c", metadata, createdAt: 1 });
	const always = { id: "c", uri: "https://app.example.com:8443/about", host: "app.example.com" };
	assert.deepEqual(of(registered), always);
	const links = { logo_uri: "https://x/l", tos_uri: "https://x/t", policy_uri: "https://x/p" };
	assert.deepEqual(of({ ...registered, ...links, client_name: "App" }), {
		...{ ...always, name: "App" },
		...{ logoUri: "https://x/l", tosUri: "https://x/t", policyUri: "https://x/p" },
	});
});
