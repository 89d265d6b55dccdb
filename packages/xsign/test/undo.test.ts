import assert from "node:assert/strict";
import { test } from "node:test";
import * as wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import { exportedRoomKey } from "../../server/test/support/megolm.ts";
import { approve, password } from "../../server/test/support/server.ts";
import { openWorld, setUp } from "./support/world.ts";

/** A key of a message, as a device puts it into this backup. */
async function backedUp(publicKey: string) {
	await wasm.initAsync();
	const encryption = wasm.PkEncryption.fromKey(new wasm.Curve25519PublicKey(publicKey));
	const sealed = encryption.encryptString(JSON.stringify(exportedRoomKey("!r:h"))).toBase64();
	const session_data = { ephemeral: sealed.ephemeralKey, ciphertext: sealed.ciphertext, mac: sealed.mac };
	return { first_message_index: 0, forwarded_count: 0, is_verified: false, session_data };
}

test("what was removed before a reset is had back by the old recovery key, which the person lets", async () => {
	await using world = await openWorld();
	const { server, browser, machine } = world;
	const { device, fingerprint } = await setUp(server, machine);
	const none = await machine.run(["undo", "--wait", "0.02", "--recovery-key-file", machine.path("key")]);
	assert.deepEqual([none.exit, /let this device read it in time/.test(none.complaint)], [4, true]);
	// Another program of hers removes the backup on the way, as apps of today do.
	const { version, auth_data } = (await server.call(device, "GET", "room_keys/version")).body;
	const key = await backedUp(auth_data.public_key);
	const put = await server.call(device, "PUT", `room_keys/keys/!r%3Ah/s?version=${version}`, key);
	assert.equal(put.status, 200, JSON.stringify(put.body));
	assert.equal((await server.call(device, "DELETE", `room_keys/version/${version}`)).status, 200);
	const defaultKey = `user/${encodeURIComponent(device.userId)}/account_data/m.secret_storage.default_key`;
	assert.equal((await server.call(device, "PUT", defaultKey, {})).status, 200);
	const newKey = machine.path("key2");
	const reset = machine.start(["reset", "--replace", fingerprint, "--save-recovery-key", newKey]);
	const [asked = ""] = await reset.says(/http\S+/);
	await approve(browser, asked, "alice");
	assert.equal((await reset.ended).exit, 0);

	const wrong = machine.start(["undo", "--wait", "3", "--recovery-key-file", newKey]);
	const [page = ""] = await wrong.says(/http\S+/);
	const shown = await browser.open(page);
	assert.match(shown.text, /1 message key/);
	const allowed = await browser.press(shown, "Let it read for ten minutes", { password });
	assert.match(allowed.text, /An app can read it now/);
	const refused = await wrong.ended;
	assert.deepEqual(
		[refused.exit, /not the recovery key .* before the reset/.test(refused.complaint)],
		[1, true],
	);

	const done = await machine.run(["undo", "--json", "--recovery-key-file", machine.path("key")]);
	assert.equal(done.exit, 0, done.out + done.complaint);
	const { what, roomKeys } = done.lines().at(-1);
	assert.deepEqual([what, roomKeys], ["undone", { total: 1, imported: 1 }]);
});

test("without an identity, or with too long a wait, nobody is asked for anything", async () => {
	await using world = await openWorld();
	const { server, machine } = world;
	const early = await machine.run(["undo"]);
	assert.deepEqual([early.exit, /xsign login/.test(early.complaint)], [2, true]);
	const device = await server.loginDevice({ localpart: "alice" });
	await machine.run(["login", "--token", server.url], `${device.accessToken}\n`);
	const bare = await machine.run(["undo"]);
	assert.deepEqual([bare.exit, /xsign setup/.test(bare.complaint)], [2, true]);
	assert.equal((await machine.run(["undo", "--wait", "61"])).exit, 2);
});
