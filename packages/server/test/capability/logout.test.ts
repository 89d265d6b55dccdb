import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startServer } from "../support/server.ts";

async function opened() {
	const server = await startServer();
	const browser = await server.register("alice");
	const phone = await server.loginDevice({ localpart: "alice", browser, deviceId: "PHONEALICE" });
	const laptop = await server.loginDevice({ localpart: "alice", browser, deviceId: "LAPTOPALICE" });
	const isSignedIn = async (device: typeof phone) =>
		(await server.call(device, "GET", "account/whoami")).status === 200;
	return { server, browser, phone, laptop, isSignedIn, [Symbol.asyncDispose]: () => server.close() };
}

describe("an app of the embedded homeserver", () => {
	for (const version of ["v3", "r0", "unstable", "api/v1"]) {
		test(`signs itself out by /${version}/logout, and its device goes with it`, async () => {
			await using world = await opened();
			const { server, phone, laptop, isSignedIn } = world;
			const { status, body } = await server.call(phone, "POST", `/_matrix/client/${version}/logout`);
			assert.deepEqual([status, body], [200, {}]);
			assert.equal(await isSignedIn(phone), false);
			assert.equal((await server.call(laptop, "GET", "devices/PHONEALICE")).status, 404);
			const again = await server.call(phone, "POST", "logout");
			assert.deepEqual(
				[again.status, again.body.errcode, again.body.soft_logout],
				[401, "M_UNKNOWN_TOKEN", false],
			);
		});
	}

	test("cannot sign out everybody with a token alone, and is told where that is done", async () => {
		await using world = await opened();
		const { server, phone, laptop, isSignedIn } = world;
		const { status, body } = await server.call(phone, "POST", "logout/all", {});
		assert.deepEqual([status, body.errcode], [403, "M_FORBIDDEN"]);
		assert.match(body.error, /account page/);
		assert.ok((await isSignedIn(phone)) && (await isSignedIn(laptop)));
	});

	test("that is locked may sign out, and is signed out when the lock is over", async () => {
		await using world = await opened();
		const { server, phone, isSignedIn } = world;
		await server.change("UPDATE accounts SET locked_at = 1 WHERE localpart = 'alice'");
		assert.equal((await server.call(phone, "POST", "logout")).status, 200);
		await server.change("UPDATE accounts SET locked_at = NULL WHERE localpart = 'alice'");
		assert.equal(await isSignedIn(phone), false);
	});

	test("is answered in the shapes of this API there, readable for scripts of any origin", async () => {
		await using world = await opened();
		const { server } = world;
		const url = new URL("/_matrix/client/v3/logout", server.url);
		for (const [method, status] of [
			["GET", 405],
			["POST", 401],
			["OPTIONS", 204],
		] as const) {
			const answer = await fetch(url, { method });
			assert.equal(answer.status, status);
			assert.equal(answer.headers.get("access-control-allow-origin"), "*");
		}
		const login = await fetch(new URL("/_matrix/client/v3/login", server.url));
		assert.equal(login.status, 404);
	});
});
