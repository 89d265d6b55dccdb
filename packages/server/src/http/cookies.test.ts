import assert from "node:assert/strict";
import { test } from "node:test";
import { createCookies } from "./cookies.ts";

const plain = createCookies({ publicBase: "http://localhost:8008/" });
const secure = createCookies({ publicBase: "https://account.example.org/" });
const sent = (cookie: string) => new Request("http://localhost/", { headers: { cookie } });

test("cookies are out of reach of scripts, other sites and, over https, of subdomains", () => {
	const line = "countersign-session=abc; Path=/; HttpOnly; SameSite=Lax";
	assert.equal(plain.write("session", "abc"), line);
	assert.equal(secure.write("session", "abc", 60.9), `__Host-${line}; Secure; Max-Age=60`);
	assert.match(secure.clear("session"), /^__Host-countersign-session=; .*; Max-Age=0$/);
});

test("a cookie is read back", () => {
	assert.equal(plain.read(sent("a=b; countersign-session=abc_-1; c=d"), "session"), "abc_-1");
	assert.equal(plain.read(sent("countersign-sessions=abc"), "session"), undefined);
	assert.equal(secure.read(sent("countersign-session=abc"), "session"), undefined);
});

test("a cookie that came twice, or that we never wrote, is none", () => {
	assert.equal(plain.read(sent("countersign-session=a; countersign-session=b"), "session"), undefined);
	assert.equal(plain.read(sent("countersign-session="), "session"), undefined);
	assert.equal(plain.read(sent(`countersign-session=${"x".repeat(300)}`), "session"), undefined);
	assert.equal(plain.read(sent('countersign-session="a b"'), "session"), undefined);
});
