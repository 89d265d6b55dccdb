import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, parseResume } from "../../src/resume/index.ts";
import { startServerWithRoutes } from "../support/routes.ts";

/** Pages that somebody is never sent back to: those that are on the way themselves, and those that ask nobody to sign in. */
const onTheWay = [
	"/login",
	"/login/passkey",
	"/login/second",
	"/login/lost",
	"/account/proofs/codes",
	"/register",
	"/account/new-password/some-id",
	"/account/forgotten-password",
	"/account/not-me/some-id",
	"/account/lost-factors/some-id",
];
/** Another address of a page. */
const alias = new Map([
	["/account", "/account/"],
	["/account/reset/", "/account/reset"],
]);

test("every page for people can be come back to after signing in", async () => {
	const { server, routes } = await startServerWithRoutes();
	await server.close();
	const pages = routes
		.filter(
			({ method, path }) => method === "GET" && /^\/(login|register|interaction|account|link)/.test(path),
		)
		.map(({ path }) => path.replaceAll(/:\w+/g, "some-id"))
		.filter((path) => !onTheWay.includes(path));
	assert.ok(pages.length >= 15, `${pages.length} pages`);
	for (const page of pages) assert.equal(addressOf(parseResume(page)), alias.get(page) ?? page);
});
