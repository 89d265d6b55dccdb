/** The offer to step up beside the page (MSC4363): apps that know the page alone are unharmed by it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { MatrixClient } from "matrix-js-sdk";
import type { FormBrowser } from "../support/form-browser.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk, loadSdk } from "../support/js-sdk-library.ts";
import { approve, type RunningServer, startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { completeReset } from "./complete-reset.ts";
import { shapes } from "./reset-shapes.ts";
import { rustApproved, rustRefused } from "./rust-sequence.ts";

const offered = "org.matrix.msc4363.M_INSUFFICIENT_USER_AUTHENTICATION";

let server: RunningServer;
before(async () => {
	server = await startServer({ stepUp: true });
});
after(() => server.close());

describe("an app of matrix-js-sdk that knows the page alone", () => {
	let app: Awaited<ReturnType<typeof startSdkApp>>;
	let browser: FormBrowser;
	let isLoggedOut = false;
	before(async () => {
		if (!jsSdk.available) return;
		browser = await server.register("alice");
		const { HttpApiEvent } = await loadSdk();
		app = await startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }));
		app.client.on(HttpApiEvent.SessionLoggedOut, () => {
			isLoggedOut = true;
		});
		await app.crypto.bootstrapCrossSigning({
			authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null),
		});
	});
	after(() => app?.[Symbol.asyncDispose]());

	// The one that asks hundreds of times has nothing more to say of the body.
	for (const shape of shapes.filter(({ name }) => !name.includes("240 times")))
		test(`completes a reset with ${shape.name}`, { skip: jsSdk.skip }, async () => {
			await completeReset({ homeserver: server.url, browser, app }, shape);
			assert.equal(isLoggedOut, false);
		});

	test("is told what to do where it leaves the stages to the library, and goes on", {
		skip: jsSdk.skip,
	}, async () => {
		const { InteractiveAuth } = await loadSdk();
		const states: { readonly stage: string; readonly error: string | undefined }[] = [];
		await app.crypto.bootstrapCrossSigning({
			setupNewCrossSigning: true,
			authUploadDeviceSigningKeys: async (makeRequest) => {
				assert.equal((await challengeOf(makeRequest, null)).errcode, offered);
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
				await approve(browser, url, "alice");
				await dialog.submitAuthDict({});
				return done;
			},
		});
		const [{ stage, error } = { stage: undefined, error: undefined }, ...more] = states;
		assert.deepEqual([stage, more], ["m.oauth", []]);
		assert.match(error ?? "", /^Replacing a digital identity has to be approved on this page first: http:/);
		assert.equal(isLoggedOut, false);
	});
});

describe("an app that asks as the Rust SDK does", () => {
	for (const release of ["0.18", "0.19"] as const) {
		const place = () => ({ server, accounts: server.url, release });
		test(`polls to the end of an approval (${release})`, () => rustApproved(place()));
		test(`is told of a refusal (${release})`, () => rustRefused(place()));
	}
});
