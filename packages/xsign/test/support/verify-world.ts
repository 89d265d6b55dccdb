import { startSdkApp } from "../../../server/test/support/js-sdk.ts";
import { startServer } from "../../../server/test/support/server.ts";
import { signInByCode } from "./world.ts";
import { createMachine } from "./xsign.ts";

/** Alice with a phone that holds her identity, and an `xsign` that is signed in. */
export async function openVerifyWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const phone = await startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), {
		sync: true,
	});
	await phone.crypto.bootstrapCrossSigning({
		authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
	});
	const machine = createMachine();
	const deviceId = await signInByCode({ browser, machine }, server.url);
	return {
		...{ server, browser, phone, machine, deviceId },
		async [Symbol.asyncDispose]() {
			machine[Symbol.dispose]();
			await phone[Symbol.asyncDispose]();
			await server[Symbol.asyncDispose]();
		},
	};
}
