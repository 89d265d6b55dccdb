/** A program that ends after any of its deeds, on a real Synapse: behind the guard, and in the window without it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { prepareIdentityReset, resumeIdentityReset } from "@countersign/client";
import { mortal } from "../../../client/test/support/mortal.ts";
import { openPlainApp } from "../../../client/test/support/plain-app.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { readIdentity } from "../support/published-identity.ts";
import { approve, fillSignIn, type LoggedInDevice, password, startServer } from "../support/server.ts";
import { needsSynapse, startSynapse } from "../support/synapse.ts";
import { needsSynapseBehind, openSynapseWorld } from "../support/synapse-world.ts";

const timeout = 300_000;

interface Place {
	readonly url: string;
	readonly device: LoggedInDevice;
	/** Agrees, as the person does at this page. */
	readonly agree: (url: string) => Promise<unknown>;
}

/** Ends the program after its first deed, another one after its second, and so on; each time another one goes on. */
async function assertGoesOn(t: TestContext, { url, device, agree }: Place): Promise<void> {
	const app = await openPlainApp({ url, signIn: () => device });
	const keys = new Set<string>();
	const pages = new Set<string>();
	const options = {
		poll: "manual",
		async present({ url: page, checkNow }: { readonly url: string; readonly checkNow: () => void }) {
			if (pages.size === 0) await agree(page);
			pages.add(page);
			checkNow();
		},
		saveRecoveryKey: async (key: string) => void keys.add(key),
	} as const;
	let published = await (await prepareIdentityReset(app)).run(options);
	for (let deaths = 0; ; deaths++) {
		keys.clear();
		pages.clear();
		const one = mortal(app, deaths + 1);
		const begun = prepareIdentityReset({ ...one.parts, oldBackup: "keep" }).then((reset) =>
			reset.run(options),
		);
		const ended = await Promise.race([begun, one.died]);
		const kept = await resumeIdentityReset(app);
		const outcome = ended === "died" ? await kept?.run(options) : ended;
		assert.ok(pages.size <= 1, `asked for ${pages.size} approvals after ${one.lastDeed()}`);
		const seen = await readIdentity(url, device);
		assert.notEqual(seen.masterKey, published.masterKey, one.lastDeed());
		assert.deepEqual(seen.signedDevices, [device.deviceId], one.lastDeed());
		assert.equal(keys.size, 1, "the same recovery key");
		if (outcome === undefined) {
			assert.equal(one.lastDeed(), "delete", "only at its very end nothing is left to go on with");
			t.diagnostic(`ended ${deaths + 1} times`);
			assert.ok(deaths >= 12, `ended ${deaths + 1} times`);
			return;
		}
		assert.equal(seen.masterKey, outcome.masterKey);
		assert.equal(await app.crypto.backupVersion(), outcome.backupVersion);
		published = outcome;
	}
}

test("ended after any of its deeds behind the guard, a reset goes on with the same keys and approval", {
	skip: needsSynapseBehind("nginx").skip,
	timeout,
}, async (t) => {
	await using world = await openSynapseWorld();
	const device = await world.loginDevice({ localpart: "alice", browser: await world.register("alice") });
	const agree = (url: string) => approve(world.browser(), url, "alice");
	await assertGoesOn(t, { url: world.homeserver, device, agree });
});

test("ended after any of its deeds on Synapse alone, a reset goes on in the window that was opened for it", {
	skip: needsSynapse.skip,
	timeout,
}, async (t) => {
	const secret = "a-secret-of-both";
	const port = await lastingPort();
	const url = `http://127.0.0.1:${port}/`;
	await using server = await startServer({
		homeserver: { synapse: url, secret, publicBase: url, guard: false },
	});
	await using synapse = await startSynapse({ masEndpoint: server.url, secret, port });
	const browser = await server.register("alice");
	const device = await server.loginDevice({ localpart: "alice", browser, homeserver: synapse.base });
	const agree = async (page: string) => {
		// As if the ten minutes of the reset before were over, of which Synapse knows that they are.
		await server.change("DELETE FROM security_events WHERE kind LIKE 'reset-window-%'");
		const own = server.browser();
		const asked = await fillSignIn(own, await own.open(page), "alice");
		await own.press(asked, "Allow it for ten minutes", { understood: "yes", password });
	};
	await assertGoesOn(t, { url, device, agree });
});
