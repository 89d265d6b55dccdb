/** Terms, or other ones than before, and people who have an account: what they are asked, and what goes on without. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { askToSignIn } from "../support/asking-app.ts";
import { openAttackWorld } from "../support/attack-world.ts";
import { owesTerms, withTerms } from "../support/forms-of-terms.ts";
import { formAt } from "../support/forms-under-attack.ts";
import { password, type RunningServer } from "../support/server.ts";

const other = { terms: { url: "https://example.org/terms", version: "2027-01" } };
const asking = "/account/terms";

/** Alice of before there were terms, and her app. */
async function opened() {
	const world = await openAttackWorld();
	await world.server.restart(withTerms);
	return world;
}

async function kept(server: RunningServer) {
	const rows = (await server.rows("agreed_terms")).map(({ version, agreed_at }) => [
		version,
		Number(agreed_at),
	]);
	const lines = (await server.rows("security_events")).filter(({ kind }) => kind === "terms-agreed");
	return { rows: rows.toSorted(), lines: lines.length };
}

describe("whoever has not agreed to the terms", () => {
	test("is asked on the next page, and comes to where they were going; version and time are kept", async () => {
		await using world = await opened();
		const { server, alice } = world;
		const led = await alice.open("/account/devices");
		assert.deepEqual([led.url.pathname, led.url.searchParams.get("next")], [asking, "/account/devices"]);
		assert.match(led.text, /href="https:\/\/example\.org\/terms"[^>]*>terms<\/a> \(version 2026-11\)/);
		const agreed = await alice.press(led, "Continue", { terms: "yes" });
		assert.equal(agreed.url.pathname, "/account/devices");
		assert.deepEqual(await kept(server), { rows: [["2026-11", world.now()]], lines: 1 });
		assert.match((await alice.open("/account/security")).text, /You agreed to the terms of this server/);
		assert.equal((await alice.open(`${asking}?next=/account/profile`)).url.pathname, "/account/profile");
	});

	test("is asked at a sign-in, too, and again when there are other ones", async () => {
		await using world = await opened();
		const { server } = world;
		const browser = server.browser();
		const signIn = await browser.open("/login?next=/account/profile");
		const led = await browser.press(signIn, "Sign in", { username: "alice", password });
		assert.equal(led.url.pathname, asking);
		const there = await browser.press(led, "Continue", { terms: "yes" });
		assert.equal(there.url.pathname, "/account/profile");
		await server.restart({ registration: other });
		const again = await browser.open("/account/");
		assert.match(again.text, /version 2027-01/);
		assert.equal((await browser.press(again, "Continue", { terms: "yes" })).url.pathname, "/account/");
		assert.deepEqual(
			(await kept(server)).rows.map(([version]) => version),
			["2026-11", "2027-01"],
		);
		// Whoever goes back to the terms of before asks nobody who has agreed to those.
		await server.restart(withTerms);
		assert.equal((await browser.open("/account/devices")).url.pathname, "/account/devices");
	});

	test("has apps that go on as before, and a new one is let in after agreeing", async () => {
		await using world = await opened();
		const { server, alice, phone } = world;
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
		const renewed = await world.renew(phone);
		assert.equal((await server.call(renewed, "GET", "account/whoami")).status, 200);
		const app = await askToSignIn(server);
		const led = await alice.open(app.url);
		assert.equal(led.url.pathname, asking);
		const consent = await alice.press(led, "Continue", { terms: "yes" });
		assert.match(consent.url.pathname, /^\/interaction\//);
		const done = await alice.press(consent, "Allow", { password });
		assert.equal(done.left?.searchParams.get("state"), app.state);
	});

	test("refuses a reset, secures the account and leaves without agreeing to anything", async () => {
		await using world = await opened();
		const { server, alice, phone } = world;
		const { path } = await world.ask(phone, "second");
		const page = await alice.open(path);
		assert.equal(page.url.pathname, path);
		await alice.press(page, /refuse/);
		assert.equal((await server.rows("reset_requests"))[0]?.state, "denied");
		for (const open of ["password", "browsers/others", "sign-out-everywhere", "deactivate"])
			assert.equal((await alice.open(`/account/${open}`)).url.pathname, `/account/${open}`, open);
		const led = await alice.open("/account/");
		assert.equal((await alice.press(led, /Sign out/)).url.pathname, "/login");
		assert.deepEqual(await kept(server), { rows: [], lines: 0 });
	});
});

describe("nobody agrees", () => {
	test("without the tick, to what they did not see, or by a GET: the page says so at the box", async () => {
		await using world = await opened();
		const { server, alice } = world;
		const led = await alice.open("/account/profile");
		const hasty = await alice.press(led, "Continue");
		assert.equal(hasty.status, 400);
		assert.match(hasty.text, /id="terms"[^>]*aria-invalid="true" aria-describedby="terms-error"/);
		assert.match(hasty.text, /id="terms-error" role="alert">Read the terms and tick the box/);
		for (const version of ["2025-01", ""]) {
			const late = await alice.press(led, "Continue", { terms: "yes", terms_version: version });
			assert.deepEqual([late.status, /The terms have changed/.test(late.text)], [400, true], version);
		}
		const { fields } = formAt(led, asking);
		await alice.open(`${asking}?${new URLSearchParams({ ...fields, terms: "yes", _method: "POST" })}`);
		assert.deepEqual(await kept(server), { rows: [], lines: 0 });
		const agreed = await alice.press(hasty, "Continue", { terms: "yes" });
		assert.equal(agreed.url.pathname, "/account/profile");
	});

	test("twice: a form that is sent many times at once is one agreement and one line", async () => {
		await using world = await opened();
		const { server, alice } = world;
		const windows = await Promise.all([1, 2, 3].map(() => alice.open("/account/profile")));
		const all = await Promise.all(
			[...windows, ...windows].map((page) => alice.press(page, "Continue", { terms: "yes" })),
		);
		assert.deepEqual(new Set(all.map(({ url }) => url.pathname)), new Set(["/account/profile"]));
		assert.deepEqual(await kept(server), { rows: [["2026-11", world.now()]], lines: 1 });
	});

	test("and is led elsewhere by it than to a page of this server", async () => {
		await using world = await opened();
		const { alice } = world;
		for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example"]) {
			const page = await alice.open(`${asking}?${new URLSearchParams({ next })}`);
			assert.equal(formAt(page, asking).fields.next, "/account/", next);
			const { fields } = formAt(page, asking);
			const body = new URLSearchParams({ ...fields, next, terms: "yes" });
			const { headers } = await alice.send(asking, { method: "POST", body });
			assert.equal(headers.get("location"), "/account/", next);
			await owesTerms(world.server, "alice");
		}
	});
});

test("terms that are there no more while the page is open are agreed to by nobody, and keep nobody", async () => {
	await using world = await opened();
	const led = await world.alice.open("/account/profile");
	await world.server.restart({ registration: {} });
	const { fields } = formAt(led, asking);
	const body = new URLSearchParams({ ...fields, terms: "yes" });
	assert.equal((await world.alice.send(asking, { method: "POST", body })).status, 404);
	assert.equal((await world.alice.open("/account/profile")).url.pathname, "/account/profile");
	assert.deepEqual(await kept(world.server), { rows: [], lines: 0 });
});
