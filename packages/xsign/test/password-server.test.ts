import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { password } from "../../client/test/support/servers/index.ts";
import { openPasswordServer } from "./support/password-server.ts";
import { statusOf } from "./support/world.ts";
import { createMachine } from "./support/xsign.ts";

describe("where a server has nothing but passwords", () => {
	test("one is asked for, and kept nowhere", async () => {
		await using server = await openPasswordServer();
		using machine = createMachine();
		const noName = await machine.run(["login", server.url], `${password}\n`);
		assert.deepEqual([noName.exit, /xsign login --password @you/.test(noName.complaint)], [2, true]);
		const wrong = await machine.run(
			["login", "--password", server.url, "--user", "@alice:localhost"],
			"guess\n",
		);
		assert.deepEqual([wrong.exit, readdirSync(machine.folder)], [1, []]);
		const login = await machine.run(
			["login", "--password", server.url, "--user", "@alice:localhost"],
			`${password}\n`,
		);
		assert.equal(login.exit, 0, login.complaint);
		assert.match(login.out, /Signed in as @alice:localhost/);
		assert.doesNotMatch(login.out + login.complaint, /battery/);
		using other = createMachine();
		const browser = await other.run(["login", "--browser", server.url]);
		assert.equal(browser.exit, 5);
	});

	test("a reset that is asked for one and gets none changes nothing, and can be resumed", async () => {
		await using server = await openPasswordServer();
		using machine = createMachine();
		await machine.run(["login", "--token", server.url], server.signIn().accessToken);
		await machine.run(["setup", "--no-recovery-key"]);
		const { fingerprint } = await statusOf(machine);
		const none = await machine.run(["reset", "--replace", fingerprint, "--no-recovery-key"]);
		assert.deepEqual([none.exit, /Nothing was changed/.test(none.complaint)], [2, true]);
		const { underWay, ...status } = await statusOf(machine);
		assert.equal(status.fingerprint, fingerprint);
		const wrong = await machine.run(["resume"], "guess\n");
		assert.notEqual(wrong.exit, 0);
		assert.equal((await statusOf(machine)).underWay, underWay);
		const done = await machine.run(["resume", "--json"], `${password}\n`);
		assert.deepEqual([done.exit, done.lines().at(-1).fingerprint], [0, underWay]);
	});
});
