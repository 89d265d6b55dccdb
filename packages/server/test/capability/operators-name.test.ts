/** The name in which the pages are is nobody's password, wherever one is chosen. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../src/cli/index.ts";
import { passwordLink } from "../support/password-link.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";

const name = "Example Society";
const refusal = /little more than your name/;

/** A command that asks for a password, with the settings in a file. */
async function typed({ dataDirectory, database }: RunningServer, words: readonly string[], secret: string) {
	const file = join(dataDirectory, "settings.yaml");
	writeFileSync(file, `operator:\n  name: ${name}\n`);
	const said: string[] = [];
	const code = await run(words, {
		environment: {
			...{ COUNTERSIGN_CONFIG: file, COUNTERSIGN_DATA: dataDirectory },
			...(database !== undefined && { COUNTERSIGN_DATABASE: database }),
		},
		out: (text) => void said.push(text),
		complain: (headline) => void said.push(headline),
		readSecret: async () => secret,
	});
	return { code, said: said.join("\n") };
}

test("the operator's name is no password: at registering, changing, by a link, and for commands", async () => {
	await using server = await startServer({ branding: { name } });
	const browser = server.browser();
	const asked = await browser.press(await browser.open("/register"), "Create account", {
		...{ username: "alice", password: name },
	});
	assert.match(asked.text, refusal);
	const alice = await server.register("alice");
	const changed = await alice.press(await alice.open("/account/password"), "Change password", {
		...{ current: password, password: name },
	});
	assert.match(changed.text, refusal);
	const other = server.browser();
	const linked = await other.open(await passwordLink(server, "alice"));
	assert.match((await other.press(linked, "Set password", { password: name })).text, refusal);
	for (const words of [
		["users", "set-password", "alice"],
		["users", "create", "bob"],
	]) {
		const refused = await typed(server, words, name);
		assert.deepEqual([refused.code, /little more than/.test(refused.said)], [1, true], refused.said);
	}
	assert.equal((await typed(server, ["users", "create", "bob"], password)).code, 0);
});
