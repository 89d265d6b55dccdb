/** Registering where there are terms. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { password, type RunningServer, startServer } from "../support/server.ts";

describe("terms", () => {
	let server: RunningServer;
	before(async () => {
		const terms = { url: "https://example.org/terms", version: "2026-11" };
		server = await startServer({ registration: { terms } });
	});
	after(() => server.close());

	const agreed = async () => server.rows("agreed_terms");
	const register = async (username: string, ticked: Readonly<Record<string, string>>) => {
		const browser = server.browser();
		const page = await browser.open("/register");
		assert.match(page.text, /href="https:\/\/example\.org\/terms"/);
		return browser.press(page, "Create account", { username, password, ...ticked });
	};

	test("are agreed to with a tick, or there is no account", async () => {
		const refused = await register("hasty", {});
		assert.equal(refused.status, 400);
		assert.match(refused.text, /Read the terms and agree to them, or there is no account/);
		assert.deepEqual(await agreed(), []);
		assert.ok(!(await server.rows("accounts")).some(({ localpart }) => localpart === "hasty"));
	});

	test("of another version than the one there is were not agreed to", async () => {
		const refused = await register("late", { terms: "yes", terms_version: "2025-01" });
		assert.equal(refused.status, 400);
		assert.match(refused.text, /The terms have changed while this page was open/);
		assert.doesNotMatch(refused.text, /or there is no account/);
		assert.deepEqual(await agreed(), []);
	});

	test("are kept with the account: which version, and when", async () => {
		assert.equal((await register("alice", { terms: "yes" })).url.pathname, "/account/");
		const [alice] = (await server.rows("accounts")).filter(({ localpart }) => localpart === "alice");
		const [row, ...others] = await agreed();
		assert.deepEqual(others, []);
		assert.deepEqual([row?.account_id, row?.version], [alice?.id, "2026-11"]);
		assert.equal(Number(row?.agreed_at), Number(alice?.created_at));
	});
});

test("terms that were taken away while the page was open keep nobody out", async () => {
	await using server = await startServer();
	const browser = server.browser();
	const page = await browser.open("/register");
	const ticked = { terms: "yes", terms_version: "2026-11" };
	const done = await browser.press(page, "Create account", { username: "alice", password, ...ticked });
	assert.equal(done.url.pathname, "/account/");
	assert.deepEqual(await server.rows("agreed_terms"), []);
});
