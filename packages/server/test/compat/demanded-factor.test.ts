/** Apps of the older login API, where a second factor is demanded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openCompatWorld } from "../support/compat-world.ts";
import { password } from "../support/server.ts";

test("a password is not enough where a second factor is demanded, while there is time too, and what is signed in stays", async () => {
	await using world = await openCompatWorld();
	const before = await world.logIn("alice");
	assert.equal(before.status, 200);
	await world.server.restart({ secondFactor: { demandedOf: "everyone", graceDays: 14 } });
	const refused = await world.logIn("alice");
	assert.deepEqual([refused.status, refused.body.errcode], [403, "M_FORBIDDEN"]);
	assert.match(refused.body.error, /browser/);
	assert.equal((await world.introspect(before.body.access_token)).active, true);
	const wrong = await world.logIn("alice", { password: "another battery staple" });
	assert.notEqual(wrong.body.error, refused.body.error, "only who knows the password is told");
});

test("the page that lets an app in by browser leads to a second factor once there is no time, held open before too", async () => {
	await using world = await openCompatWorld();
	const start = `/_matrix/client/v3/login/sso/redirect?redirectUrl=${encodeURIComponent("https://app.example/")}`;
	const alice = await world.server.signIn("alice");
	const held = await alice.open(start);
	assert.equal(held.title, "Continue to app.example?");
	await world.server.restart({ secondFactor: { demandedOf: "everyone", graceDays: 0 } });
	const led = await alice.press(held, "Continue", { password });
	assert.deepEqual([led.left, led.url.pathname], [undefined, "/account/second-factor"]);
	assert.match(led.url.searchParams.get("next") ?? "", /^\/account\/sso\//);
	assert.equal((await alice.open(start)).url.pathname, "/account/second-factor");
});
