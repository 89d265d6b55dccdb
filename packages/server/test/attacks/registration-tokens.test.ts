/** Registering where it takes a token. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { typeBeside } from "../support/password-link.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { everyRow } from "../support/storage.ts";

const day = 86_400_000;
const refusal = /This registration token is not good/;

describe("a registration token", () => {
	let server: RunningServer;
	let ahead = 0;
	before(async () => {
		const clock = () => Date.now() + ahead;
		server = await startServer({ clock, registration: { needsToken: true } });
	});
	after(() => server.close());

	async function make(...options: readonly string[]) {
		const words = ["tokens", "registration", "create", "--json", ...options];
		const { code, out, err } = await typeBeside(server, words);
		assert.equal(code, 0, err);
		const made: { readonly id: string; readonly token: string; readonly url: string } = JSON.parse(out);
		return made;
	}

	/** The form, filled in and not sent yet. */
	async function fillIn(username: string, token: string, typed = password) {
		const browser = server.browser();
		const page = await browser.open("/register");
		const send = () => browser.press(page, "Create account", { username, password: typed, token });
		return { browser, send };
	}

	const register = async (...filled: Parameters<typeof fillIn>) => (await fillIn(...filled)).send();
	const isAccount = async (name: string) =>
		(await server.rows("accounts")).some(({ localpart }) => localpart === name);

	test("of one use makes one account of twenty that want it at once", async () => {
		const { id, token } = await make("--name", "one of twenty");
		const names = Array.from({ length: 20 }, (_, at) => `crowd${at}`);
		const forms = await Promise.all(names.map((name) => fillIn(name, token)));
		const pages = await Promise.all(forms.map(({ send }) => send()));
		const inside = pages.filter(({ url }) => url.pathname === "/account/");
		assert.equal(inside.length, 1);
		for (const page of pages.filter((each) => !inside.includes(each))) {
			assert.equal(page.status, 400);
			assert.match(page.text, refusal);
		}
		const made = (await server.rows("accounts")).filter(({ localpart }) => names.includes(String(localpart)));
		assert.equal(made.length, 1);
		const lines = await server.rows("security_events");
		const line = lines.find((each) => each.account_id === made[0]?.id && each.kind === "account-registered");
		assert.deepEqual(JSON.parse(String(line?.detail)), { registrationToken: id });
	});

	test("with an address that others have too makes an account all the same, of many at once", async () => {
		const names = Array.from({ length: 12 }, (_, at) => `shared${at}`);
		const email = "shared@example.org";
		const tokens = await Promise.all(names.map(() => make("--email", email)));
		const forms = await Promise.all(names.map((name, at) => fillIn(name, tokens[at]?.token ?? "")));
		const pages = await Promise.all(forms.map(({ send }) => send()));
		assert.deepEqual(new Set(pages.map(({ url }) => url.pathname)), new Set(["/account/"]));
		const rows = (await server.rows("account_emails")).filter(({ address }) => address === email);
		assert.deepEqual([rows.length, rows.filter((row) => row.verified_at !== null).length], [12, 1]);
	});

	test("is asked for: without one, or with one that is made up, nobody learns which names are taken", async () => {
		assert.equal((await register("taken", (await make()).token)).url.pathname, "/account/");
		const { token: others } = await make("--user", "somebody");
		const { id, token: revoked } = await make();
		assert.equal((await typeBeside(server, ["tokens", "registration", "revoke", id])).code, 0);
		// Whoever sends the form of a moment ago again is signed in by its password.
		ahead = 60_000;
		const lines = async () => (await server.rows("security_events")).length;
		const before = await lines();
		// The whole page, but for what was typed and what is another one each time.
		const told = async (username: string, token: string) => {
			const { status, text } = await register(username, token, "a phrase of a stranger");
			assert.equal(status, 400);
			assert.match(text, refusal);
			const typed = [username, token].filter((each) => each !== "");
			const bare = text.replaceAll(/(name="csrf" value|nonce)="[^"]*"/g, "$1");
			return typed.reduce((page, each) => page.replaceAll(`value="${each}"`, 'value=""'), bare);
		};
		for (const token of ["", "made-up", others, revoked]) {
			const pages = [];
			for (const username of ["taken", "free", "admin"]) pages.push(await told(username, token));
			assert.deepEqual(new Set(pages).size, 1, `${token}\n${pages.join("\n")}`);
		}
		assert.equal(await lines(), before, "nor does anybody's log tell of it");
		ahead = 0;
	});

	test("is not used up by a name that is taken or a password that is none", async () => {
		const { token } = await make();
		assert.match((await register("taken", token, "a phrase of somebody else")).text, /This name is taken/);
		assert.match((await register("frugal", token, "qwertyuiop")).text, /tried first/);
		assert.equal((await register("frugal", token)).url.pathname, "/account/");
	});

	test("that ran out or was revoked is good for nothing", async () => {
		const [late, revoked] = [await make("--days", "1"), await make()];
		const words = ["tokens", "registration", "revoke", revoked.id];
		assert.equal((await typeBeside(server, words)).code, 0);
		assert.equal((await typeBeside(server, words)).code, 1);
		const { out } = await typeBeside(server, ["tokens", "registration", "list", "--json"]);
		const listed = JSON.parse(out).find((each: { readonly id: string }) => each.id === revoked.id);
		assert.deepEqual([listed.state, listed.revokedBy], ["revoked", listed.by]);
		assert.notEqual(listed.by, "");
		assert.match((await register("whoever", revoked.token)).text, refusal);
		ahead = day;
		assert.match((await register("whoever", late.token)).text, refusal);
		ahead = 0;
		assert.equal((await register("whoever", late.token)).url.pathname, "/account/");
	});

	test("for one name is good for that alone, one of those who run the server too, and brings an address", async () => {
		const { url, token } = await make("--user", "support", "--email", "Desk@example.org");
		assert.match((await register("mallory", token)).text, refusal);
		assert.equal(await isAccount("mallory"), false);
		const browser = server.browser();
		const page = await browser.open(new URL(url).pathname + new URL(url).search);
		const done = await browser.press(page, "Create account", { password });
		assert.equal(done.url.pathname, "/account/", done.text);
		const all = await server.rows("account_emails");
		const mailboxes = all.filter(({ address }) => address !== "shared@example.org");
		assert.deepEqual(
			mailboxes.map(({ address, verified_at: at }) => [address, Number(at) > 0]),
			[["Desk@example.org", true]],
		);
		assert.match((await register("abuse", (await make()).token)).text, /kept for those who run this server/);
	});

	test("used by a form that is sent twice signs in both times", async () => {
		const { token } = await make();
		const browser = server.browser();
		const page = await browser.open("/register");
		const form = page.forms.find(({ action }) => action === "/register") ?? assert.fail();
		// Both leave before either is answered: neither brings the session that the other began.
		const cookie = browser.cookies.headerFor(new URL(server.url));
		const body = new URLSearchParams({ ...form.fields, username: "doubled", password, token });
		const send = () =>
			fetch(new URL("register", server.url), {
				...{ method: "POST", body, headers: { cookie }, redirect: "manual" },
			});
		const answers = [await send(), await send()];
		for (const answer of answers) {
			assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/account/"]);
			assert.equal(answer.headers.getSetCookie().length, 1, "signed in");
		}
		const made = (await server.rows("accounts")).filter(({ localpart }) => localpart === "doubled");
		assert.equal(made.length, 1);
		const others = new URLSearchParams({
			...form.fields,
			username: "doubled",
			password: "a stranger's",
			token,
		});
		const stranger = await fetch(new URL("register", server.url), {
			...{ method: "POST", body: others, headers: { cookie }, redirect: "manual" },
		});
		assert.equal(stranger.status, 400, "whoever does not know the password is not");
	});

	test("is good as it was copied, with what nobody sees in it", async () => {
		const { token } = await make();
		const copied = ` \u200b${token.slice(0, 5)}\u00ad${token.slice(5)}\ufeff\n`;
		assert.equal((await register("copied", copied)).url.pathname, "/account/");
	});

	test("is kept as a hash, and listed by what it is for", async () => {
		const { id, token } = await make("--name", "for the choir", "--uses", "5");
		const rows = await everyRow({ dataDirectory: server.dataDirectory, database: server.database });
		assert.ok(!rows.some((row) => row.includes(token)));
		const { out } = await typeBeside(server, ["tokens", "registration", "list", "--json"]);
		const found = JSON.parse(out).find((each: { readonly id: string }) => each.id === id);
		assert.deepEqual([found.name, found.state, found.used], ["for the choir", "good", "0 of 5"]);
		assert.ok(!out.includes(token));
	});

	test("is asked for sensibly, or not made", async () => {
		for (const options of [
			["--uses", "0"],
			["--days", "x"],
			["--email", "no"],
			["--uses=2", "--user=ann"],
		]) {
			const refused = await typeBeside(server, ["tokens", "registration", "create", ...options]);
			assert.deepEqual([refused.code, refused.out], [2, ""], options.join(" "));
		}
		const nobody = ["tokens", "registration", "create", "--user", "No Name"];
		assert.equal((await typeBeside(server, nobody)).code, 1);
	});
});
