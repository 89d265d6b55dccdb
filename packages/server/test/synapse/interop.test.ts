/** The library that Element Web is made of, against a real Synapse: everything through nginx, set up as it is printed. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { completeReset } from "../interop/complete-reset.ts";
import { shapes } from "../interop/reset-shapes.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { type SdkApp, startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk, loadSdk, quiet } from "../support/js-sdk-library.ts";
import { signInBySdk } from "../support/js-sdk-sign-in.ts";
import { readIdentity } from "../support/published-identity.ts";
import { allow, approve, type LoggedInDevice, password } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";
import { until } from "../support/until.ts";

/** Longer than an access token lives. */
const laterMs = 10 * 60_000;

const needed = { skip: needsSynapseBehind("nginx").skip || jsSdk.skip };

describe("matrix-js-sdk on Synapse", needed, () => {
	let ahead = 0;
	let world: SynapseWorld;
	let browser: FormBrowser;
	let app: SdkApp;
	let recoveryKey: string;

	before(async () => {
		const startedAt = Date.now();
		world = await openSynapseWorld({ clock: () => startedAt + ahead });
		browser = await world.register("alice");
	});
	after(async () => {
		await app?.[Symbol.asyncDispose]();
		await world?.[Symbol.asyncDispose]();
	});

	const start = (device: Parameters<typeof startSdkApp>[1], sync = true) =>
		startSdkApp({ url: world.homeserver }, device, { sync });
	/** What Synapse itself, asked past the proxy, makes of a token. */
	const atSynapse = async ({ accessToken }: Pick<LoggedInDevice, "accessToken">) => {
		const response = await fetch(new URL("_matrix/client/v3/account/whoami", world.synapse.base), {
			headers: { authorization: `Bearer ${accessToken}` },
		});
		const { device_id, errcode } = (await response.json()) as Readonly<Record<string, unknown>>;
		return [response.status, device_id ?? errcode];
	};
	/** The server waits a second at most for Synapse to be told, and its clock stands: nothing is told again. */
	const failsAtOnce = async (device: Pick<LoggedInDevice, "accessToken">): Promise<void> => {
		await until(async () => (await atSynapse(device))[0] !== 200);
		assert.deepEqual(await atSynapse(device), [401, "M_UNKNOWN_TOKEN"]);
	};
	/** Of an app that runs an upload of keys may be on its way; then its device is there for some seconds more. */
	const failsSoon = async (device: Pick<LoggedInDevice, "accessToken">): Promise<void> => {
		await whileTimePasses(async () => (await atSynapse(device))[0] !== 200);
		await failsAtOnce(device);
	};
	const whileTimePasses = (isSo: () => Promise<boolean>): Promise<void> =>
		until(() => {
			ahead += 100;
			return isSo();
		});
	const signIn = () =>
		signInBySdk({
			...{ homeserver: world.homeserver, kind: "web" },
			walk: async (url) => (await allow(world.browser(), url, "alice")).left,
		});

	test("signs in by OAuth, and makes an identity, recovery and a backup without asking anybody", async () => {
		const device = await signIn();
		assert.equal(device.userId, "@alice:localhost");
		app = await start(device);
		await app.crypto.bootstrapCrossSigning({
			authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
		});
		assert.ok(await app.crypto.isCrossSigningReady());
		recoveryKey = await app.setUpRecovery();
		await app.crypto.resetKeyBackup();
		assert.ok(await app.crypto.isSecretStorageReady());
		assert.deepEqual((await readIdentity(world.homeserver, device)).signedDevices, [device.deviceId]);
	});

	test("brings another device in by the recovery key", async () => {
		await using other = await start(await world.loginDevice({ localpart: "alice", browser }));
		await other.crypto.userHasCrossSigningKeys(undefined, true);
		await other.enterRecovery(recoveryKey);
		await other.crypto.bootstrapCrossSigning({});
		assert.ok(await other.crypto.isCrossSigningReady());
		const { signedDevices } = await readIdentity(world.homeserver, other.device);
		assert.deepEqual([...signedDevices].sort(), [app.device.deviceId, other.device.deviceId].sort());
		await other.client.logout(true);
		await failsSoon(other.device);
	});

	describe("completes one reset after another with", () => {
		for (const shape of shapes) {
			test(shape.name, () => completeReset({ homeserver: world.homeserver, browser, app }, shape));
		}
	});

	test("is told of a refusal, and the old identity stands", async () => {
		const { masterKey } = await readIdentity(world.homeserver, app.device);
		await app.settle();
		const outcome = app.crypto.resetEncryption(async (makeRequest) => {
			const { url } = await challengeOf(makeRequest, null);
			await browser.press(await browser.open(url), "This was not me: refuse", { password });
			await makeRequest(null);
		});
		await assert.rejects(outcome, { errcode: "M_FORBIDDEN", httpStatus: 403 });
		assert.equal((await readIdentity(world.homeserver, app.device)).masterKey, masterKey);
	});

	test("met no fault of any server on the way", () => {
		const failed = app.traffic.filter(({ status }) => status >= 500);
		assert.deepEqual(failed, []);
	});

	test("signed out on the account page is signed out at Synapse at once", async () => {
		const device = await signIn();
		assert.deepEqual(await atSynapse(device), [200, device.deviceId]);
		const page = await browser.open(`/account/devices/${device.deviceId}?delete=1`);
		await browser.press(page, "Sign out", { password });
		await failsAtOnce(device);
		assert.deepEqual(await atSynapse(app.device), [200, app.device.deviceId], "nobody else is");
	});

	test("signs in with a password, refreshes, resets, and signs out at once, as older apps do", async () => {
		const bob = await world.register("bob");
		const device = await logInWithPassword(world.homeserver, "bob");
		await using old = await start(device);
		await old.crypto.bootstrapCrossSigning({
			authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
		});
		const renewed = await old.client.refreshToken(device.refreshToken);
		old.client.setAccessToken(renewed.access_token);
		const current = { ...device, accessToken: renewed.access_token };
		assert.deepEqual(await atSynapse(current), [200, device.deviceId]);
		const before = await readIdentity(world.homeserver, current);
		await old.settle();
		await old.crypto.resetEncryption(async (makeRequest) => {
			await approve(bob, (await challengeOf(makeRequest, null)).url, "bob");
			await makeRequest(null);
		});
		const { masterKey, signedDevices } = await readIdentity(world.homeserver, current);
		assert.notEqual(masterKey, before.masterKey);
		assert.deepEqual(signedDevices, [device.deviceId]);
		await old.client.logout(true);
		await failsSoon(current);
		await failsSoon(device);
	});

	test("stays signed in over an access token that has ended", async () => {
		const device = await world.loginDevice({ localpart: "alice", browser });
		await using other = await start(device, false);
		ahead += laterMs;
		assert.equal((await other.client.whoami()).device_id, device.deviceId);
		assert.notEqual(other.client.getAccessToken(), device.accessToken);
		assert.deepEqual(await atSynapse(device), [401, "M_UNKNOWN_TOKEN"]);
	});

	test("signing out revokes both tokens at once, and Synapse forgets the device", async () => {
		const device = await signIn();
		await using other = await start(device);
		await other.client.logout(true);
		await failsSoon(device);
		const seen = await world.loginDevice({ localpart: "alice", browser });
		const listed = async () => {
			const { devices } = (await world.call(seen, "GET", "devices")).body;
			return devices.map(({ device_id }: { readonly device_id: string }) => device_id);
		};
		await whileTimePasses(async () => !(await listed()).includes(device.deviceId));
		assert.ok((await listed()).includes(seen.deviceId));
	});
});

/** As apps do that know no OAuth. */
async function logInWithPassword(homeserver: string, user: string) {
	const { createClient } = await loadSdk();
	const answer = await createClient({ baseUrl: homeserver, logger: quiet }).loginRequest({
		...{ type: "m.login.password", identifier: { type: "m.id.user", user }, password },
		...{ refresh_token: true, initial_device_display_name: "An older app" },
	});
	const {
		user_id: userId,
		device_id: deviceId,
		access_token: accessToken,
		refresh_token: refreshToken,
	} = answer;
	assert.ok(refreshToken !== undefined && answer.expires_in_ms !== undefined);
	return { userId, deviceId, accessToken, refreshToken };
}
