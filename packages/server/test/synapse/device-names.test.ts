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

	test("is called at Synapse what its person calls it on our page, for all their apps", async () => {
		await world.advance(3_600_000);
		const renewed = await world.renew(phone);
		const page = await alice.open("/account/devices/PHONEALICE/name");
		assert.match(page.text, /value="Renamed"/);
		const done = await alice.press(page, "Save", { name: "  Hall \u2067\u200bphone\u0000 " });
		assert.equal(done.url.pathname, "/account/devices/PHONEALICE");
		assert.match(done.text, /Hall phone/);
		const { body } = await call(synapse.base, renewed.accessToken, {
			...{ method: "GET", path: "devices/PHONEALICE" },
		});
		assert.equal(body.display_name, "Hall phone");
		const long = await alice.press(page, "Save", { name: "n".repeat(101) });
		assert.equal(long.status, 400);
	});

	test("keeps its name while a request to replace the identity waits", async () => {
		const { path } = await world.ask(await world.renew(await world.login("LAPTOPALICE")), "third");
		const page = await alice.open("/account/devices/PHONEALICE/name");
		const later = await alice.press(page, "Save", { name: "Disturbing" });
		assert.deepEqual([later.status, /value="Disturbing"/.test(later.text)], [409, true]);
		assert.doesNotMatch((await alice.open("/account/devices/PHONEALICE")).text, /Disturbing/);
		await alice.press(await alice.open(path), /refuse$/i);
		assert.equal((await alice.press(page, "Save", { name: "Renamed" })).status, 200);
	});

	test("is not named while Synapse is away, which the page says, and what was typed is not lost", async () => {
		const page = await alice.open("/account/devices/PHONEALICE/name");
		await synapse.freeze();
		try {
			const away = await alice.press(page, "Save", { name: "Lost" });
			assert.deepEqual([away.status, away.headers.get("retry-after")], [503, "10"]);
			assert.match(away.text, /does not answer[\s\S]*value="Lost"/);
		} finally {
			synapse.thaw();
		}
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
