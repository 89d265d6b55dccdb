/** Signing in by another service: a real second OpenID provider, which misbehaves where a test tells it to. */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import type { Page } from "../support/form-browser.ts";
import { startServer } from "../support/server.ts";
import { signInThere, startUpstreamProvider, wayThere } from "../support/upstream-provider.ts";
import { label, openUpstream as opened } from "../support/upstream-world.ts";

describe("signing in by another service", () => {
	test("makes an account without a password, once, and finds it again", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const done = await world.register(browser);
		assert.equal(done.url.pathname, "/account/");
		assert.match(done.text, /@alice:localhost/);
		const [account] = await world.rows("accounts");
		assert.equal(account?.password_hash, null);
		assert.equal(account?.display_name, "Alice Example");
		const other = world.server.browser();
		assert.equal((await world.come(other)).url.pathname, "/account/");
		assert.equal((await world.rows("accounts")).length, 1);
		assert.deepEqual(
			(await world.rows("account_links")).map(({ provider, subject }) => [provider, subject]),
			[["company", "s-1"]],
		);
		assert.deepEqual(await world.rows("account_emails"), []);
	});

	test("leads on to where the person was going, and to no other site", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		await world.register(browser);
		const again = world.server.browser();
		assert.equal((await world.come(again, "?next=/account/devices")).url.pathname, "/account/devices");
		const third = world.server.browser();
		assert.equal((await world.come(third, "?next=https://evil.example/")).url.pathname, "/account/");
	});

	test("sends state, nonce and PKCE, each anew, and the secret in the header alone", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const [first, second] = [await world.begin(browser), await world.begin(browser)].map(
			(page) => new URL(wayThere(page)).searchParams,
		);
		for (const name of ["state", "nonce", "code_challenge"]) {
			assert.match(first?.get(name) ?? "", /^[\w-]{43}$/);
			assert.notEqual(first?.get(name), second?.get(name));
		}
		assert.equal(first?.get("code_challenge_method"), "S256");
		assert.equal(first?.get("redirect_uri"), `${world.server.url}upstream/callback/company`);
		await world.register(world.server.browser());
		assert.deepEqual([...(world.provider.tokensAsked[0]?.keys() ?? [])].sort(), [
			...["code", "code_verifier", "grant_type", "redirect_uri"],
		]);
	});

	for (const [clientId, authMethod] of [
		["post", "client_secret_post"],
		["jwt", "client_secret_jwt"],
		["public", "none"],
	] as const)
		test(`shows who we are by ${authMethod}`, async () => {
			await using world = await opened({ clientId, authMethod });
			assert.equal((await world.register(world.server.browser())).url.pathname, "/account/");
		});

	test("shows who we are by a key, and by no other", async () => {
		await using world = await opened();
		const { clientSecret: _, ...config } = world.provider.config({ authMethod: "private_key_jwt" });
		const other = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
		for (const [pem, title] of [
			[world.provider.clientKey, "Choose a name"],
			[other.export({ type: "pkcs8", format: "pem" }).toString(), "This sign-in cannot go on"],
		] as const) {
			const signingKey = { pem, algorithm: "ES256", id: "ours" };
			const server = await startServer({ upstream: [{ ...config, clientId: "key", signingKey }] });
			world.provider.serve(server.url);
			const browser = server.browser();
			const going = await browser.press(await browser.open("/login"), label);
			assert.equal((await browser.open((await signInThere(world.provider, going)).href)).title, title);
			await server.close();
		}
	});

	for (const [signedWith, title] of [
		[{ userinfo: "RS256" }, "Choose a name"],
		[{ userinfo: "ES256" }, "This sign-in cannot go on"],
		[{ idToken: "RS256" }, "Choose a name"],
		[{ idToken: "ES256" }, "This sign-in cannot go on"],
	] as const)
		test(`what is signed with another algorithm than is demanded is refused: ${JSON.stringify(signedWith)}`, async () => {
			await using world = await opened({ clientId: "signed", fetchUserinfo: true, signedWith });
			assert.equal((await world.come(world.server.browser())).title, title);
		});

	test("an answer of userinfo that is not signed, where that is demanded, is refused", async () => {
		await using world = await opened({ fetchUserinfo: true, signedWith: { userinfo: "RS256" } });
		assert.equal((await world.come(world.server.browser())).title, "This sign-in cannot go on");
	});

	test("what it answers by a form comes in, too", async () => {
		await using world = await opened({ responseMode: "form_post" });
		const browser = world.server.browser();
		const there = await world.provider.browser().open(wayThere(await world.begin(browser)));
		const [form] = there.forms;
		assert.ok(form, there.text);
		assert.match(form.action, /\/upstream\/callback\/company$/);
		// From another site: the browser sends no cookie along.
		const body = new URLSearchParams(form.fields);
		const sent = await fetch(form.action, { method: "POST", body, redirect: "manual" });
		assert.equal(sent.status, 303);
		const page = await browser.open(String(sent.headers.get("location")));
		assert.equal(page.title, "Choose a name");
	});

	test("claims of userinfo count where they are asked for, and none of another person's", async () => {
		await using world = await opened({ fetchUserinfo: true });
		const { tricks } = world.provider;
		// The name stands in userinfo alone, and what was signed is believed before it.
		tricks.claims = ({ preferred_username: _, ...signed }) => ({ ...signed, name: "Signed Alice" });
		tricks.userinfo = (said) => ({ ...said, name: "Fetched Alice" });
		assert.equal((await world.register(world.server.browser())).url.pathname, "/account/");
		const [account] = await world.rows("accounts");
		assert.deepEqual([account?.localpart, account?.display_name], ["alice", "Signed Alice"]);
		tricks.userinfo = (said) => ({ ...said, sub: "s-2" });
		assert.equal((await world.come(world.server.browser())).title, "This sign-in cannot go on");
	});

	test("userinfo is asked by nobody who was not told to", async () => {
		await using world = await opened();
		world.provider.tricks.claims = ({ preferred_username: _, ...signed }) => signed;
		const page = await world.come(world.server.browser());
		assert.equal(page.forms.find(({ fields }) => "username" in fields)?.fields.username, "");
	});
});

describe("whose address is of a company's domain", () => {
	const hintOf = (page: Page) => new URL(wayThere(page)).searchParams.get("login_hint");
	const first = (text: string) => text.indexOf("Sign in with Company") < text.indexOf('name="password"');

	test("is offered its service first, with the address told to it, by a hint or after what was typed", async () => {
		await using world = await opened({ emailDomains: ["company.example"] });
		const browser = world.server.browser();
		const page = await browser.open("/login?username=Alice%40Company.example");
		assert.match(page.text, /People with an address at company.example sign in like this/);
		assert.ok(first(page.text));
		assert.equal(page.text.split("Sign in with Company").length, 2);
		assert.equal(hintOf(await browser.press(page, label)), "Alice@company.example");
		// As it is read: signs that nobody sees, and letters of another width.
		const odd = await browser.open(`/login?username=${encodeURIComponent("\u200balice@ｃompany。example ")}`);
		assert.match(odd.text, /People with an address at company.example sign in like this/);
		assert.equal(hintOf(await browser.press(odd, label)), "alice@company.example");
		const typed = await browser.press(await browser.open("/login"), "Sign in", {
			...{ username: "nobody@company.example", password: "a wrong password" },
		});
		assert.equal(typed.status, 403);
		assert.ok(first(typed.text));
	});

	test("alone is: no service is told another address, and nobody else is offered it first", async () => {
		await using world = await opened({ emailDomains: ["company.example"] });
		const browser = world.server.browser();
		for (const name of [
			...["", "alice", "company.example", "alice@sub.company.example", "alice@company.example.evil.example"],
			...["alice@notcompany.example", "alice@evil.example", "@company.example"],
		]) {
			const page = await browser.open(`/login?username=${encodeURIComponent(name)}`);
			assert.ok(!first(page.text), name);
			const form = page.forms.find(({ action }) => action === "/login/with/company");
			const body = new URLSearchParams({ ...form?.fields, login_hint: name });
			const sent = await browser.send("/login/with/company", { method: "POST", body });
			const url = new URL(String(sent.headers.get("refresh")).replace("0; url=", ""));
			assert.equal(url.searchParams.has("login_hint"), false, name);
		}
	});
});

describe("what came back", () => {
	test("a state that nobody began signs nobody in (IdP-initiated)", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		for (const query of ["code=x", "code=x&state=y", "", "error=access_denied", "code=x&state=a&state=b"]) {
			const page = await browser.open(`/upstream/callback/company?${query}`);
			assert.equal(page.status, 403);
			assert.equal(page.title, "This sign-in was not begun here");
		}
		assert.equal((await world.rows("upstream_sign_ins")).length, 0);
	});

	test("an answer that another browser asked for is refused there, and stays good for the one that did", async () => {
		await using world = await opened();
		const [attacker, victim] = [world.server.browser(), world.server.browser()];
		const back = await signInThere(world.provider, await world.begin(attacker));
		// The victim's browser is on the way itself, so that it has a cookie of its own.
		await world.begin(victim);
		for (const browser of [victim, world.server.browser()])
			assert.equal((await browser.open(back.href)).title, "This sign-in was not begun here");
		assert.equal(await world.isSignedIn(victim), false);
		assert.equal((await attacker.open(back.href)).title, "Choose a name");
	});

	test("a code of somebody else's sign-in, put into one's own, is refused (code injection)", async () => {
		await using world = await opened();
		const [victim, attacker] = [world.server.browser(), world.server.browser()];
		const stolen = await signInThere(world.provider, await world.begin(victim));
		const own = await signInThere(world.provider, await world.begin(attacker));
		own.searchParams.set("code", String(stolen.searchParams.get("code")));
		const page = await attacker.open(own.href);
		assert.equal(page.title, "This sign-in cannot go on");
		assert.equal((await world.rows("upstream_arrivals")).length, 0);
	});

	test("an answer sent twice, or to both servers at once, counts once", async () => {
		await using world = await opened();
		await world.register(world.server.browser());
		const browser = world.server.browser();
		const back = await signInThere(world.provider, await world.begin(browser));
		const answers = await Promise.all([browser.send(back.href), browser.send(back.href)]);
		const to = answers.map(({ status, headers }) => `${status} ${headers.get("location")}`).sort();
		assert.equal(to.filter((each) => each === "303 /account/").length, 1, to.join());
		assert.equal(world.provider.tokensAsked.length, 2);
		// The browser has forgotten that it was on the way; who is signed in stays so.
		assert.equal((await browser.open(back.href)).status, 403);
		assert.equal(await world.isSignedIn(browser), true);
		const stranger = world.server.browser();
		assert.equal((await stranger.open(back.href)).status, 403);
	});

	test("an answer of another provider is refused (mix-up)", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const back = await signInThere(world.provider, await world.begin(browser));
		assert.equal(back.searchParams.get("iss"), world.provider.issuer);
		back.searchParams.set("iss", "https://evil.example");
		assert.equal((await browser.open(back.href)).title, "This sign-in cannot go on");
		const other = await signInThere(world.provider, await world.begin(browser));
		other.searchParams.delete("iss");
		assert.equal((await browser.open(other.href)).title, "This sign-in cannot go on");
	});

	test("a state of one provider is good for no other", async () => {
		const [one, two] = [await startUpstreamProvider("company"), await startUpstreamProvider("other")];
		const server = await startServer({ upstream: [one.config(), two.config({ name: "Other" })] });
		for (const provider of [one, two]) provider.serve(server.url);
		one.person = "s-1";
		const browser = server.browser();
		const back = await signInThere(one, await browser.press(await browser.open("/login"), label));
		back.pathname = "/upstream/callback/other";
		assert.equal((await browser.open(back.href)).title, "This sign-in was not begun here");
		assert.equal(two.tokensAsked.length, 0);
		await server.close();
		await one[Symbol.asyncDispose]();
		await two[Symbol.asyncDispose]();
	});

	for (const [what, change] of [
		["an ID token with another nonce is refused", { nonce: "another" }],
		["an ID token without a nonce is refused", { nonce: undefined }],
		["an ID token for another client is refused", { aud: "somebody-else" }],
		[
			"an ID token for several, and us only beside is refused",
			{ aud: ["matrix", "somebody-else"], azp: "somebody-else" },
		],
		["an ID token of another issuer is refused", { iss: "https://evil.example" }],
		["an ID token that is over is refused", { exp: 1 }],
		["an ID token of nobody is refused", { sub: undefined }],
	] as const)
		test(what, async () => {
			await using world = await opened();
			world.provider.tricks.claims = (claims) => JSON.parse(JSON.stringify({ ...claims, ...change }));
			const browser = world.server.browser();
			assert.equal((await world.come(browser)).title, "This sign-in cannot go on");
			assert.equal((await world.rows("upstream_arrivals")).length, 0);
		});

	test("a document of another issuer is not taken", async () => {
		await using world = await opened();
		const { port } = new URL(world.provider.issuer);
		const server = await startServer({
			upstream: [world.provider.config({ issuer: `http://localhost:${port}` })],
		});
		const browser = server.browser();
		const page = await browser.press(await browser.open("/login"), label);
		assert.equal(page.title, "This sign-in cannot go on", "waiting does not help");
		await server.close();
	});

	test("an ID token that the provider has not signed is refused", async () => {
		await using world = await opened();
		world.provider.tricks.foreignKey = true;
		assert.equal((await world.come(world.server.browser())).title, "This sign-in cannot go on");
	});

	test("no request follows where a provider redirects it: the secret stays with its endpoint", async () => {
		await using world = await opened();
		let asked = 0;
		const catcher = await startCatcher(() => asked++);
		world.provider.tricks.redirects = catcher.url;
		assert.equal((await world.come(world.server.browser())).title, "This sign-in cannot go on");
		assert.equal(asked, 0);
		await catcher.close();
	});

	test("who went back there is told so, and may begin again", async () => {
		await using world = await opened();
		world.provider.person = "nobody";
		const page = await world.come(world.server.browser(), "?next=/account/devices");
		assert.equal(page.title, "You were not signed in");
		assert.match(page.text, /href="\/login\?next=%2Faccount%2Fdevices"/);
	});

	test("a sign-in is good for ten minutes", async () => {
		let now = Date.now();
		await using world = await opened({}, { clock: () => now });
		const browser = world.server.browser();
		const back = await signInThere(world.provider, await world.begin(browser));
		now += 10 * 60_000;
		assert.equal((await browser.open(back.href)).title, "This sign-in was not begun here");
	});

	test("nothing that is written down signs anybody in", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const page = await world.begin(browser);
		const { searchParams } = new URL(wayThere(page));
		const text = JSON.stringify(await world.rows("upstream_sign_ins"));
		for (const secret of [
			searchParams.get("state"),
			searchParams.get("nonce"),
			browser.cookies.get("countersign-elsewhere"),
		])
			assert.ok(secret && !text.includes(secret));
	});
});

async function startCatcher(caught: () => void) {
	const server = createServer((_, response) => {
		caught();
		response.end("{}");
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	return {
		url: `http://127.0.0.1:${port}/token`,
		close: () => new Promise((resolve) => server.close(resolve)),
	};
}
