import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claims } from "./device-session.ts";

const named = (name: unknown) => claims(JSON.stringify({ client_name: name }));

describe("what a client says of itself", () => {
	test("is its name and its address", () => {
		const metadata = JSON.stringify({ client_name: "App", client_uri: "https://app.example/" });
		assert.deepEqual(claims(metadata), { name: "App", uri: "https://app.example/" });
	});

	test("is nothing where it says nothing, or what is neither", () => {
		for (const metadata of ["{}", "[]", "null", "1", "not JSON", "", '{"client_name":1,"client_uri":{}}'])
			assert.deepEqual(claims(metadata), {}, metadata);
	});

	test("is shown up to a hundred characters, whatever they are made of", () => {
		assert.deepEqual(named("x".repeat(101)), { name: "x".repeat(100) });
		assert.deepEqual(named("😀".repeat(101)), { name: "😀".repeat(100) });
	});

	test("holds nothing that hides or reorders what surrounds it", () => {
		assert.deepEqual(named(" \u202eApp\u0000\u200b\ud800 One "), { name: "App One" });
		assert.deepEqual(named(" \u202e "), {});
	});
});
