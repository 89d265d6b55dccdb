import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MatrixClient } from "matrix-js-sdk";
import { startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk, loadSdk } from "../support/js-sdk-library.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, password, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { completeReset } from "./complete-reset.ts";
import { shapes } from "./reset-shapes.ts";

/** Alice with an app that holds her first identity. */
async function openWorld({ sync = false } = {}) {
	const server = await startServer();
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser });
	const app = await startSdkApp(server, device, { sync });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	return {
		...{ server, homeserver: server.url, browser, app },
		async [Symbol.asyncDispose]() {
			await app[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}

type World = Awaited<ReturnType<typeof openWorld>>;

for (const sync of [false, true]) {
	describe(`an app ${sync ? "that syncs" : "that does not sync"} completes one reset after another with`, () => {
		let world: World;
		before(async () => {
			if (jsSdk.available) world = await openWorld({ sync });
		});
		after(() => world?.[Symbol.asyncDispose]());
		for (const shape of shapes) {
			test(shape.name, { skip: jsSdk.skip }, () => completeReset(world, shape));
		}
	});
}

test("after a reset the new recovery key brings another device in, and the old one nobody", {
	skip: jsSdk.skip,
}, async () => {
	await using world = await openWorld({ sync: true });
	const { server, browser, app } = world;
	const oldKey = await app.setUpRecovery();
	await app.settle();
	await app.crypto.resetEncryption(async (makeRequest) => {
		await approve(browser, (await challengeOf(makeRequest, null)).url, "alice");
		await makeRequest(null);
	});
	const newKey = await app.setUpRecovery();
	await app.crypto.resetKeyBackup();
	await using other = await startSdkApp(server, await server.loginDevice({ localpart: "alice" }), {
		sync: true,
	});
	// Not before it has seen whose keys they are to be.
	await other.crypto.userHasCrossSigningKeys(undefined, true);
	await other.enterRecovery(oldKey);
	await assert.rejects(other.crypto.bootstrapCrossSigning({}));
	await other.enterRecovery(newKey);
	await other.crypto.bootstrapCrossSigning({});
	const { masterKey, signedDevices } = await readIdentity(server.url, other.device);
	assert.equal(await other.crypto.getCrossSigningKeyId(), masterKey);
	assert.deepEqual([...signedDevices].sort(), [app.device.deviceId, other.device.deviceId].sort());
});

test("an app that leaves the stages to the library shows no error while its person approves, and is told where after a stage of its own", {
	skip: jsSdk.skip,
}, async () => {
	await using world = await openWorld();
	const { browser, app } = world;
	const { InteractiveAuth } = await loadSdk();
	const states: { readonly stage: string; readonly error: string | undefined }[] = [];
	await app.crypto.bootstrapCrossSigning({
		setupNewCrossSigning: true,
		authUploadDeviceSigningKeys: async (makeRequest) => {
			const dialog = new InteractiveAuth<void>({
				// Asked for the secret of an e-mail stage alone.
				matrixClient: { generateClientSecret: () => "secret" } as unknown as MatrixClient,
				doRequest: (auth) => makeRequest(auth),
				stateUpdated: (stage, { error }) => void states.push({ stage, error }),
				requestEmailToken: () => assert.fail("there is no such stage"),
			});
			const done = dialog.attemptAuth();
			await until(() => states.length === 1);
			const { url } = dialog.getStageParams("m.oauth") ?? {};
			await dialog.submitAuthDict({ type: "m.login.password", password: "wrong" });
			await until(() => states.length === 2);
			await approve(browser, url, "alice");
			await dialog.submitAuthDict({});
			return done;
		},
	});
	const [first, second, ...more] = states;
	assert.deepEqual([first, second?.stage, more], [{ stage: "m.oauth", error: undefined }, "m.oauth", []]);
	assert.match(second?.error ?? "", /approved on this page first: http:/);
});

const refusals = [
	{ name: "without a session", auth: () => null, status: 403 },
	{ name: "with the session", auth: (session: string) => ({ session }), status: 401 },
] as const;

for (const { name, auth, status } of refusals) {
	test(`a refusal reaches an app that asks ${name}, and the old identity stands`, {
		skip: jsSdk.skip,
	}, async () => {
		await using world = await openWorld();
		const { server, browser, app } = world;
		const { masterKey } = await readIdentity(server.url, app.device);
		const outcome = app.crypto.resetEncryption(async (makeRequest) => {
			const { url, session } = await challengeOf(makeRequest, null);
			const page = await browser.open(url);
			await browser.press(page, "This was not me: refuse", { password });
			await makeRequest(auth(session));
		});
		await assert.rejects(outcome, { errcode: "M_FORBIDDEN", httpStatus: status });
		assert.equal((await readIdentity(server.url, app.device)).masterKey, masterKey);
	});
}
