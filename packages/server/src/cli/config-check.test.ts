import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./index.ts";

async function check(settings: Readonly<Record<string, string>>) {
	let out = "";
	const code = await run(["config", "check"], {
		environment: { COUNTERSIGN_DATA: "/data", ...settings },
		out: (text) => {
			out += text;
		},
		complain: () => undefined,
		readSecret: () => assert.fail("nobody is asked"),
	});
	assert.equal(code, 0);
	const rows = out.split("\n").map((line) => /^(\S+) +(.*)$/.exec(line)?.slice(1) ?? []);
	return new Map(rows.map(([name = "", value = ""]) => [name, value]));
}

test("what is not set stands there as what it comes to", async () => {
	const shown = await check({ COUNTERSIGN_PORT: "9000" });
	assert.equal(shown.get("public_base"), "http://localhost:9000/ (default)");
	assert.equal(shown.get("server_name"), "localhost (default, unless the data have another)");
	assert.equal(shown.get("homeserver.synapse"), "none: the built-in homeserver (default)");
	assert.equal(shown.get("open_registration"), "yes");
	assert.equal(shown.get("trusted_proxies"), "none");
	assert.ok(!shown.has("homeserver.guard"), "there is nothing to guard");
});

test("beside Synapse the guard is shown, and no secret is", async () => {
	const secret = "sixteen-or-more-characters";
	const shown = await check({
		COUNTERSIGN_HOMESERVER_SYNAPSE: "http://127.0.0.1:8018",
		COUNTERSIGN_HOMESERVER_SECRET: secret,
		COUNTERSIGN_SERVER_NAME: "example.org",
		COUNTERSIGN_PUBLIC_BASE: "https://account.example.org",
	});
	assert.equal(shown.get("homeserver.guard"), "yes");
	assert.equal(shown.get("homeserver.public_base"), "https://example.org/");
	assert.equal(shown.get("server_name"), "example.org");
	assert.equal(shown.get("metrics.allow"), "none");
	assert.ok(![...shown.values()].join().includes(secret));
});
