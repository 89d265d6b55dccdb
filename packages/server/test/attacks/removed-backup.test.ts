/** Whoever has a token takes the key backup away for good: its person hears of it while it is kept, and can end that app. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openAttackWorld } from "../support/attack-world.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";

const backup = { algorithm: "m.megolm_backup.v1.curve25519-aes-sha2", auth_data: { public_key: "abc" } };

test("a key backup that an app removed for good: a letter, whose link signs that app out and no other", async (t) => {
	const mails = await startMailServer();
	t.after(() => mails.close());
	await using world = await openAttackWorld({ email: mails.config });
	const { server, phone, alice } = world;
	const address = decodeURIComponent((await addressOf(server, "alice")).split("/").at(-1) ?? "");
	const thief = await server.loginDevice({ localpart: "alice", browser: alice });
	assert.equal((await server.call(phone, "POST", "room_keys/version", backup)).status, 200);
	assert.equal((await server.call(thief, "DELETE", "room_keys/version/1")).status, 200);
	const removed = /^An app removed a backup of your message keys for good/;
	assert.equal((await mails.lettersTo(address, 0, removed)).length, 0, "it comes back by itself so far");
	assert.equal((await server.call(thief, "POST", "room_keys/version", backup)).status, 200);
	const [letter] = await mails.lettersTo(address, 1, removed);
	const link = /\/account\/not-me\/\S+/.exec(letter?.mail.text ?? "")?.[0] ?? assert.fail();
	const anybody = server.browser();
	assert.equal((await anybody.press(await anybody.open(link), "This was not me")).title, "Done");
	const whoami = async (device: typeof phone) => (await server.call(device, "GET", "account/whoami")).status;
	assert.deepEqual([await whoami(thief), await whoami(phone)], [401, 200]);
});
