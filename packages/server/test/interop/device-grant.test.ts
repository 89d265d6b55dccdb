/** Devices without a browser, made with our own client library and with matrix-js-sdk, in real time. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isClientError, loginByDeviceGrant } from "@countersign/client";
import { allowDevice, refuseDevice } from "../support/device-grant.ts";
import { jsSdk, loadSdk, quiet } from "../support/js-sdk-library.ts";
import { type RunningServer, startServer } from "../support/server.ts";

/** The wait between two requests, without the waiting. */
const hurry = (ms: number, signal: AbortSignal) =>
	new Promise<void>((resolve) => setTimeout(resolve, signal.aborted ? 0 : Math.min(ms, 20)));

describe("our client library signs a device in", () => {
	const client = { clientUri: "https://tool.example", clientName: "Tool" };

	test("when the person allows it", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const login = await loginByDeviceGrant({
			...{ metadata: await server.metadata(), client, sleep: hurry },
			present: async ({ userCode, url, urlComplete }) => {
				assert.equal(url, `${server.url}link`);
				assert.equal(urlComplete, `${url}?code=${userCode}`);
				await allowDevice(alice, userCode);
			},
		});
		const { body } = await server.call(login.tokens, "GET", "account/whoami");
		assert.deepEqual([body.user_id, body.device_id], ["@alice:localhost", login.deviceId]);
	});

	test("and says so when the person refuses", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const refused = loginByDeviceGrant({
			...{ metadata: await server.metadata(), client, sleep: hurry },
			present: async ({ userCode }) => void (await refuseDevice(alice, userCode)),
		});
		await assert.rejects(
			refused,
			(error) => isClientError(error, "oauth-error") && error.oauth?.error === "access_denied",
		);
	});
});

describe("matrix-js-sdk signs a device in", { skip: jsSdk.skip }, () => {
	async function begin({ url: baseUrl }: RunningServer) {
		const { OAuth2, createClient } = await loadSdk();
		const found = await createClient({ baseUrl, logger: quiet }).getAuthMetadata();
		const clientId = await OAuth2.registerClient(
			found,
			{
				client_name: "Element",
				client_uri: "https://app.example/",
				redirect_uris: ["https://app.example/signed-in"],
				application_type: "web",
			},
			quiet,
		);
		const oauth = new OAuth2(found, { clientId }, quiet);
		return { oauth, codes: await oauth.startDeviceAuthorizationGrant() };
	}

	test("when the person allows it, and finds the device at the homeserver", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const { oauth, codes } = await begin(server);
		await allowDevice(alice, codes.user_code);
		const tokens = await oauth.waitForDeviceAuthorizationGrant(codes);
		assert.ok("access_token" in tokens, JSON.stringify(tokens));
		const { body } = await server.call({ accessToken: tokens.access_token }, "GET", "account/whoami");
		assert.equal(body.user_id, "@alice:localhost");
		assert.match(tokens.scope ?? "", new RegExp(`device:${body.device_id}$`));
	});

	test("after asking at once and again five seconds later, as it does", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const { oauth, codes } = await begin(server);
		const waiting = oauth.waitForDeviceAuthorizationGrant(codes);
		await allowDevice(alice, codes.user_code);
		assert.ok("access_token" in (await waiting));
	});

	test("and is told when the person refuses", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const { oauth, codes } = await begin(server);
		await refuseDevice(alice, codes.user_code);
		const answer = await oauth.waitForDeviceAuthorizationGrant(codes);
		assert.equal("error" in answer && answer.error, "access_denied");
	});
});
