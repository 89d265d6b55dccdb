import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { isEnginePath, pinRequest } from "./pin-request.ts";

function incoming(url: string, headers: Readonly<Record<string, string>> = {}) {
	return Object.assign(new IncomingMessage(new Socket()), { url, headers: { ...headers } });
}

test("the engine sees the public host and scheme, whatever the sender wrote", () => {
	const request = incoming("/authorize?x=1", {
		host: "evil.example",
		"x-forwarded-host": "evil.example",
		"x-forwarded-port": "1",
		forwarded: "host=evil.example",
		accept: "text/html",
	});
	assert.ok(pinRequest(request, "https://account.example.org/"));
	assert.deepEqual(request.headers, {
		host: "account.example.org",
		"x-forwarded-proto": "https",
		accept: "text/html",
	});
});

test("a target that names a host of its own does not go on", () => {
	for (const url of ["http://evil.example/authorize", "//evil.example/authorize", "*", ""])
		assert.equal(pinRequest(incoming(url), "https://account.example.org/"), false, url);
});

test("the engine is asked on its own paths alone", () => {
	const its = ["/authorize", "/oauth2/token", "/oauth2/keys.json"];
	for (const path of its) assert.ok(isEnginePath(path), path);
	const others = [
		"/authorize/",
		"/authorize/abc-_9",
		"/authorize/a/b",
		"/authorize/..",
		"/oauth2/token/",
		"/oauth2/registration",
		"/.well-known/openid-configuration",
		"/session/end/confirm",
		"//authorize",
		"/Authorize",
	];
	for (const path of others) assert.ok(!isEnginePath(path), path);
});
