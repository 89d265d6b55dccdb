import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isHttpUrl } from "./index.ts";

describe("a URL to open", () => {
	for (const url of [
		"https://auth.example.org/account/?action=org.matrix.cross_signing_reset&request=a%2Fb#x",
		"http://127.0.0.1:8008/",
		"http://localhost",
		"HTTPS://Example.ORG",
		"https://example.org?x=[1]",
		"https://[::1]:8448/path",
		"https://example.org./",
		"https://example.org/@alice:example.org",
		"https://example.org:65535/",
		"https://255.10.0.9/",
		"https://4.example.org/",
	])
		test(`${url} is plain`, () => assert.ok(isHttpUrl(url)));

	for (const url of [
		"",
		"https://",
		"https:///path",
		"https:example.org",
		"https:/example.org",
		"//example.org",
		"/account",
		"javascript:alert(1)",
		"data:text/html,x",
		"element://example.org",
		"ftp://example.org",
		"https://bank.example@evil.example/",
		"https://bank.example:443@evil.example/",
		"https://user:pass@example.org/",
		"https://@example.org/",
		"https://evil.example\\@bank.example/",
		"https:\\\\example.org",
		"https://example.org\\path",
		" https://example.org",
		"https://example.org ",
		"https://example.org/a b",
		"ht\ntps://example.org",
		"java\tscript:alert(1)//https://example.org",
		"https://example.org/\nX-Header: 1",
		"https://example.org\n",
		"https://ex\u00e4mple.org",
		"https://example.org/\u202egnp.exe",
		"https://evil。example/",
		"https://bank.example%2eevil.example/",
		"https://example.org:/",
		"https://example.org:99999/",
		"https://example.org:80:80/",
		"https://[::1/",
		"https://.example.org",
		"https://2130706433/",
		"https://0x7f.1/",
		"https://127.1/",
		"https://127.0.0.01/",
		"https://127.0.0.256/",
		"https://1.2.3.4.5/",
		"https://127.0.0.1./",
		"https://-example.org",
		'https://example.org/"onclick="x',
		"https://example.org/<script>",
	])
		test(`${JSON.stringify(url)} is not`, () => assert.equal(isHttpUrl(url), false));

	test("a long hostile text is refused at once", () => {
		assert.equal(isHttpUrl(`https://${"a-".repeat(500_000)}`), false);
	});

	test("browsers read the same host out of whatever is accepted", () => {
		const piece = fc.constantFrom(
			"https://",
			"http:",
			"//",
			"a.example",
			"@",
			"\\",
			"/",
			"?",
			"#",
			":",
			"80",
			"[::1]",
			" ",
			"\t",
			"%00",
			"é",
		);
		const text = fc.oneof(
			fc.webUrl(),
			fc.array(piece, { maxLength: 8 }).map((all) => all.join("")),
		);
		fc.assert(
			fc.property(text, (url) => {
				if (!isHttpUrl(url) || !URL.canParse(url)) return;
				const { hostname, username, password } = new URL(url);
				assert.equal(/^[a-z]+:\/\/([^/?#:[]+|\[[^\]]+\])/i.exec(url)?.[1]?.toLowerCase(), hostname);
				assert.equal(username + password, "");
			}),
		);
	});
});
