/** What people are told of on their front page is put away by who has seen it, and hidden from nobody else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openAttackWorld } from "../support/attack-world.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { formAt, noticePathOf } from "../support/forms-under-attack.ts";
import type { RunningServer } from "../support/server.ts";

const [label, banner] = ["I have seen this", /Lately, with your account/];

const home = (browser: FormBrowser) => browser.open("/account/");

/** One more thing to be told of. */
const signAppIn = (server: RunningServer, browser: FormBrowser) =>
	server.loginDevice({ localpart: "alice", browser });

describe("lines of the front page", () => {
	test("are put away in this browser, stay in the log, and can be objected to", async () => {
		await using world = await openAttackWorld();
		const { alice } = world;
		const page = await home(alice);
		assert.match(page.text, banner);
		const objection = await noticePathOf(alice);
		const seen = await alice.press(page, label);
		assert.deepEqual([seen.url.pathname, banner.test(seen.text)], ["/account/", false]);
		assert.match((await alice.open("/account/security")).text, /An app signed in/);
		assert.equal((await alice.open(objection)).title, "Was this not you?");
	});

	test("that are put away with a stolen cookie are told of all the same where the person is", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const url = new URL(server.url);
		const cookie = alice.cookies.headerFor(url);
		const { fields } = formAt(await home(alice), "/account/notices");
		assert.ok(cookie.includes("="), "what the thief sends is hers");
		const headers = { cookie, "content-type": "application/x-www-form-urlencoded" };
		const body = new URLSearchParams(fields).toString();
		const put = await fetch(new URL("account/notices", url), {
			...{ method: "POST", headers, body, redirect: "manual" },
		});
		assert.deepEqual([put.status, put.headers.getSetCookie().length], [303, 1], "put away there");
		assert.match((await home(alice)).text, banner);
		assert.match((await home(await server.signIn("alice"))).text, banner);
	});

	test("that came since the page was shown stay, and so does what is behind the newest", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const before = await home(alice);
		world.advance(1_000);
		for (let nth = 0; nth < 4; nth++) await signAppIn(server, alice);
		const after = await alice.press(before, label);
		const rows = (text: string) => text.match(/href="\/account\/notices\//g)?.length ?? 0;
		assert.equal(rows(after.text), 3, "of the four newer ones three are shown");
		const fourth = await alice.press(after, label);
		assert.equal(rows(fourth.text), 1);
		const nothing = await alice.press(fourth, label);
		assert.equal(rows(nothing.text), 0);
	});

	test("of somebody else, or of nobody, are put away by nobody", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const bob = await server.register("bob");
		await server.loginDevice({ localpart: "bob", browser: bob });
		const { fields: hers } = formAt(await home(alice), "/account/notices");
		const { fields: his } = formAt(await home(bob), "/account/notices");
		const send = async (lines: string) => {
			const body = new URLSearchParams({ csrf: hers.csrf ?? "", lines });
			return alice.send("/account/notices", { method: "POST", body });
		};
		for (const lines of [
			his.lines ?? "",
			"",
			"nothing",
			"x".repeat(5_000),
			`${his.lines} ${"a ".repeat(900)}`,
		]) {
			const answer = await send(lines);
			assert.deepEqual(
				[answer.status, answer.headers.get("location"), answer.headers.getSetCookie()],
				[303, "/account/", []],
			);
		}
		assert.match((await home(bob)).text, banner);
		assert.match((await home(alice)).text, banner);
	});
});
