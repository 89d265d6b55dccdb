import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { enterCode, refuseDevice } from "../../server/test/support/device-grant.ts";
import { allow, password } from "../../server/test/support/server.ts";
import { openWasmApp } from "../../server/test/support/wasm-app.ts";
import manifest from "../package.json" with { type: "json" };
import { openWorld, signIn, statusOf } from "./support/world.ts";

describe("signing in", () => {
	test("by a code that somebody allows elsewhere; what is kept is for its owner alone", async () => {
		await using world = await openWorld();
		const { server, browser, machine } = world;
		const login = machine.start(["login", server.url, "--json", "--show-url"]);
		const [, code = ""] = await login.says(/"userCode":"([^"]+)"/);
		const page = await enterCode(browser, code);
		assert.match(page.text, new RegExp(`xsign[^]*${new URL(manifest.homepage).host}`), "who asks is shown");
		await browser.press(page, "Allow", { own: "yes", password });
		const { exit, lines } = await login.ended;
		assert.equal(exit, 0);
		assert.deepEqual(
			lines().map(({ event }) => event),
			["enter-code", "step", "signed-in"],
		);
		assert.equal(statSync(machine.folder).mode & 0o777, 0o700);
		const files = readdirSync(machine.folder);
		assert.deepEqual(files.sort(), ["crypto", "session.json", "tokens.json"]);
		for (const file of files) assert.equal(statSync(join(machine.folder, file)).mode & 0o777, 0o600, file);
		const again = await machine.run(["login", server.url]);
		assert.deepEqual([again.exit, /signed in here already/.test(again.complaint)], [2, true]);
		const out = await machine.run(["logout"]);
		assert.deepEqual([out.exit, readdirSync(machine.folder)], [0, []]);
	});

	test("that somebody refuses elsewhere ends with 3, and keeps nothing", async () => {
		await using world = await openWorld();
		const { server, browser, machine } = world;
		const login = machine.start(["login", server.url]);
		const [, code = ""] = await login.says(/enter (\S+)/);
		await refuseDevice(browser, code);
		const { exit, complaint } = await login.ended;
		assert.deepEqual([exit, readdirSync(machine.folder)], [3, []]);
		assert.match(complaint, /refused/);
	});

	test("ends at once with Ctrl-C, and can be done again", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const login = machine.start(["login", server.url]);
		await login.says(/enter \S+/);
		login.signal("SIGINT");
		assert.deepEqual([(await login.ended).exit, readdirSync(machine.folder)], [130, []]);
		await signIn(server, machine);
	});

	test("by a browser on the same machine", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const login = machine.start(["login", "--browser", server.url]);
		const [page = ""] = await login.says(/http\S+/);
		const { left } = await allow(server.browser(), page, "alice");
		await (await fetch(left)).body?.cancel();
		const { exit, out } = await login.ended;
		assert.equal(exit, 0);
		assert.match(out, /Signed in as @alice:localhost/);
		assert.equal((await statusOf(machine)).advice, "set-up");
	});

	test("with a token, but not as a device that another program encrypts with", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const bot = await server.loginDevice({ localpart: "alice" });
		using _app = await openWasmApp(server.url, bot);
		const before = await server.call(bot, "POST", "keys/query", { device_keys: { [bot.userId]: [] } });
		const taken = await machine.run(["login", "--token", server.url], `${bot.accessToken}\n`);
		assert.deepEqual([taken.exit, readdirSync(machine.folder)], [2, []]);
		assert.match(taken.complaint, new RegExp(`Another program encrypts as device ${bot.deviceId}`));
		const after = await server.call(bot, "POST", "keys/query", { device_keys: { [bot.userId]: [] } });
		assert.deepEqual(after.body.device_keys, before.body.device_keys);
		const wrong = await machine.run(["login", "--token", server.url], "mct_made_up\n");
		assert.deepEqual([wrong.exit, readdirSync(machine.folder)], [1, []]);
	});

	test("asked for wrongly says what to type", async () => {
		await using world = await openWorld();
		const { server, machine } = world;
		const calls: readonly (readonly [words: readonly string[], input: string, exit: number, says: RegExp])[] =
			[
				[["login"], "", 2, /SERVER is missing: xsign login example\.org/],
				[["login", "ex ample"], "", 2, /no server name, user id or address/],
				[["login", "http://127.0.0.1:2"], "", 1, /does not answer: nothing listens there/],
				[["login", "--token", "--browser", server.url], "", 2, /--browser or --token, not both/],
				[["login", "--json", server.url], "", 2, /^$/],
				[["login", "--token", server.url], "", 2, /Nothing was entered/],
				[["login", "--token", server.url], "two words\n", 2, /no access token/],
				[["status"], "", 2, /Nobody is signed in here[\s\S]*xsign login/],
				[["reset"], "", 2, /Nobody is signed in here/],
				[["logout", "--force"], "", 2, /Nobody is signed in here/],
				[["vouch"], "", 2, /Which device\? Name its id/],
				[["vouch", "ABC"], "", 2, /--key is missing/],
				[["stauts"], "", 2, /You may mean: xsign status/],
				[["status", "--verbose"], "", 2, /no option --verbose[\s\S]*xsign help status/],
				[["reset", "--wait", "long"], "", 2, /a number of minutes/],
			];
		for (const [words, input, exit, says] of calls) {
			const ended = await machine.run(words, input);
			assert.equal(ended.exit, exit, `${words.join(" ")}: ${ended.out}${ended.complaint}`);
			assert.match(ended.complaint, says);
			if (words.includes("--json")) assert.match(ended.lines()[0].message, /add --show-url/);
		}
	});
});
