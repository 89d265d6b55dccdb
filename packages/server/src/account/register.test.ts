import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Hono } from "hono";
import { openPagesWorld, type PagesWorld } from "../../test/support/pages-world.ts";
import type { Env } from "../http/index.ts";
import type { People, RegisterOutcome } from "../people/index.ts";
import { createRegisterRoutes } from "./register.ts";

describe("registering where the homeserver is asked first", () => {
	let world: PagesWorld;
	before(async () => {
		world = await openPagesWorld();
	});
	after(() => world[Symbol.asyncDispose]());

	async function answered(outcome: RegisterOutcome) {
		const people: People = { ...world.people, register: async () => outcome };
		const deps = { ...world, people, serverName: "localhost" };
		const routes = new Hono<Env>().route("/", createRegisterRoutes(deps));
		const browser = world.browserOn(routes);
		return browser.fill("/register?next=/link", { username: "alice", password: "a password typed" });
	}

	test("a homeserver that does not answer is told with what was typed, but for the password", async () => {
		const page = await answered({ ok: false, reason: "homeserver-unavailable" });
		assert.equal(page.status, 503);
		assert.ok(Number(page.headers.get("retry-after")) > 0);
		assert.match(page.text, /No account was made yet: the homeserver does not answer/);
		assert.match(page.text, /name="username" [^>]*value="alice"/);
		assert.match(page.text, /name="next" value="\/link"/);
		assert.doesNotMatch(page.text, /a password typed/);
	});

	test("a name that the homeserver has is taken", async () => {
		const page = await answered({ ok: false, reason: "localpart-taken" });
		assert.equal(page.status, 400);
		assert.match(page.text, /This name is taken/);
	});
});

test("where nobody can register the page says so, and whoever has an account still gets where they were going", async () => {
	await using world = await openPagesWorld();
	const people: People = { ...world.people, openRegistration: false };
	const routes = new Hono<Env>().route(
		"/",
		createRegisterRoutes({ ...world, people, serverName: "localhost" }),
	);
	const page = await world.browserOn(routes).get("/register?next=/interaction/uid-1");
	assert.equal(page.status, 403);
	assert.match(page.text, /No new accounts here/);
	assert.match(page.text, /href="\/login\?next=%2Finteraction%2Fuid-1"/);
	const elsewhere = await world.browserOn(routes).get("/register?next=https://evil.example/");
	assert.doesNotMatch(elsewhere.text, /evil/);
});
