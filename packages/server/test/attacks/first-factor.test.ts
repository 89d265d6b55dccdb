/** A thief with the password alone, before its owner adds a second factor: nothing they laid up is good afterwards. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeRecoveryCodes, scan, setUpCodes } from "../support/codes.ts";
import { identityOf } from "../support/device-crypto.ts";
import { approve, password, startServer } from "../support/server.ts";
import { addPasskey, softwarePasskey } from "../support/software-passkey.ts";

describe("with the first second factor", () => {
	test("recovery codes of before are worth nothing, and none are made while they stand in for nothing", async () => {
		let now = 1_800_000_000_000;
		await using server = await startServer({ clock: () => now });
		const [thief, alice] = [await server.register("alice"), await server.signIn("alice")];
		const page = await thief.open("/account/proofs/recovery-codes");
		const made = await thief.press(page, "Make ten codes", { password });
		assert.equal(made.url.pathname, "/account/proofs");
		assert.deepEqual(await server.rows("recovery_codes"), []);
		const app = await setUpCodes(alice, now);
		const both = () => {
			now += 60_000;
			return { password, code: app.at(now) };
		};
		assert.equal((await makeRecoveryCodes(alice, both())).length, 10);
		const removal = await alice.open("/account/proofs/remove-codes");
		await alice.press(removal, "Remove one-time codes", both());
		assert.equal((await server.rows("recovery_codes")).length, 10, "they come back to no other life");
		await setUpCodes(alice, now);
		assert.deepEqual(await server.rows("recovery_codes"), []);
	});

	test("an approval that a password gave is withdrawn, and the page says why", async () => {
		await using server = await startServer();
		const alice = await server.register("alice");
		const device = await server.loginDevice({ localpart: "alice", browser: alice });
		const upload = (name: string) =>
			server.call(device, "POST", "keys/device_signing/upload", identityOf(device.userId, name).body);
		assert.equal((await upload("first")).status, 200);
		const asked = await upload("second");
		const { url } = asked.body.params["m.oauth"];
		await approve(alice, url, "alice");
		await addPasskey(alice, { base: server.url });
		const [request] = await server.rows("reset_requests");
		assert.deepEqual([request?.state, request?.end_reason], ["withdrawn", "factor-added"]);
		assert.match((await alice.open(url)).text, /approved with the password alone/);
		assert.equal((await upload("second")).status, 401);
	});

	test("a permission to add another one, begun with the password, is over in the same browser too", async () => {
		const now = Date.now();
		await using server = await startServer({ clock: () => now });
		const alice = await server.register("alice");
		const laid = await alice.press(await alice.open("/account/proofs/new-codes"), "Continue", { password });
		const thiefs = softwarePasskey(server.url);
		const asked = await alice.open("/account/proofs/new-passkey");
		const open = await alice.press(asked, "Continue", { name: "Phone", password });
		await addPasskey(alice, { base: server.url });
		await alice.press(open, "Make the passkey", { passkey: thiefs.answer(open) });
		await alice.press(laid, "Use this app", { code: scan(laid).at(now) });
		assert.deepEqual([(await server.rows("passkeys")).length, await server.rows("one_time_codes")], [1, []]);
	});
});
