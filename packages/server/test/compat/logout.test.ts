import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type CompatWorld, openCompatWorld, refusalOf } from "../support/compat-world.ts";
import { until } from "../support/until.ts";

describe("an app that signs out", () => {
	let world: CompatWorld;
	before(async () => {
		world = await openCompatWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	const isActive = async (token: string) => (await world.introspect(token)).active as boolean;
	const logOut = (token: string) => world.ask("POST", "logout", { token });

	test("ends its session and nobody else's", async () => {
		const [own, other, bobs] = [
			await world.logIn("alice"),
			await world.logIn("alice"),
			await world.logIn("bob"),
		];
		const { status, body } = await logOut(own.body.access_token);
		assert.deepEqual([status, body], [200, {}]);
		assert.equal(await isActive(own.body.access_token), false);
		assert.ok(await isActive(other.body.access_token));
		assert.ok(await isActive(bobs.body.access_token));
		const again = await logOut(own.body.access_token);
		assert.deepEqual([...refusalOf(again), again.body.soft_logout], [401, "M_UNKNOWN_TOKEN", false]);
	});

	test("takes its device along at the homeserver", async () => {
		const { body } = await world.logIn("alice");
		const device = `alice/${body.device_id}`;
		assert.ok(world.homeserver.devices.has(device));
		await logOut(body.access_token);
		await until(() => !world.homeserver.devices.has(device));
	});

	test("with an OAuth token is signed out too", async () => {
		const { accessToken } = await world.loginDevice({ localpart: "alice" });
		assert.equal((await logOut(accessToken)).status, 200);
		assert.equal(await isActive(accessToken), false);
	});

	test("everywhere ends every session of the person, and their browsers", async () => {
		await world.server.register("carol");
		const browser = await world.server.signIn("carol");
		const app = await world.loginDevice({ localpart: "carol" });
		const [own, other] = [await world.logIn("carol"), await world.logIn("carol", { refresh_token: true })];
		const bobs = await world.logIn("bob");
		const answer = await world.ask("POST", "logout/all", { token: own.body.access_token });
		assert.deepEqual([answer.status, answer.body], [200, {}]);
		for (const token of [own.body.access_token, other.body.access_token, app.accessToken])
			assert.equal(await isActive(token), false);
		const { refresh_token } = other.body;
		assert.equal((await world.ask("POST", "refresh", { body: { refresh_token } })).status, 401);
		assert.equal((await browser.open("/account/")).url.pathname, "/login");
		assert.ok(await isActive(bobs.body.access_token));
	});

	test("by OAuth has no say over the person's other apps, and is told so without losing its keys", async () => {
		await world.server.register("erin");
		const browser = await world.server.signIn("erin");
		const [app, other] = [await world.loginDevice({ localpart: "erin" }), await world.logIn("erin")];
		const answer = await world.ask("POST", "logout/all", { token: app.accessToken });
		assert.deepEqual(refusalOf(answer), [403, "M_FORBIDDEN"]);
		for (const token of [app.accessToken, other.body.access_token]) assert.ok(await isActive(token));
		assert.equal((await browser.open("/account/")).url.pathname, "/account/");
	});

	test("can do so while the person is locked", async () => {
		await world.server.register("dora");
		const [one, another] = [await world.logIn("dora"), await world.logIn("dora")];
		await world.server.change("UPDATE accounts SET locked_at = 1 WHERE localpart = 'dora'");
		assert.equal((await logOut(one.body.access_token)).status, 200);
		assert.equal((await world.ask("POST", "logout/all", { token: another.body.access_token })).status, 200);
		await world.server.change("UPDATE accounts SET locked_at = NULL WHERE localpart = 'dora'");
		assert.equal(await isActive(another.body.access_token), false);
	});

	test("with a token that has expired is told to renew it", async () => {
		const { body } = await world.logIn("alice", { refresh_token: true });
		world.advance(300_001);
		const answer = await logOut(body.access_token);
		assert.deepEqual([...refusalOf(answer), answer.body.soft_logout], [401, "M_UNKNOWN_TOKEN", true]);
	});

	test("without a token in the header signs nobody out", async () => {
		const { body } = await world.logIn("alice", { refresh_token: true });
		const { access_token: token } = body;
		for (const path of ["logout", "logout/all"]) {
			const bare = await world.ask("POST", `${path}?access_token=${token}`, {
				body: { access_token: token },
			});
			assert.deepEqual(refusalOf(bare), [401, "M_MISSING_TOKEN"]);
			const both = await world.ask("POST", `${path}?access_token=x`, { token });
			assert.deepEqual(refusalOf(both), [401, "M_MISSING_TOKEN"], "a second token beside a good one");
			const basic = await world.ask("POST", path, { headers: { authorization: `Basic ${token}` } });
			assert.deepEqual(refusalOf(basic), [401, "M_MISSING_TOKEN"]);
			for (const wrong of ["x", body.refresh_token, `${token}x`])
				assert.deepEqual(refusalOf(await world.ask("POST", path, { token: wrong })), [
					401,
					"M_UNKNOWN_TOKEN",
				]);
		}
		assert.ok(await isActive(token));
	});
});
