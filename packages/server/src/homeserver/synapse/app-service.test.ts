import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLocalpart } from "@countersign/protocol";
import { parse } from "yaml";
import { appServiceTokens, registrationFile } from "./app-service.ts";

const secret = "a secret that Synapse knows too";

test("one secret makes the same two tokens always, and another one others", () => {
	const tokens = appServiceTokens(secret);
	assert.deepEqual(tokens, appServiceTokens(secret));
	// By value: a Synapse was told them when it was set up, and another server of us has to make the same.
	assert.deepEqual(tokens, {
		asToken: "SNYDM8m4oa-5noDqnCZ4MtvSy11-tnGbiNkID5ywbMo",
		hsToken: "-cn517aHPKIGgaEdWe0qG0ihAXb_AcFNNlNppskauNU",
	});
	const others = appServiceTokens(`${secret}.`);
	assert.equal(new Set([...Object.values(tokens), ...Object.values(others)]).size, 4);
	for (const token of Object.values(tokens)) assert.match(token, /^[\w-]{43}$/);
});

test("the registration covers everybody on this server, and nobody on another one", () => {
	const registration = registrationFile({ serverName: "my-server.example.org:8448", secret });
	const read = parse(registration, { version: "1.1" });
	const [users] = read.namespaces.users;
	const covers = (user: string) => new RegExp(`^(?:${users.regex})`).test(user);
	assert.ok(covers("@alice:my-server.example.org:8448"));
	assert.ok(!covers("@alice:my-serverxexample.org:8448"));
	assert.ok(!covers("@alice:my-server.example.org:84481"));
	assert.deepEqual([users.exclusive, read.rate_limited, read.url], [false, false, null]);
	assert.equal(read.as_token, appServiceTokens(secret).asToken);
	assert.equal(read.hs_token, appServiceTokens(secret).hsToken);
	assert.ok(!registration.includes(secret));
});

test("nobody can have the name of the sender", () => {
	const read = parse(registrationFile({ serverName: "example.org", secret }));
	assert.equal(parseLocalpart(read.sender_localpart, "example.org").ok, false);
});
