import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { postForm } from "../support/attack-world.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk, loadSdk } from "../support/js-sdk-library.ts";
import { type SdkSignIn, signInBySdk } from "../support/js-sdk-sign-in.ts";
import { allow, type LoggedInDevice, password, type RunningServer, startServer } from "../support/server.ts";

/** Longer than an access token lives. */
const laterMs = 10 * 60_000;

/** Signs in, in a fresh browser. */
function signIn(
	server: RunningServer,
	how: { readonly kind: SdkSignIn["kind"]; readonly prompt?: "create"; readonly localpart: string },
): Promise<LoggedInDevice> {
	return signInBySdk({ homeserver: server.url, ...how, walk: (url) => walk(server, url, how) });
}

/** The person's part in a fresh browser: signs in, or registers where the app asked for that; then allows. */
async function walk(
	server: RunningServer,
	url: string,
	{ prompt, localpart }: { readonly prompt?: "create"; readonly localpart: string },
): Promise<URL> {
	const browser = server.browser();
	if (prompt === undefined) return (await allow(browser, url, localpart)).left;
	const page = await browser.open(url);
	assert.equal(page.title, "Create an account");
	const consent = await browser.press(page, "Create account", { username: localpart, password });
	const { left } = await browser.press(consent, "Allow");
	assert.ok(left !== undefined);
	return left;
}

/** A server whose time is moved by hand. */
async function startTimedServer() {
	let ahead = 0;
	const server = await startServer({ clock: () => Date.now() + ahead });
	await server.register("alice");
	return {
		server,
		wait(ms: number) {
			ahead += ms;
		},
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	};
}

describe("matrix-js-sdk signs in", () => {
	for (const kind of ["web", "native"] as const) {
		test(`as a ${kind} app`, { skip: jsSdk.skip }, async () => {
			await using server = await startServer();
			await server.register("alice");
			const device = await signIn(server, { kind, localpart: "alice" });
			assert.equal(device.userId, "@alice:localhost");
			const { body } = await server.call(device, "GET", "account/whoami");
			assert.deepEqual(body, { user_id: "@alice:localhost", device_id: device.deviceId, is_guest: false });
		});
	}

	test("after the person has registered on the way", { skip: jsSdk.skip }, async () => {
		await using server = await startServer();
		const { userId } = await signIn(server, { kind: "web", prompt: "create", localpart: "bob" });
		assert.equal(userId, "@bob:localhost");
	});
});

describe("matrix-js-sdk stays signed in", () => {
	test("over an access token that has ended", { skip: jsSdk.skip }, async () => {
		await using world = await startTimedServer();
		const device = await signIn(world.server, { kind: "native", localpart: "alice" });
		const renewed: string[] = [];
		await using app = await startSdkApp(world.server, device, {
			onTokenRefresh: ({ accessToken }) => renewed.push(accessToken),
		});
		await app.client.whoami();
		assert.equal(renewed.length, 0);
		world.wait(laterMs);
		assert.equal((await app.client.whoami()).device_id, device.deviceId);
		assert.equal(renewed.length, 1);
		assert.notEqual(renewed[0], device.accessToken);
	});

	test("when two windows refresh the same token at once, day after day", { skip: jsSdk.skip }, async () => {
		await using world = await startTimedServer();
		let device = await signIn(world.server, { kind: "web", localpart: "alice" });
		for (let day = 0; day < 3; day++) {
			world.wait(laterMs);
			await using one = await startSdkApp(world.server, device);
			await using other = await startSdkApp(world.server, device);
			const answers = await Promise.all([one.client.whoami(), other.client.whoami()]);
			assert.deepEqual(new Set(answers.map(({ device_id }) => device_id)), new Set([device.deviceId]));
			const refreshToken = one.client.getRefreshToken() ?? "";
			assert.equal(other.client.getRefreshToken(), refreshToken);
			assert.notEqual(refreshToken, device.refreshToken);
			device = { ...device, accessToken: other.client.getAccessToken() ?? "", refreshToken };
		}
	});

	test("when it slept while another part of the app refreshed, and keeps its keys if it goes on with the old token", {
		skip: jsSdk.skip,
	}, async () => {
		await using world = await startTimedServer();
		const { server } = world;
		const device = await signIn(server, { kind: "web", localpart: "alice" });
		const { body: stored } = await postForm(`${server.url}oauth2/token`, {
			...{ grant_type: "refresh_token", client_id: device.clientId, refresh_token: device.refreshToken },
		});
		const extension = { ...device, accessToken: stored.access_token, refreshToken: stored.refresh_token };
		assert.equal((await server.call(extension, "GET", "account/whoami")).status, 200);
		world.wait(laterMs);
		const { HttpApiEvent } = await loadSdk();
		await using woken = await startSdkApp(server, device);
		const told: boolean[] = [];
		woken.client.on(HttpApiEvent.SessionLoggedOut, (error) => told.push(error.data.soft_logout === true));
		await assert.rejects(woken.client.whoami(), { name: "TokenRefreshError" });
		assert.deepEqual(told, [], "not signed out");
		await using reloaded = await startSdkApp(server, extension);
		assert.equal((await reloaded.client.whoami()).device_id, device.deviceId);
		world.wait(laterMs);
		await assert.rejects(woken.client.whoami(), { errcode: "M_UNKNOWN_TOKEN" });
		assert.deepEqual(told, [true], "signed out, with its keys");
		await assert.rejects(reloaded.client.whoami(), { errcode: "M_UNKNOWN_TOKEN" });
	});

	test("over a restart of the server", { skip: jsSdk.skip }, async () => {
		await using server = await startServer();
		await server.register("alice");
		const device = await signIn(server, { kind: "web", localpart: "alice" });
		await using app = await startSdkApp(server, device);
		await server.restart();
		assert.equal((await app.client.whoami()).user_id, device.userId);
	});
});

test("signing out revokes both tokens, and the session ends with the first", {
	skip: jsSdk.skip,
}, async () => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const device = await signIn(server, { kind: "web", localpart: "alice" });
	const other = await server.loginDevice({ localpart: "alice", browser });
	await using app = await startSdkApp(server, device);
	await app.client.logout(true);
	const { status, body } = await server.call(device, "GET", "account/whoami");
	assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"]);
	const { devices } = (await server.call(other, "GET", "devices")).body;
	assert.deepEqual(
		devices.map(({ device_id }: { readonly device_id: string }) => device_id),
		[other.deviceId],
	);
});

test("an app whose session was ended elsewhere is told so, once", { skip: jsSdk.skip }, async () => {
	await using server = await startServer();
	const browser = await server.register("alice");
	const device = await signIn(server, { kind: "web", localpart: "alice" });
	await using app = await startSdkApp(server, device);
	const { HttpApiEvent } = await loadSdk();
	let told = 0;
	app.client.on(HttpApiEvent.SessionLoggedOut, () => {
		told += 1;
	});
	const page = await browser.open(`/account/devices/${device.deviceId}?delete=1`);
	await browser.press(page, "Sign out", { password });
	await assert.rejects(app.client.whoami(), { errcode: "M_UNKNOWN_TOKEN" });
	assert.equal(told, 1);
});
