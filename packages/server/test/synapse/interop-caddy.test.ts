/** Behind Caddy as it is printed, with people's accounts at the homeserver's own address. */
import { test } from "node:test";
import { completeReset } from "../interop/complete-reset.ts";
import { shapes } from "../interop/reset-shapes.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { needsSynapseBehind, openSynapseWorld } from "../support/synapse-world.ts";

const skip = needsSynapseBehind("caddy").skip || jsSdk.skip;

test("matrix-js-sdk resets an identity on Synapse behind Caddy, at one address for both servers", {
	skip,
}, async () => {
	await using world = await openSynapseWorld({ proxy: "caddy" });
	const browser = await world.register("alice");
	const device = await world.loginDevice({ localpart: "alice", browser });
	await using app = await startSdkApp({ url: world.homeserver }, device, { sync: true });
	await app.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	for (const shape of shapes.slice(1, 4)) {
		await completeReset({ homeserver: world.homeserver, browser, app }, shape);
	}
});
