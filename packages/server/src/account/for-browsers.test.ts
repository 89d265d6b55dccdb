import assert from "node:assert/strict";
import { test } from "node:test";
import { createForBrowsersRoutes, logoAddress } from "./for-browsers.ts";

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

test("the operator's logo is a picture and nothing else, whatever is in it", async () => {
	const logo = { type: "image/png", bytes: Uint8Array.from([1, 2, 3]), version: "0a1b" } as const;
	const answer = await createForBrowsersRoutes({ logo }).request(logoAddress(logo));
	assert.equal(logoAddress(logo), "/account/logo?0a1b");
	assert.equal(answer.status, 200);
	assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), logo.bytes);
	const names = ["content-type", "x-content-type-options", "content-security-policy"];
	assert.deepEqual(
		names.map((name) => answer.headers.get(name)),
		["image/png", "nosniff", "default-src 'none'; sandbox"],
	);
	assert.equal((await routes.request("/account/logo")).status, 404, "where there is none");
});
