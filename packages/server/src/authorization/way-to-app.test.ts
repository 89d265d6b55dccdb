import assert from "node:assert/strict";
import { test } from "node:test";
import { wayToApp } from "./way-to-app.ts";

test("an answer goes where the app asked: into the query behind what is there, or into the fragment", () => {
	const said = { code: "a b&c", state: undefined, iss: "https://x/" };
	const to = (redirectUri: string, responseMode?: string) => wayToApp({ redirectUri, responseMode }, said);
	const text = "code=a+b%26c&iss=https%3A%2F%2Fx%2F";
	assert.equal(to("https://app.example/cb"), `https://app.example/cb?${text}`);
	assert.equal(to("https://app.example/cb?x=1", "query"), `https://app.example/cb?x=1&${text}`);
	assert.equal(to("com.example:cb", "fragment"), `com.example:cb#${text}`);
	assert.equal(to("https://app.example/cb?x=1", "fragment"), `https://app.example/cb?x=1#${text}`);
});
