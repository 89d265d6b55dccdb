/** Accounts whose people choose their passwords themselves, made by the dozen. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { typeBeside } from "../support/password-link.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const chosen = "another battery staple";

describe("people who are invited", () => {
	let server: RunningServer;
	const folder = mkdtempSync(join(tmpdir(), "countersign-invited-"));
	before(async () => {
		server = await startServer({ openRegistration: false, operatorContact: "help@example.org" });
	});
	after(async () => {
		await server.close();
		rmSync(folder, { recursive: true });
	});

	const type = (...words: readonly string[]) => typeBeside(server, words);
	const file = (text: string) => {
		const path = join(folder, "people.csv");
		writeFileSync(path, text);
		return path;
	};
	const names = async () => (await server.rows("accounts")).map(({ localpart }) => localpart);

	async function signIn(username: string, password: string) {
		const browser = server.browser();
		return browser.press(await browser.open("/login"), "Sign in", { username, password });
	}

	test("choose a password by the link, and cannot sign in before; the operator learns none", async () => {
		const { code, out, err } = await type("users", "invite", "ann", "@bob:localhost", "--json");
		assert.deepEqual([code, err], [0, ""]);
		const made = JSON.parse(out);
		assert.deepEqual(
			made.map(({ user, state }: { user: string; state: string }) => [user, state]),
			[
				["@ann:localhost", "link"],
				["@bob:localhost", "link"],
			],
		);
		for (const password of ["", "null", chosen]) assert.equal((await signIn("ann", password)).status, 403);
		const [row] = (await server.rows("accounts")).filter(({ localpart }) => localpart === "ann");
		assert.deepEqual([row?.password_hash, row?.password_changed_at], [null, null]);
		const browser = server.browser();
		const page = await browser.open(new URL(made[0].link).pathname);
		assert.equal(page.title, "Choose your password");
		const done = await browser.press(page, "Set password", { password: chosen });
		assert.equal(done.title, "Your password is set");
		assert.equal((await signIn("ann", chosen)).url.pathname, "/account/");
		const [link] = (await server.rows("password_links")).filter(({ account_id }) => account_id === row?.id);
		assert.equal(Number(link?.expires_at) - Number(link?.created_at), 604_800_000, "good for seven days");
	});

	test("come from a file, with display name and address; who is there already is told, and left alone", async () => {
		const path = file("name,display name,e-mail\ncarol,Carol Singer,carol@example.org\ndave\n");
		const first = await type("users", "invite", "--from", path, "--csv");
		assert.deepEqual([first.code, first.err], [0, ""]);
		const [heading, carol, dave, end] = first.out.split("\r\n");
		assert.deepEqual([heading, end], ["user,state,link,until", ""]);
		assert.match(
			carol ?? "",
			/^@carol:localhost,link,http:\/\/localhost:\d+\/account\/new-password\/[\w-]{43},2/,
		);
		assert.match(dave ?? "", /^@dave:localhost,link,/);
		const [account] = (await server.rows("accounts")).filter(({ localpart }) => localpart === "carol");
		assert.equal(account?.display_name, "Carol Singer");
		const mails = (await server.rows("account_emails")).map(({ address }) => address);
		assert.deepEqual(mails, ["carol@example.org"]);

		const again = await type("users", "invite", "--from", file("carol\ndave\nerin\n"), "--csv");
		assert.equal(again.code, 0);
		assert.match(
			again.out,
			/\r\n@carol:localhost,exists,,\r\n@dave:localhost,exists,,\r\n@erin:localhost,link,/,
		);
		assert.match(again.err, /^2 of 3 had an account already/);
		const link = new URL(/link,(http[^,]+)/.exec(carol ?? "")?.[1] ?? "").pathname;
		assert.equal((await server.browser().open(link)).status, 200, "the first link is still good");
		const anew = await type("users", "reset-link", "--from", file("carol,Carol\ndave\n"));
		assert.match(
			anew.out,
			/^@carol:localhost\n {2}http\S+\n {2}once, until \d{4}-\d\d-\d\d \d\d:\d\d UTC\n\n@dave/,
		);
		assert.equal((await server.browser().open(link)).status, 404, "and ends with the next");
	});

	test("are all invited or, where one line is wrong, none: every line of that kind is named", async () => {
		const before = await names();
		for (const [text, why] of [
			["fay\nfi!ona\n_gus\n", /line 2, "fi!ona": User names may contain[\s\S]*line 3, "_gus": User names/],
			["fay\nFay\n", /line 2, "Fay": This name is there twice/],
			["fay\n@fay:elsewhere.example\n", /line 2: This is localhost/],
			['fay\n"fay\n', /line 2: a quotation mark/],
		] as const) {
			const { code, out, err } = await type("users", "invite", "--from", file(text));
			assert.deepEqual([code, out], [1, ""]);
			assert.match(err, why);
		}
		const resets = await type("users", "reset-link", "--from", file("ann\nnobody\n"));
		assert.deepEqual([resets.code, resets.out], [1, ""]);
		assert.match(resets.err, /line 2: There is no user "nobody"/);
		assert.deepEqual(await names(), before);
	});

	test("and everybody else are told whom to ask, wherever they are told to ask", async () => {
		for (const [path, status] of [
			["/login", 200],
			["/register", 403],
			["/account/new-password/used", 404],
		] as const) {
			const page = await server.browser().open(path);
			assert.equal(page.status, status);
			assert.match(page.text, /people who run this server: <a href="mailto:help@example\.org">/, path);
		}
		assert.doesNotMatch((await server.browser().open("/nothing")).text, /help@example/);
	});

	test("are named in one way: words that are missing or too many are refused", async () => {
		for (const command of ["invite", "reset-link"]) {
			const none = await type("users", command);
			const both = await type("users", command, "ann", "--from", file("bob\n"));
			assert.deepEqual([none.code, both.code], [2, 2]);
			assert.match(none.err, /expected names, or --from FILE/);
		}
	});
});
