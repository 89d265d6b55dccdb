/** What commands refuse before they look at any data. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { run } from "./index.ts";

async function type(line: string, environment: Readonly<Record<string, string>> = {}) {
	const said = { out: "", err: "" };
	const code = await run(line.split(" "), {
		environment: { COUNTERSIGN_DATA: "/nowhere/at/all", ...environment },
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: () => assert.fail("nobody is asked"),
	});
	return { code, ...said };
}

describe("a command that is asked for wrongly ends with 2 and says how it is right", () => {
	const wrong = { COUNTERSIGN_PORT: "x" };
	const anyPort = { COUNTERSIGN_PUBLIC_BASE: "https://account.example.org", COUNTERSIGN_PORT: "0" };
	const postgres = { COUNTERSIGN_DATABASE: "postgres://127.0.0.1:9/none" };
	for (const [line, environment, words] of [
		["backup copy.db", postgres, /PostgreSQL is backed up by its own tools/],
		["proxy", {}, /nginx\|caddy/],
		["proxy apache", {}, /"apache" is no proxy it knows; expected nginx or caddy/],
		["proxy caddy", {}, /no proxy for these settings:\npublic_base is not set/],
		["proxy caddy", anyPort, /no proxy for these settings:\nport is 0/],
		["sessions end ann", {}, /--device=ID, an app without one with --session=ID, or say --all/],
		[
			"sessions end ann --all --device=X",
			{},
			/--device=ID, an app without one with --session=ID, or say --all/,
		],
		["programs create", {}, /programs create NAME/],
		["programs create ", {}, /A program needs a name by which it is recognised later/],
		["programs create \u200b", {}, /A program needs a name by which it is recognised later/],
		["users create ann --reopen", {}, /--reopen goes with --adopt/],
		["doctor --also nowhere", {}, /--also takes an address/],
		["doctor --also ftp://matrix.example.org", {}, /--also takes an address/],
		["move back x.yaml --backup b --accept locked", {}, /takes signed-out, second-factors and nothing else/],
		["move back x.yaml --backup b --accept signed-out --accept locked", {}, /nothing else/],
		...[
			"serve",
			"doctor",
			"users list",
			"users lock ann",
			"sessions list ann",
			"backup copy.db",
			"proxy nginx",
		].map((each) => [each, wrong, /\nCOUNTERSIGN_PORT is "x"; expected a port number/] as const),
	] as const)
		test(`${line} with ${Object.keys(environment).join(", ") || "nothing set"}`, async () => {
			const { code, out, err } = await type(line, environment);
			assert.deepEqual([code, out], [2, ""]);
			assert.match(err, words);
		});
});

test("a proxy is told of by each of its names, and settings by their schema", async () => {
	const environment = { COUNTERSIGN_PUBLIC_BASE: "https://account.example.org" };
	const nginx = await type("proxy nginx", environment);
	assert.deepEqual([nginx.code, nginx.err], [0, ""]);
	assert.match(nginx.out, /proxy_pass/);
	assert.match((await type("proxy caddy", environment)).out, /reverse_proxy/);
	const { code, out } = await type("config schema");
	assert.deepEqual([code, JSON.parse(out).title], [0, "Countersign settings"]);
});

test("nobody goes back from where no server ever was", async () => {
	const { code, err } = await type("move back /nowhere/a.yaml --also /nowhere/b.yaml --backup b");
	assert.equal(code, 1);
	assert.match(err, /^There are no data in /);
});
