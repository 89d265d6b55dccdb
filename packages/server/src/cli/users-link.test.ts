import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startServer } from "../../test/support/server.ts";
import { run } from "./index.ts";

const server = await startServer();
after(() => server.close());
await server.register("alice");
await server.register("bob");
const settings = join(server.dataDirectory, "settings.yaml");
writeFileSync(
	settings,
	JSON.stringify({
		data: server.dataDirectory,
		upstream: { company: { issuer: "https://id.example.org", client_id: "matrix" } },
	}),
);

async function link(lines: string, ...words: readonly string[]) {
	const from = join(server.dataDirectory, "links.csv");
	writeFileSync(from, lines);
	const said = { out: "", err: "" };
	const code = await run(["users", "link", "--from", from, "--config", settings, ...words], {
		environment: {},
		out: (text) => {
			said.out += text;
		},
		complain: (headline, details = []) => {
			said.err += `${[headline, ...details].join("\n")}\n`;
		},
		readSecret: () => Promise.reject(new Error("nobody is asked")),
	});
	return { code, ...said };
}

const rows = async () =>
	(await server.rows("account_links")).map(({ provider, subject, name }) => [provider, subject, name]);

test("a preview says what would be done, line by line, and does nothing", async () => {
	const { code, out, err } = await link(
		"name,service,subject\nalice,company,s-1,At work\nbob,company,s-2",
		"--preview",
	);
	assert.deepEqual([code, err], [0, ""]);
	assert.match(out, /2 +@alice:localhost +company +s-1 +At work +would be linked/);
	assert.match(out, /3 +@bob:localhost +company +s-2 +would be linked/);
	assert.deepEqual(await rows(), []);
});

test("one line that cannot be done stops them all, and each is named", async () => {
	const lines = ["alice,company,s-1", "carol,company,s-3", "bob,compnay,s-2", "@bob:example.org,company,s-4"];
	for (const words of [[], ["--preview"]]) {
		const { code, err } = await link(lines.join("\n"), ...words);
		assert.equal(code, 1);
		assert.match(err, /line 2: there is no user "carol"/);
		assert.match(err, /line 3: no service is set up as "compnay"/);
		assert.match(err, /line 4: This is localhost/);
	}
	assert.deepEqual(await rows(), []);
});

test("a file is done once, is good again, takes nobody's link away, and stands in each person's log", async () => {
	const lines = "alice,company,s-1,At work\nbob,company,s-2";
	const done = await link(lines);
	assert.deepEqual([done.code, done.out], [0, "2 linked.\n"]);
	assert.deepEqual(await rows(), [
		["company", "s-1", "At work"],
		["company", "s-2", null],
	]);
	assert.equal((await link(lines)).out, "0 linked, 2 were already.\n");
	const taken = await link("bob,company,s-1");
	assert.equal(taken.code, 1);
	assert.match(taken.err, /line 1: "s-1" at company is somebody else's account/);
	const logged = (await server.rows("security_events")).filter(({ kind }) => kind === "link-added");
	assert.deepEqual(
		logged.map(({ actor }) => actor),
		["operator", "operator"],
	);
});

test("without a file nothing is done", async () => {
	const code = await run(["users", "link"], {
		environment: {},
		out: () => undefined,
		complain: () => undefined,
		readSecret: () => Promise.reject(new Error("nobody is asked")),
	});
	assert.equal(code, 2);
});
