/** Apps name their device at a real Synapse, which the account pages have to know, and do without. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { openGuardWorld } from "../support/guard-world.ts";
import { call } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

describe("a device that its app named at a real Synapse", needsSynapse, async () => {
	if (needsSynapse.skip !== false) return;
	const world = await openGuardWorld();
	after(() => world[Symbol.asyncDispose]());
	const { synapse, alice, phone } = world;
	const name = async (display_name: string) => {
		const path = `devices/${phone.deviceId}`;
		const body = { display_name };
		const { status } = await call(synapse.base, phone.accessToken, { method: "PUT", path, body });
		assert.equal(status, 200);
	};
	const pages = ["/account/devices", "/account/devices/PHONEALICE", "/account/devices/PHONEALICE?delete=1"];

	test("is called so in the list, on its page, when it is signed out, and where it asks for an approval", async () => {
		await name("Kitchen \u202etablet\u0000\u200b <b>");
		const { path } = await world.ask(phone, "second");
		for (const page of [...pages, path, "/account/reset"]) {
			const { text } = await alice.open(page);
			assert.match(text, /Kitchen tablet &lt;b&gt;/, page);
		}
		await name("Renamed");
		assert.match((await alice.open(path)).text, /Renamed/);
	});

	test("is called as it signed in while Synapse is away, and nobody waits for it", async () => {
		await synapse.freeze();
		try {
			for (const page of pages) {
				const begun = performance.now();
				const { status, text } = await alice.open(page);
				assert.deepEqual([status, /Renamed|Kitchen/.test(text)], [200, false], page);
				assert.ok(performance.now() - begun < 4_000, page);
			}
		} finally {
			synapse.thaw();
		}
	});
});
