import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { commonBase as baseOf, isOnBase, redirectRule } from "./redirect-uris.ts";

const base = { host: "example.com" };
const elsewhere = { onLoopback: false };
const commonBase = (uri: string) => baseOf(uri, elsewhere);
const isRedirectUri = (uri: string, type: "web" | "native", on: { readonly host: string }) =>
	redirectRule(uri, type, { base: on, ...elsewhere }) === undefined;

describe("redirect URIs (Matrix specification, redirect URI validation)", () => {
	test("the specification's own examples are judged as it says", () => {
		const web = (uri: string) => isRedirectUri(uri, "web", base);
		const native = (uri: string) => isRedirectUri(uri, "native", base);
		assert.ok(web("https://app.example.com/cb"));
		assert.ok(web("https://example.com:5173/?q=1"));
		assert.ok(!web("http://example.com/cb"));
		assert.ok(!web("https://example.com/cb#f"));
		assert.ok(!web("http://localhost/"));
		assert.ok(native("com.example.app:/cb"));
		assert.ok(native("com.example:/"));
		assert.ok(native("com.example:cb"));
		assert.ok(!native("example:/cb"));
		assert.ok(!native("com.example.app://cb"));
		assert.ok(native("http://127.0.0.1/cb"));
		assert.ok(native("http://localhost/cb"));
		assert.ok(native("http://[::1]/cb"));
		assert.ok(native("https://app.example.com/claimed"));
		assert.ok(!native("https://localhost/cb"));
		assert.ok(native("http://localhost:1234/cb"));
	});

	test("no spelling of a foreign, plain or ported address gets through", () => {
		const hostile = [
			"https://evil.com/",
			"https://notexample.com/",
			"https://example.com.evil.com/",
			"https://example.com@evil.com/",
			"https://user:pw@example.com/",
			"https://evil.com\\@example.com/",
			"https://evil.com\\.example.com/",
			"https:/\\evil.com/",
			"https:evil.com",
			"//example.com/",
			"/cb",
			"",
			" https://example.com/",
			"https://example.com/\n",
			"ht\ttps://example.com/",
			"https://example.com/a b",
			"https://example.com./",
			"https://еxample.com/",
			"https://example.com/cb#",
			"http://127.0.0.1:/cb",
			"http://127.0.0.1:0/cb",
			"http://127.0.0.1:080/cb",
			"http://127.0.0.1:65536/cb",
			"http://127.0.0.1:80@evil.com/",
			"http://127.0.0.2/cb",
			"http://127.1/cb",
			"http://2130706433/cb",
			"http://localhost.evil.com/cb",
			"http://localhost@evil.com/",
			"http://127.0.0.1\\@evil.com/",
			"http://[::]/cb",
			"http://0.0.0.0/cb",
			"javascript:alert(1)",
			"data:text/html,x",
			"file:///etc/passwd",
			"com:/cb",
			"com.evil:/cb",
			"com.examplea:/cb",
			"com.example-evil:/cb",
			"com.example.app:\\\\evil",
			"com.example.app:///cb",
			"com.example.app:/cb#f",
			"com.example.app:/<script>",
			"example.com:/cb",
			"example.com.app:/cb",
		];
		for (const uri of hostile) {
			assert.ok(!isRedirectUri(uri, "native", base), `native ${uri}`);
			assert.ok(!isRedirectUri(uri, "web", base), `web ${uri}`);
		}
	});

	test("a web client gets neither loopback nor private schemes", () => {
		for (const uri of ["http://127.0.0.1/cb", "com.example.app:/cb"])
			assert.ok(!isRedirectUri(uri, "web", base), uri);
	});
});

describe("on a server that is reached on loopback alone", () => {
	const here = { onLoopback: true };

	test("an app that is tried out there may be on loopback, too, over http and by any kind of client", () => {
		const dev = baseOf("http://localhost:5173/", here);
		assert.deepEqual(dev, { host: "localhost", isLoopback: true });
		assert.ok(dev !== undefined);
		for (const uri of ["http://localhost:5173/cb", "http://127.0.0.1:5173/", "http://[::1]/cb"])
			assert.equal(redirectRule(uri, "web", { base: dev, ...here }), undefined, uri);
		assert.ok(isOnBase("http://localhost:5173/logo.png", dev));
		assert.ok(!isOnBase("http://127.0.0.1:5173/logo.png", dev));
		assert.ok(!isOnBase("https://localhost/logo.png", dev));
		for (const uri of [
			"http://192.168.1.7/cb",
			"http://localhost.evil.com/",
			"https://evil.com/",
			"tsohlacol:/cb",
		])
			assert.ok(redirectRule(uri, "native", { base: dev, ...here }) !== undefined, uri);
		assert.equal(baseOf("http://192.168.1.7/", here), undefined);
		assert.deepEqual(baseOf("https://example.com/", here), { host: "example.com" });
		assert.equal(redirectRule("http://localhost:1/cb", "web", { base, ...here }), undefined);
	});

	test("and elsewhere it may not", () => {
		assert.equal(baseOf("http://localhost:5173/", elsewhere), undefined);
		assert.match(redirectRule("http://localhost:1/cb", "web", { base, ...elsewhere }) ?? "", /example\.com/);
	});
});

describe("client_uri", () => {
	test("sets a base only where it names a host over https", () => {
		assert.deepEqual(commonBase("https://App.Example.com:8443/path?x=1"), { host: "app.example.com" });
		const wrong = [
			"http://example.com/",
			"https://localhost/",
			"https://com/",
			"https://127.0.0.1/",
			"https://[::1]/",
			"https://2130706433/",
			"https://user@example.com/",
			"https://example.com./",
			"https://-example.com/",
			"https://exa_mple.com/",
			"https://",
			"example.com",
			"https://github.io/",
			"https://co.uk/",
			"https://netlify.app/",
		];
		for (const own of ["https://anna.github.io/", "https://anna.co.uk/", "https://a.b.netlify.app/"])
			assert.ok(commonBase(own) !== undefined, own);
		for (const uri of wrong) assert.equal(commonBase(uri), undefined, uri);
	});

	test("covers its host and what is below it, label by label", () => {
		assert.ok(isOnBase("https://example.com/logo.png", base));
		assert.ok(isOnBase("https://cdn.a.example.com:444/logo.png", base));
		assert.ok(!isOnBase("https://myexample.com/logo.png", base));
		assert.ok(!isOnBase("http://example.com/logo.png", base));
		assert.ok(!isOnBase("https://com/logo.png", base));
	});
});
