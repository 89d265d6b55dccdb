/** A passphrase in place of a recovery key, as other apps let people make one. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { keyFingerprint } from "@countersign/protocol";
import { prepareIdentityReset } from "../../client/src/index.ts";
import { openPlainApp } from "../../client/test/support/plain-app.ts";
import { approve, password } from "../../server/test/support/server.ts";
import { openWorld, signIn, statusOf } from "./support/world.ts";

const passphrase = "four words and a comma, of her own";

const key = {
	...{ first_message_index: 0, forwarded_count: 0, is_verified: false },
	session_data: { ciphertext: "AAAA", ephemeral: "AAAA", mac: "AAAA" },
};

test("a passphrase restores the identity, and after a reset opens what was removed; that none of it can be read is said", async () => {
	await using world = await openWorld();
	const { server, browser, machine } = world;
	const phone = await server.loginDevice({ localpart: "alice" });
	const app = await openPlainApp({ url: server.url, signIn: () => phone });
	const setUp = await prepareIdentityReset({ ...app, recovery: { kind: "passphrase", passphrase } });
	const { masterKey, backupVersion } = await setUp.run({
		present: () => assert.fail("a first identity needs nobody"),
		saveRecoveryKey: async () => {},
	});

	const device = await signIn(server, machine);
	const before = await statusOf(machine);
	assert.deepEqual([before.recovery, before.advice], ["passphrase", "restore"]);
	const wrong = await machine.run(["restore"], "four other words\n");
	assert.deepEqual([wrong.exit, /not the recovery key or passphrase/.test(wrong.complaint)], [1, true]);
	assert.equal((await statusOf(machine)).advice, "restore", "and nothing was changed");
	const restored = await machine.run(["restore", "--json"], `${passphrase}\n`);
	assert.deepEqual([restored.exit, restored.lines().at(-1).fingerprint], [0, keyFingerprint(masterKey)]);
	const { advice, backup } = await statusOf(machine);
	assert.deepEqual([advice, backup.inUse], ["nothing", true]);
	for (const text of [restored.out, restored.complaint]) assert.ok(!text.includes(passphrase));

	// Another program of hers removes the backup on the way, as apps of today do.
	const put = await server.call(device, "PUT", `room_keys/keys/!r%3Ah/s?version=${backupVersion}`, key);
	assert.equal(put.status, 200, JSON.stringify(put.body));
	assert.equal((await server.call(device, "DELETE", `room_keys/version/${backupVersion}`)).status, 200);
	const defaultKey = `user/${encodeURIComponent(device.userId)}/account_data/m.secret_storage.default_key`;
	assert.equal((await server.call(device, "PUT", defaultKey, {})).status, 200);
	const words = ["--replace", keyFingerprint(masterKey), "--save-recovery-key", machine.path("key")];
	const reset = machine.start(["reset", ...words]);
	const [asked = ""] = await reset.says(/http\S+/);
	await approve(browser, asked, "alice");
	assert.equal((await reset.ended).exit, 0);

	writeFileSync(machine.path("wrong"), "four other words\n");
	const refused = machine.start(["undo", "--wait", "3", "--recovery-key-file", machine.path("wrong")]);
	const [page = ""] = await refused.says(/http\S+/);
	await browser.press(await browser.open(page), "Let it read for ten minutes", { password });
	const ended = await refused.ended;
	assert.deepEqual([ended.exit, /passphrase of before the reset/.test(ended.complaint)], [1, true]);
	const done = await machine.run(["undo", "--json"], `${passphrase}\n`);
	const { code, message } = done.lines().at(-1);
	assert.deepEqual([done.exit, code], [1, "none-opened"], done.out + done.complaint);
	assert.match(message, /keeps: 1\. None of them could be opened/);
});
