/** What apps are told by a real Synapse while their person is locked, and what a real library makes of it. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { openGuardWorld } from "../support/guard-world.ts";
import { type SdkDevice, startSdkApp } from "../support/js-sdk.ts";
import { jsSdk, loadSdk } from "../support/js-sdk-library.ts";
import { call, type LoggedInDevice, password } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

const passwordLogin = {
	...{ type: "m.login.password", identifier: { type: "m.id.user", user: "alice" }, password },
};

describe("a locked person beside a real Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const lock = (at: number | null) =>
		world.server.change(`UPDATE accounts SET locked_at = ${at} WHERE localpart = 'alice'`);
	const whoami = ({ accessToken }: LoggedInDevice) =>
		call(world.synapse.base, accessToken, { method: "GET", path: "account/whoami" });

	/** A device whose token Synapse has not asked about yet: it remembers a good answer for two minutes. */
	const unknownToSynapse = async () => world.renew(await world.login());

	test("is told to wait, never that the session is over, and goes on with the same token afterwards", async () => {
		const device = await unknownToSynapse();
		await lock(1);
		try {
			const { status, body } = await whoami(device);
			assert.deepEqual([status, body.errcode, body.soft_logout], [503, "M_UNKNOWN", undefined]);
		} finally {
			await lock(null);
		}
		assert.equal((await whoami(device)).status, 200);
	});

	const olderLogin = async (): Promise<SdkDevice> => {
		const { body } = await call(world.server.url, "", {
			...{ method: "POST", path: "login", body: passwordLogin },
		});
		return { userId: body.user_id, deviceId: body.device_id, accessToken: body.access_token };
	};
	for (const [kind, signIn] of [
		["that renews its token", unknownToSynapse],
		["of the older login API", olderLogin],
	] as const) {
		test(`stays signed in, with all keys, in an app of matrix-js-sdk ${kind}`, {
			skip: jsSdk.skip,
		}, async () => {
			const device = await signIn();
			const { HttpApiEvent } = await loadSdk();
			await using app = await startSdkApp({ url: world.synapse.base }, device);
			let signedOut = 0;
			app.client.on(HttpApiEvent.SessionLoggedOut, () => signedOut++);
			await lock(1);
			try {
				await assert.rejects(app.client.whoami(), { httpStatus: 503 });
			} finally {
				await lock(null);
			}
			assert.equal((await app.client.whoami()).device_id, device.deviceId);
			assert.equal(signedOut, 0);
		});
	}
});
