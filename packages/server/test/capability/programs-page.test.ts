/** What `docs/programs.md` has somebody type who sets up a webhook, as far as there are no rooms; the rest beside Synapse. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeToken } from "../support/personal-token.ts";
import { blocksOf, openShell } from "../support/programs-page.ts";
import { startServer } from "../support/server.ts";

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

test("a webhook knows whose its token is, and keeps it out of the list of processes", {
	skip: !hasCurl && "curl is not installed",
}, async () => {
	await using server = await startServer();
	const { token } = await makeToken(await server.register("webhook"));
	using shell = openShell({ TOKEN: token, HOMESERVER: server.url.replace(/\/$/, "") });
	const [keep = "", whoami = "", ...more] = blocksOf("A webhook, with curl");
	assert.equal(more.length, 1);
	assert.equal((await shell.type(keep)).code, 0);
	for (const file of ["token.txt", "curl.conf"])
		assert.equal(statSync(join(shell.folder, file)).mode & 0o077, 0, "nobody else reads it");
	assert.doesNotMatch(whoami, /\$TOKEN|Bearer/);
	const { code, out } = await shell.type(whoami);
	assert.equal(code, 0);
	assert.equal(JSON.parse(out).user_id, "@webhook:localhost");
	assert.equal(
		(await shell.type(whoami.replace("curl.conf", "/dev/null"))).code,
		22,
		"without it nobody is told",
	);
});
