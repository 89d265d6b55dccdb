import assert from "node:assert/strict";
import { createFormBrowser, type FormBrowser } from "../support/form-browser.ts";
import type { SdkApp } from "../support/js-sdk.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve } from "../support/server.ts";
import type { Shape } from "./reset-shapes.ts";

interface World {
	/** Where the app reaches it. */
	readonly homeserver: string;
	/** The person's own, signed in. They approve in another. */
	readonly browser: FormBrowser;
	readonly app: SdkApp;
}

/** Alice's app asks for a reset in this shape; she approves, and everybody sees the new identity and her device in it. */
export async function completeReset({ homeserver, browser, app }: World, shape: Shape): Promise<void> {
	const before = await assertTrusted(homeserver, app);
	let page = "";
	await app.settle();
	await app.crypto.resetEncryption((makeRequest) =>
		shape.upload(makeRequest, async (url) => {
			assert.equal((await readIdentity(homeserver, app.device)).masterKey, before);
			assert.equal(
				(await approve(createFormBrowser(url), url, "alice")).title,
				"Approved. Waiting for the app",
			);
			page = url;
		}),
	);
	assert.notEqual(await assertTrusted(homeserver, app), before);
	assert.equal((await browser.open(page)).title, "Your digital identity is replaced");
	assert.notEqual(await app.crypto.getActiveSessionBackupVersion(), null);
}

/** The app holds the published identity, and everybody can see that it vouches for this device. */
async function assertTrusted(homeserver: string, { crypto, device }: SdkApp): Promise<string> {
	const { userId, deviceId } = device;
	const published = await readIdentity(homeserver, device);
	assert.ok(await crypto.userHasCrossSigningKeys(userId, true));
	assert.equal(await crypto.getCrossSigningKeyId(), published.masterKey);
	assert.deepEqual(published.signedDevices, [deviceId]);
	assert.equal((await crypto.getDeviceVerificationStatus(userId, deviceId))?.crossSigningVerified, true);
	return published.masterKey;
}
