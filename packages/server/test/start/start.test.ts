import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { runToEnd, startChild } from "../support/child-server.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { lastingPort } from "../support/lasting-port.ts";
import { fillSignIn, password } from "../support/server.ts";

const folder = await mkdtemp(join(tmpdir(), "countersign-start-"));
after(() => rm(folder, { recursive: true }));

test("an empty directory is enough: it answers, and says where to go", async () => {
	const data = join(folder, "empty", "deeper");
	await using server = await startChild({ DATA: data });
	const answer = await fetch(`${server.url}health`);
	assert.equal(answer.status, 200);
	assert.deepEqual(await answer.json(), { status: "ok" });
	assert.match(server.said(), new RegExp(`Matrix clients: +${server.url} `));
	assert.match(server.said(), new RegExp(`Create an account: ${server.url}register`));
	assert.ok(server.said().includes(data), "says where the data are");
});

test("what people made before a restart is there after it, under the same name", async () => {
	const data = join(folder, "restart");
	const settings = { DATA: data, PORT: String(await lastingPort()) };
	const first = await startChild(settings);
	const browser = createFormBrowser(first.url);
	await browser.press(await browser.open("/register"), "Create account", { username: "alice", password });
	const signedUp = await browser.open("/account/");
	assert.equal(signedUp.url.pathname, "/account/");
	await first[Symbol.asyncDispose]();
	await using second = await startChild(settings);
	assert.equal((await browser.open("/account/")).title, signedUp.title, "the browser is still signed in");
	const other = createFormBrowser(second.url);
	const page = await fillSignIn(other, await other.open("/login"), "alice");
	assert.equal(page.url.pathname, "/account/");
});

test("a second start on the same data says that another one runs there, and exits 1", async () => {
	const data = join(folder, "twice");
	await using first = await startChild({ DATA: data });
	const second = await runToEnd({ DATA: data, PORT: "0" });
	assert.equal(second.code, 1);
	assert.match(second.stderr, /^Another Countersign is running on .*twice\.\n/);
	assert.match(second.stderr, /COUNTERSIGN_DATA/);
	assert.doesNotMatch(second.stderr, /\n\s+at /, "no stack trace");
	assert.equal((await fetch(`${first.url}health`)).status, 200, "the first one goes on");
});

test("a port that is taken is named, with exit code 1, and the data stay free", async () => {
	const data = join(folder, "busy");
	const port = await lastingPort();
	const other = createServer().listen(port, "127.0.0.1");
	await once(other, "listening");
	const refused = await runToEnd({ DATA: data, PORT: String(port) });
	await new Promise((resolve) => other.close(resolve));
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken`));
	assert.match(refused.stderr, /COUNTERSIGN_PORT/);
	assert.doesNotMatch(refused.stderr, /\n\s+at /);
	await using server = await startChild({ DATA: data, PORT: String(port) });
	assert.equal(server.port, port);
});

test("every wrong setting is named at once, with exit code 2", async () => {
	const refused = await runToEnd({
		DATA: join(folder, "wrong"),
		PORT: "lots",
		HOST: "nowhere?",
		COLOUR: "red",
	});
	assert.equal(refused.code, 2);
	for (const name of ["COUNTERSIGN_PORT", "COUNTERSIGN_HOST", "COUNTERSIGN_COLOUR"])
		assert.ok(refused.stderr.includes(name), `${name} in: ${refused.stderr}`);
	assert.doesNotMatch(refused.stderr, /\n\s+at /);
});

test("a data folder that cannot be made is named, with exit code 1", async () => {
	await writeFile(join(folder, "file"), "");
	const refused = await runToEnd({ DATA: join(folder, "file", "data"), PORT: "0" });
	assert.equal(refused.code, 1);
	assert.match(refused.stderr, /file\/data cannot be written: a file is in the way\. Name a folder\.\n/);
	assert.doesNotMatch(refused.stderr, /\n\s+at /);
});
