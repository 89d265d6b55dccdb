import assert from "node:assert/strict";
import { test } from "node:test";
import {
	isPlainHttp,
	parseRedirectUrl,
	redirectSite,
	redirectTarget,
	withLoginToken,
} from "./redirect-url.ts";

const good: readonly (readonly [given: string, site: object, target: string])[] = [
	["https://app.example/#/login", { kind: "website", origin: "https://app.example" }, "https://app.example"],
	[
		"https://app.example:8443/x?a=b",
		{ kind: "website", origin: "https://app.example:8443" },
		"https://app.example:8443",
	],
	["http://192.168.1.7/", { kind: "website", origin: "http://192.168.1.7" }, "http://192.168.1.7"],
	["http://localhost:4711/sso", { kind: "this-machine", host: "localhost:4711" }, "http://localhost:4711"],
	["http://127.0.0.1:1/", { kind: "this-machine", host: "127.0.0.1:1" }, "http://127.0.0.1:1"],
	["http://[::1]:1/", { kind: "this-machine", host: "[::1]:1" }, "http://[::1]:1"],
	["element://vector/webapp/?x=1", { kind: "app", scheme: "element:" }, "element:"],
	["com.example.app:/callback", { kind: "app", scheme: "com.example.app:" }, "com.example.app:"],
	[
		"io.element.desktop:/vector/webapp/",
		{ kind: "app", scheme: "io.element.desktop:" },
		"io.element.desktop:",
	],
	["im.fluffychat://login", { kind: "app", scheme: "im.fluffychat:" }, "im.fluffychat:"],
	["riot://connect", { kind: "app", scheme: "riot:" }, "riot:"],
	["syphon://login/token", { kind: "app", scheme: "syphon:" }, "syphon:"],
	["schildichat://connect", { kind: "app", scheme: "schildichat:" }, "schildichat:"],
	[
		"org.example.app://back?of=https://matrix.example",
		{ kind: "app", scheme: "org.example.app:" },
		"org.example.app:",
	],
];

for (const [given, site, target] of good) {
	test(`${given} is a place to return to, and named by what it is`, () => {
		const parsed = parseRedirectUrl([given]);
		assert.ok(parsed.ok);
		assert.deepEqual(redirectSite(parsed.href), site);
		assert.equal(redirectTarget(parsed.href), target);
	});
}

const bad: readonly (readonly [why: string, given: readonly string[], reason: string])[] = [
	["none", [], "missing"],
	["an empty one", [""], "missing"],
	["two", ["https://app.example/", "https://evil.example/"], "missing"],
	["a path", ["/account/"], "not-a-url"],
	["a path with another host", ["//evil.example/"], "not-a-url"],
	["no host", ["https://"], "not-a-url"],
	["one of more than 4096 characters", [`https://app.example/${"x".repeat(4077)}`], "not-a-url"],
	["credentials before the host", ["https://bank.example@evil.example/"], "dangerous"],
	["only a password before the host", ["https://:secret@evil.example/"], "dangerous"],
	["credentials in an app's address", ["app://bank.example@evil/"], "dangerous"],
	["a script", ["javascript:alert(1)"], "dangerous"],
	["a script in capitals, behind a line end", ["\njAvaScript:alert(1)"], "dangerous"],
	["a document of its own", ["data:text/html,<script>alert(1)</script>"], "dangerous"],
	["a file", ["file:///etc/passwd"], "dangerous"],
	["a blob", ["blob:https://app.example/1"], "dangerous"],
	["the page's source", ["view-source:https://app.example/"], "dangerous"],
	["an intent, which names any app", ["intent://x#Intent;scheme=https;end"], "dangerous"],
	["mail", ["mailto:evil@evil.example"], "dangerous"],
	["a website by the name of a browser", ["microsoft-edge:https://evil.example/"], "dangerous"],
	["a website by the name of any program", ["any-app:///%68ttps%3A//evil.example/"], "dangerous"],
	[
		"a website that a browser is told in a query",
		["firefox://open-url?url=https%3A%2F%2Fevil.example"],
		"dangerous",
	],
	["a website by the name of an app", ["org.example.app:///%68ttps%3A//evil.example/"], "dangerous"],
	[
		"a search that Windows shows as a folder",
		["search-ms:query=x&crumb=location:\\\\evil.example"],
		"dangerous",
	],
	["a document that Word opens", ["ms-word:ofe|u|https://evil.example/x.docx"], "dangerous"],
	...["ms-appinstaller:?source=x", "shell:startup", "vscode://x", "steam://run/1", "itms-services://x"].map(
		(address) => [`what a program does with ${address}`, [address], "dangerous"] as const,
	),
	["a word that no app is known by", ["my-app:callback"], "dangerous"],
	["a host by the name of a browser", ["googlechrome://evil.example/"], "dangerous"],
	["a host by a name of the web, prefixed", ["x-safari-https://evil.example/"], "dangerous"],
];

test("an address of 4096 characters is taken", () => {
	assert.ok(parseRedirectUrl([`https://app.example/${"x".repeat(4076)}`]).ok);
});

for (const [why, given, reason] of bad) {
	test(`nobody is returned to ${why}`, () => {
		assert.deepEqual(parseRedirectUrl(given), { ok: false, reason });
	});
}

test("letters of other scripts are shown as what they are", () => {
	const parsed = parseRedirectUrl(["https://аpp.example/"]);
	assert.ok(parsed.ok);
	assert.deepEqual(redirectSite(parsed.href), { kind: "website", origin: "https://xn--pp-6kc.example" });
});

test("only a way through a network that is not encrypted is warned of", () => {
	const plain = (url: string) => isPlainHttp(redirectSite(url));
	assert.deepEqual(
		["http://app.example/", "https://app.example/", "http://localhost/", "org.example.app:x"].map(plain),
		[true, false, false, false],
	);
});

const tokens: readonly (readonly [given: string, expected: string])[] = [
	["https://app.example/", "https://app.example/?loginToken=T"],
	["https://app.example/?a=b&c=%20d+e", "https://app.example/?a=b&c=%20d+e&loginToken=T"],
	["https://app.example/#/login?x=y", "https://app.example/?loginToken=T#/login?x=y"],
	["https://app.example/?loginToken=old&a=b#x", "https://app.example/?a=b&loginToken=T#x"],
	["https://app.example/?a&loginToken=1&login%54oken=2&loginToken", "https://app.example/?a&loginToken=T"],
	["element://vector/webapp/?x=1", "element://vector/webapp/?x=1&loginToken=T"],
	["my-app:callback", "my-app:callback?loginToken=T"],
];

for (const [given, expected] of tokens) {
	test(`${given} takes the login token along, once, and keeps everything else`, () => {
		assert.equal(withLoginToken(given, "T"), expected);
	});
}
