/** Our own client where a homeserver offers to step up, against the whole server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenHolder, isClientError, type StepUpOffer, uploadWithApproval } from "@countersign/client";
import { loginByLoopback, stepUpByLoopback } from "@countersign/client/node";
import { identityOf } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { readIdentity } from "../support/published-identity.ts";
import { allow, startServer } from "../support/server.ts";
import { agreement, refusal } from "../support/step-up.ts";

const userId = "@alice:localhost";

/** Goes where the browser is sent, as a browser does. */
async function follow(left: URL | undefined): Promise<void> {
	assert.ok(left !== undefined, "the program is returned to");
	await (await fetch(left)).body?.cancel();
}

async function answer(browser: FormBrowser, url: string, label: string): Promise<void> {
	await follow((await browser.press(await browser.open(url), label)).left);
}

test("a program replaces an identity by stepping up, with no page of its own and no second look", async () => {
	await using server = await startServer({ stepUp: true });
	const alice = await server.register("alice");
	const metadata = await server.metadata();
	const client = { clientUri: "https://tool.example", clientName: "Tool" };
	const { clientId, deviceId, tokens } = await loginByLoopback({
		...{ metadata, client },
		present: async (url) => follow((await allow(alice, url, "alice")).left),
	});
	const holder = createTokenHolder({ metadata, clientId, tokens, save: async () => {} });
	const upload = (identity: string, label: string) =>
		uploadWithApproval({
			...{ homeserver: server.url, accessToken: holder.accessToken, keys: identityOf(userId, identity).body },
			present: () => assert.fail("the page is not needed"),
			async stepUp(offer: StepUpOffer, signal) {
				const present = (url: string) => answer(alice, url, label);
				await holder.replace(
					await stepUpByLoopback({ metadata, clientId, deviceId, offer, signal, present }),
				);
				return true;
			},
		});
	const masterKey = async () =>
		(await readIdentity(server.url, { userId, accessToken: await holder.accessToken() })).masterKey;

	assert.equal((await upload("first", agreement)).approval, "not-needed");
	const first = await masterKey();
	assert.deepEqual(await upload("second", agreement), { outcome: "stored", approval: "given" });
	const second = await masterKey();
	assert.notEqual(second, first);

	const refused = await upload("third", refusal).catch((error: unknown) => error);
	assert.ok(isClientError(refused, "oauth-error") && refused.oauth?.error === "access_denied");
	assert.equal(refused.safe, true);
	assert.equal(await masterKey(), second);
});
