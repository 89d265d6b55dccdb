import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	authorizationCodeRequest,
	authorizationUrl,
	createDeviceId,
	createPkce,
	createState,
	deviceScope,
	processAuthorizationCallback,
	processRegistrationResponse,
	registrationRequest,
} from "@countersign/client";
import { allow, password, type RunningServer, startServer } from "../support/server.ts";

/** An app that has been let in from a browser of the person and keeps its code for later. Returns the exchange. */
async function codeKeptBack(server: RunningServer, localpart: string) {
	const metadata = await server.metadata();
	const redirectUri = "http://127.0.0.1/callback";
	const { clientId } = await processRegistrationResponse(
		await registrationRequest(metadata, {
			clientUri: "https://app.example/",
			redirectUris: [redirectUri],
			applicationType: "native",
		}),
	);
	const [state, pkce] = [createState(), await createPkce()];
	const scope = deviceScope(createDeviceId());
	const address = authorizationUrl(metadata, {
		...{ clientId, redirectUri, scope, state, pkce, responseMode: "query" },
	});
	const { left } = await allow(await server.signIn(localpart), address, localpart);
	const { code } = processAuthorizationCallback(left.href, { state, metadata });
	return () => authorizationCodeRequest(metadata, { clientId, code, redirectUri, verifier: pkce.verifier });
}

describe("a thief in the person's browser lets an app in and keeps the code back", () => {
	test("until the person has signed out everywhere: the app is not let in again", async () => {
		await using server = await startServer();
		const browser = await server.register("alice");
		const exchange = await codeKeptBack(server, "alice");
		const page = await browser.open("/account/sign-out-everywhere");
		await browser.press(page, /^Sign out/);
		const answer = await exchange();
		assert.equal(answer.status, 400);
		assert.match(await answer.text(), /invalid_grant/);
	});

	test("until the person has changed the password: the same", async () => {
		await using server = await startServer();
		const browser = await server.register("alice");
		const exchange = await codeKeptBack(server, "alice");
		const page = await browser.open("/account/password");
		await browser.press(page, /password/i, { current: password, password: "another long passphrase" });
		assert.equal((await exchange()).status, 400);
	});

	test("until the person has closed the account: the same", async () => {
		await using server = await startServer();
		const browser = await server.register("alice");
		const exchange = await codeKeptBack(server, "alice");
		const page = await browser.open("/account/deactivate");
		await browser.press(page, /deactivate|close/i, { username: "alice", password });
		assert.equal((await exchange()).status, 400);
	});

	test("but signing an app in afterwards works as ever", async () => {
		await using server = await startServer();
		const browser = await server.register("alice");
		await browser.press(await browser.open("/account/sign-out-everywhere"), /^Sign out/);
		const device = await server.loginDevice({ localpart: "alice", browser });
		assert.equal((await server.call(device, "GET", "account/whoami")).status, 200);
	});
});
