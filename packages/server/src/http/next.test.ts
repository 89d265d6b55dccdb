import assert from "node:assert/strict";
import { test } from "node:test";
import { safeNext } from "./next.ts";

test("our own pages are kept, with the whole query", () => {
	for (const kept of [
		"/account/",
		"/account/reset/abc?action=org.matrix.cross_signing_reset&device_id=A%2FB",
		"/account/devices/A%20B",
		"/interaction/xyz",
		"/link",
		"/link?code=BCDF-GHJK",
		"/link/BCDF-GHJK",
	]) {
		assert.equal(safeNext(kept), kept);
	}
	assert.equal(safeNext("/account?action=x"), "/account/?action=x");
});

test("anything else leads home", () => {
	for (const hostile of [
		undefined,
		"",
		"https://evil.example/account/",
		"//evil.example/account/",
		"/\\evil.example/account/",
		"\\\\evil.example",
		"/account/\\evil",
		"javascript:alert(1)//account/",
		" /account/",
		"/\t/evil.example",
		"/account/\r\nset-cookie: a=b",
		"/account/../login",
		"/account/%2e%2e/login",
		"/account/%2E%2E%2Flogin",
		"/account/%252e%252e/login",
		"/account//evil.example",
		"/account/%5cevil",
		"/account/%0d%0aset-cookie:x",
		"/accountant/",
		"/interaction",
		"/links",
		"/link/../login",
		"/login?next=/account/",
		"/oauth2/token",
		"/@evil.example/account/",
		"/account/é",
		`/account/${"x".repeat(5000)}`,
	]) {
		assert.equal(safeNext(hostile), "/account/", String(hostile));
	}
});
