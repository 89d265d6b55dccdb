/**
 * The whole reset in a browser beside a real Synapse: an app on another site opens the fallback page at the
 * homeserver's address, which the proxy, set up as it is printed, leads to us, and that very origin says "done".
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { answer, approveLabel, heading, signIn } from "../support/browser-world.ts";
import { type Chromium, launchChromium, needsChromium } from "../support/chromium.ts";
import { identityOf } from "../support/device-crypto.ts";
import type { LoggedInDevice } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";
import { startWebApp, type WebApp } from "../support/web-app.ts";

const needed = { skip: needsChromium.skip || needsSynapseBehind("nginx").skip };

describe("a reset asked for by a web app beside Synapse", needed, () => {
	let world: SynapseWorld;
	let chromium: Chromium;
	let webApp: WebApp;
	let device: LoggedInDevice;

	before(async () => {
		world = await openSynapseWorld();
		chromium = await launchChromium();
		webApp = await startWebApp();
		device = await world.loginDevice({ localpart: "alice", browser: await world.register("alice") });
		const { body } = identityOf(device.userId, "first");
		assert.equal((await world.call(device, "POST", "keys/device_signing/upload", body)).status, 200);
	});
	after(async () => {
		await webApp?.[Symbol.asyncDispose]();
		await chromium?.close();
		await world?.[Symbol.asyncDispose]();
	});

	for (const stage of ["m.oauth", "org.matrix.cross_signing_reset"]) {
		test(`by the fallback page of ${stage}: it ends on the homeserver's own origin`, async () => {
			const { homeserver } = world;
			const { accessToken } = device;
			const { body: keys } = identityOf(device.userId, stage);
			const fallback = `/_matrix/client/v3/auth/${stage}/fallback/web`;
			const own = await chromium.window();
			await own.goto(webApp.address({ homeserver, accessToken, keys, fallback }));
			await own.getByRole("button", { name: "Reset my identity" }).click();
			await own.locator("#said").getByText("401", { exact: true }).waitFor();
			const opened = own.waitForEvent("popup");
			await own.getByRole("button", { name: "Go to your account" }).click();
			const popup = await opened;
			await heading(popup, "Sign in");
			assert.equal(new URL(popup.url()).origin, new URL(world.accounts).origin);
			await signIn(popup, "alice");
			await answer(popup, approveLabel);
			await own.locator("#said").getByText("401 authDone 200", { exact: true }).waitFor();
			await heading(popup, "You approved");
			assert.equal(new URL(popup.url()).origin, new URL(homeserver).origin);
			const shown = await world.call(device, "POST", "keys/query", { device_keys: { [device.userId]: [] } });
			const { keyId } = identityOf(device.userId, stage).master;
			assert.deepEqual(Object.keys(shown.body.master_keys[device.userId].keys), [keyId]);
			await own.context().close();
			assert.deepEqual(chromium.complaints(), []);
		});
	}
});
