import assert from "node:assert/strict";
import { test } from "node:test";
import { createForBrowsersRoutes } from "./for-browsers.ts";

const routes = createForBrowsersRoutes();

test("a password manager is led to the page that changes the password", async () => {
	const answer = await routes.request("/.well-known/change-password");
	assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/account/password"]);
});

test("a crawler lists nothing", async () => {
	const answer = await routes.request("/robots.txt");
	assert.deepEqual([answer.status, await answer.text()], [200, "User-agent: *\nDisallow: /\n"]);
	assert.match(answer.headers.get("content-type") ?? "", /^text\/plain/);
});
