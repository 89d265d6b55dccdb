import assert from "node:assert/strict";
import { test } from "node:test";
import { redirectTarget } from "./asking-client.ts";

test("form-action can name the way back to every kind of app", () => {
	assert.equal(redirectTarget("https://app.example.com:5173/cb?x=1"), "https://app.example.com:5173");
	assert.equal(redirectTarget("http://127.0.0.1:49152/cb"), "http://127.0.0.1:49152");
	assert.equal(redirectTarget("http://[::1]:49152/cb"), "http:");
	assert.equal(redirectTarget("com.example.app:/cb"), "com.example.app:");
	assert.equal(redirectTarget("com.example:cb"), "com.example:");
});
