import assert from "node:assert/strict";
import { test } from "node:test";
import { formOf, openPagesWorld } from "../../test/support/pages-world.ts";
import { password } from "../../test/support/people-world.ts";

const said = /<h1>This browser sent no cookie<\/h1>/;

test("a browser that keeps no cookies is told so, not that its form has expired time and again", async () => {
	await using world = await openPagesWorld();
	await world.add("alice");
	const browser = world.browser();
	const fill = async (username: string) => {
		const form = formOf((await browser.get("/login")).text);
		browser.cookies.clear();
		return browser.post(form.action, { ...form.hidden, username, password });
	};
	const page = await fill("alice");
	assert.equal(page.status, 403);
	assert.match(page.text, said);
	assert.match(page.text, /allow them for this site/);
	assert.deepEqual(page.headers.getSetCookie(), [], "nobody is signed in");
	const nobody = await fill("nobody");
	assert.equal(nobody.text.replaceAll(/nonce\W+[\w-]+/g, ""), page.text.replaceAll(/nonce\W+[\w-]+/g, ""));
});

test("one that keeps others, or those of a session that is over, is told that the form has expired", async () => {
	await using world = await openPagesWorld();
	await world.add("alice");
	const browser = world.browser();
	for (const cookie of ["countersign-visitor", "countersign-session", "of-another-program"]) {
		const form = formOf((await browser.get("/login")).text);
		browser.cookies.clear();
		browser.cookies.set(cookie, "something");
		const page = await browser.post(form.action, { ...form.hidden, username: "alice", password });
		assert.equal(page.status, 403);
		assert.match(page.text, /This form has expired/);
		browser.cookies.clear();
	}
});
