/** Other sites, other people and old pages send forms in a person's browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld } from "../support/attack-world.ts";
import type { Form, FormBrowser } from "../support/form-browser.ts";
import { formsBeforeRegistering } from "../support/forms-before-registering.ts";
import { formsElsewhere } from "../support/forms-elsewhere.ts";
import { formsOfTerms } from "../support/forms-of-terms.ts";
import { formAt, forms, postedRoutes, stranger } from "../support/forms-under-attack.ts";
import { startServerWithRoutes } from "../support/routes.ts";
import { password } from "../support/server.ts";

function send(
	browser: FormBrowser,
	form: Form,
	body: RequestInit["body"],
	headers: Record<string, string> = {},
) {
	return browser.send(form.action, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
}

const evil = "https://evil.example";
const foreignOrigins: readonly Record<string, string>[] = [
	{ origin: evil },
	{ origin: "http://localhost:1" },
	{ origin: "http://localhost.evil.example" },
	{ "sec-fetch-site": "cross-site" },
	{ "sec-fetch-site": "same-site" },
	{ origin: evil, "sec-fetch-site": "same-origin" },
];

describe("CSRF", () => {
	test("every form of the account pages is under attack here", async () => {
		const { server, routes } = await startServerWithRoutes();
		await server.close();
		assert.deepEqual(new Set(forms.map(({ route }) => route)), postedRoutes(routes));
		for (const more of [formsBeforeRegistering, formsElsewhere, formsOfTerms]) {
			const other = await startServerWithRoutes(more[0]?.on);
			await other.server.close();
			const known = new Set([...forms, ...more].map(({ route }) => route));
			assert.deepEqual(known, postedRoutes(other.routes));
		}
	});

	for (const { route, open, filled, on } of [
		...forms,
		...formsBeforeRegistering,
		...formsElsewhere,
		...formsOfTerms,
	]) {
		test(`${route}${"username" in filled || route !== "/login" ? "" : " (confirming)"} acts only for the form it showed in this browser${on?.registration?.needsAddress ? " (with an address first)" : ""}`, async () => {
			await using world = await openAttackWorld(on);
			await world.server.register("bob");
			const { browser, page, answer } = await open(world, "alice");
			const form = formAt(page, route);
			const others = await open(world, "bob");
			const another = page.forms.find(({ action, fields }) => action !== form.action && "csrf" in fields);
			const good = { ...form.fields, ...filled, ...answer };
			const { csrf = "" } = good;
			assert.notEqual(csrf, "");
			const wrong = [
				"",
				`${csrf}A`,
				csrf.slice(0, -1),
				csrf.toLowerCase(),
				csrf.replace(/^./, (first) => (first === "A" ? "B" : "A")),
				formAt(others.page, route).fields.csrf ?? "",
				another?.fields.csrf ?? "AAAA",
			];
			for (const value of wrong) {
				const { status } = await send(browser, form, new URLSearchParams({ ...good, csrf: value }));
				assert.equal(status, 403, `csrf=${value}`);
			}
			const { csrf: _, ...without } = good;
			assert.equal((await send(browser, form, new URLSearchParams(without))).status, 403);
			const twice = new URLSearchParams([...Object.entries(good), ["csrf", csrf]]);
			assert.equal((await send(browser, form, twice)).status, 403);
			for (const headers of foreignOrigins) {
				const { status } = await send(browser, form, new URLSearchParams(good), headers);
				assert.equal(status, 403, JSON.stringify(headers));
			}
			const text = new URLSearchParams(good).toString();
			for (const type of ["text/plain", "application/json", "multipart/form-data; boundary=x", ""]) {
				const { status } = await send(browser, form, text, { "content-type": type });
				assert.equal(status, 415, type);
			}
			const elsewhere = await send(others.browser, form, new URLSearchParams(good));
			assert.ok([303, 403, 404].includes(elsewhere.status), `${elsewhere.status}`);
			const inQuery = await browser.send(`${form.action}?${text}`, {
				method: "POST",
				body: new URLSearchParams(),
			});
			assert.equal(inQuery.status, 403, "fields in the address are no form");
			const done = await send(browser, form, new URLSearchParams(good), {
				origin: new URL(world.server.url).origin,
			});
			assert.ok(done.status === 303 || done.status === 200, `and then its own form works: ${done.status}`);
		});
	}

	test("login CSRF: nobody is signed in to another's account by another's form", async () => {
		await using world = await openAttackWorld();
		await world.server.register("mallory");
		const attacker = await stranger(world, "/login");
		const { fields } = formAt(attacker.page, "/login");
		const planted = new URLSearchParams({ ...fields, username: "mallory", password });
		const victim = world.server.browser();
		assert.equal((await victim.send("/login", { method: "POST", body: planted })).status, 403);
		await victim.open("/login");
		assert.equal((await victim.send("/login", { method: "POST", body: planted })).status, 403);
		assert.equal((await world.alice.send("/login", { method: "POST", body: planted })).status, 403);
		assert.match((await world.alice.open("/account/")).text, /@alice:localhost/);
	});

	test("a form from before signing in, or of a session that has ended, is worth nothing", async () => {
		await using world = await openAttackWorld();
		const browser = world.server.browser();
		const before = formAt(await browser.open("/login"), "/login");
		await browser.press(await browser.open("/login"), "Sign in", { username: "alice", password });
		const sessions = async () => (await world.server.rows("browser_sessions")).length;
		const signedIn = await sessions();
		const sendAgain = (username: string) =>
			send(browser, before, new URLSearchParams({ ...before.fields, username, password }));
		assert.equal((await sendAgain("bob")).status, 403);
		const again = await sendAgain("alice");
		assert.equal(again.headers.get("location"), "/account/", "sent twice, it leads on");
		assert.deepEqual([again.headers.getSetCookie(), await sessions()], [[], signedIn], "and does nothing");
		const form = formAt(await browser.open("/account/password"), "/account/password");
		const old = new URLSearchParams({
			...form.fields,
			current: password,
			password: "another battery staple",
		});
		await browser.press(await browser.open("/account/"), /sign out/i);
		assert.equal((await send(browser, form, old)).headers.get("location")?.split("?")[0], "/login");
		await browser.press(await browser.open("/login"), "Sign in", { username: "alice", password });
		assert.equal((await send(browser, form, old)).status, 403);
	});
});

describe("a GET, a HEAD or a trick with the method", () => {
	for (const [name, all] of [
		["acts on nothing, whatever stands in its address or headers", forms],
		["the same where an address comes before an account", formsBeforeRegistering],
		["the same where people sign in by other services", formsElsewhere],
	] as const)
		test(name, async () => {
			await using world = await openAttackWorld(all[0]?.on);
			for (const { route, open, filled, stranger } of all) {
				const { browser, page, answer } = await open(world, "alice");
				const form = formAt(page, route);
				const query = new URLSearchParams({ ...form.fields, ...filled, ...answer, _method: "POST" });
				for (const method of ["GET", "HEAD"]) {
					const headers = { "x-http-method-override": "POST", "x-method-override": "POST" };
					const { status } = await browser.send(`${form.action}?${query}`, { method, headers });
					// `/login` leads whoever is signed in on; nothing is done by that.
					assert.ok([200, 303, 404, 405].includes(status), `${method} ${route} ${status}`);
				}
				for (const method of ["PUT", "DELETE", "PATCH"]) {
					const { status } = await browser.send(form.action, { method, body: new URLSearchParams(query) });
					assert.ok([404, 405].includes(status), `${method} ${route} ${status}`);
				}
				const { pathname } = (await browser.open("/account/")).url;
				assert.equal(pathname, stranger ? "/login" : "/account/", `${route} signed in or out`);
			}
			assert.equal((await world.server.call(world.phone, "GET", "account/whoami")).status, 200);
			assert.equal((await world.server.browser().open("/register")).status, 200);
			const carol = world.server.browser();
			const refused = await carol.press(await carol.open("/login"), "Sign in", {
				username: "carol",
				password,
			});
			assert.equal(refused.status, 403, "nobody was registered");
			await world.server.signIn("alice");
		});
});
