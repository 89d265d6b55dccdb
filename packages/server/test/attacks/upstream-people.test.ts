/** Who signs in by another service: accounts that there are, and new ones. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { UpstreamConfig } from "../../src/config/index.ts";
import { password } from "../support/server.ts";
import { signInThere } from "../support/upstream-provider.ts";
import { openUpstream as opened } from "../support/upstream-world.ts";

const strict = (action: "force" | "require", isVouched = false): Partial<UpstreamConfig> => ({
	claims: {
		subject: "{{ user.sub }}",
		localpart: { action, template: "{{ user.preferred_username }}" },
		displayName: { action: "ignore", template: "{{ user.name }}" },
		email: { action: "suggest", template: "{{ user.email }}", isVouched },
		accountName: "{{ user.email }}",
	},
});

describe("an account that there is", () => {
	for (const action of ["force", "require"] as const)
		test(`is nobody's who has its name elsewhere (${action})`, async () => {
			await using world = await opened(strict(action));
			await world.server.register("alice");
			const browser = world.server.browser();
			const page = await world.come(browser);
			assert.equal(page.title, "There is an account with your name");
			assert.equal(await world.isSignedIn(browser), false);
			assert.equal((await world.rows("account_links")).length, 0);
		});

	for (const [what, name, there, title] of [
		["is another's by case alone", "alice", "Alice", "There is an account with your name"],
		["is kept for those who run the server", "admin", "somebody", "There is no account for you here"],
	] as const)
		test(`leads on where the name from there cannot be changed and ${what}`, async () => {
			await using world = await opened(strict("force"));
			await world.server.register("somebody");
			await world.server.change(`UPDATE accounts SET localpart = '${there}'`);
			world.provider.people.set("s-1", { preferred_username: name });
			const page = await world.register(world.server.browser());
			assert.deepEqual([page.status, page.title], [403, title]);
			assert.match(page.text, /href="\/login"/);
			assert.equal((await world.rows("accounts")).length, 1);
		});

	test("is not taken by choosing its name", async () => {
		await using world = await opened();
		await world.server.register("alice");
		const browser = world.server.browser();
		const page = await world.register(browser);
		assert.equal(page.status, 400);
		assert.match(page.text, /This name is taken/);
		assert.equal(
			(await browser.press(page, "Create account", { username: "alice2" })).url.pathname,
			"/account/",
		);
	});

	test("is not linked by its name and its address, though it has confirmed that and the service vouches for it", async () => {
		await using world = await opened(strict("force", true));
		await world.server.register("alice");
		await world.server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
			SELECT id, 'alice@company.example', 'alice@company.example', 1, 1 FROM accounts WHERE localpart = 'alice'`);
		const browser = world.server.browser();
		const page = await world.come(browser);
		assert.equal(page.title, "There is an account with your name");
		assert.match(page.text, /sign in as always and link it on your account page/);
		assert.equal(await world.isSignedIn(browser), false);
		assert.equal((await world.rows("account_links")).length, 0);
	});

	test("is of the issuer that said so, whoever is set up under its name since", async () => {
		await using world = await opened();
		await world.register(world.server.browser());
		assert.equal((await world.rows("account_links"))[0]?.issuer, world.provider.issuer);
		await world.server.change("UPDATE account_links SET issuer = 'https://before.example'");
		const browser = world.server.browser();
		assert.equal((await world.come(browser)).title, "Company is not the service it was");
		assert.equal(await world.isSignedIn(browser), false);
		assert.equal((await world.rows("account_links"))[0]?.issuer, "https://before.example");
	});

	test("that moved in is of the issuer by which its person signs in first", async () => {
		await using world = await opened();
		await world.register(world.server.browser());
		await world.server.change("UPDATE account_links SET issuer = NULL");
		const browser = world.server.browser();
		await world.come(browser);
		assert.equal(await world.isSignedIn(browser), true);
		assert.equal((await world.rows("account_links"))[0]?.issuer, world.provider.issuer);
	});

	test("stays with its person when name and address change hands", async () => {
		await using world = await opened(strict("force", true));
		await world.register(world.server.browser());
		// Somebody new there has got both.
		const said = world.provider.people.get("s-1");
		world.provider.people.set("s-1", { name: "Gone" });
		world.provider.people.set("s-2", { ...said, name: "Another Alice" });
		world.provider.person = "s-2";
		const browser = world.server.browser();
		assert.equal((await world.come(browser)).title, "There is an account with your name");
		assert.equal(await world.isSignedIn(browser), false);
	});

	test("that is locked or closed is no way in", async () => {
		await using world = await opened();
		await world.register(world.server.browser());
		await world.server.change("UPDATE accounts SET locked_at = 1");
		assert.equal((await world.come(world.server.browser())).title, "This account is locked");
		await world.server.change("UPDATE accounts SET locked_at = NULL, deactivated_at = 1");
		assert.equal((await world.come(world.server.browser())).title, "This account is closed");
	});

	test("that is signed in is not exchanged for another by a way back", async () => {
		await using world = await opened();
		await world.register(world.server.browser());
		const browser = world.server.browser();
		const back = await signInThere(world.provider, await world.begin(browser));
		await browser.press(await browser.open("/register"), "Create account", { username: "bob", password });
		assert.equal((await browser.open(back.href)).title, "Another account is signed in here");
		assert.match((await browser.open("/account/")).text, /@bob:localhost/);
	});
});

describe("new people from another service", () => {
	test("get no name that is kept for those who run the server", async () => {
		await using world = await opened();
		assert.match((await world.register(world.server.browser(), "admin")).text, /kept for those who run/);
		world.provider.people.set("s-1", { preferred_username: "support" });
		assert.match((await world.register(world.server.browser())).text, /kept for those who run/);
	});

	test("may not choose another name where it is fixed, whatever their form says", async () => {
		await using world = await opened(strict("force"));
		await world.register(world.server.browser(), "somebody-else");
		assert.deepEqual(
			(await world.rows("accounts")).map(({ localpart }) => localpart),
			["alice"],
		);
	});

	test("get none where registering takes a confirmed address and the service vouches for none", async () => {
		await using world = await opened({}, { registration: { needsAddress: true } });
		const browser = world.server.browser();
		const page = await browser.press(await world.come(browser), "Create account");
		assert.equal(page.title, "Company does not say enough of you");
		assert.equal((await world.rows("accounts")).length, 0);
		await using vouched = await opened(strict("force", true), { registration: { needsAddress: true } });
		assert.equal((await vouched.register(vouched.server.browser())).url.pathname, "/account/");
	});

	test("get no account where the operator wants none", async () => {
		await using world = await opened({ newAccounts: "no" });
		assert.equal((await world.come(world.server.browser())).title, "There is no account for you here");
		assert.equal((await world.rows("upstream_arrivals")).length, 0);
	});

	test("who is not, or no more, in a group that is required is not let in, account or not", async () => {
		await using world = await opened({ requiredClaims: { groups: ["staff", "guests"] } });
		const group = (groups: unknown) =>
			world.provider.people.set("s-1", { preferred_username: "alice", groups });
		for (const groups of [undefined, [], ["others"], "others", { staff: true }, [["staff"]]]) {
			group(groups);
			assert.equal((await world.come(world.server.browser())).title, "You may not sign in here");
		}
		assert.equal((await world.rows("upstream_arrivals")).length, 0);
		group(["others", "guests"]);
		assert.equal((await world.register(world.server.browser())).url.pathname, "/account/");
		group(["others"]);
		assert.equal((await world.come(world.server.browser())).title, "You may not sign in here");
	});

	test("show a token where one is asked for", async () => {
		await using world = await opened({ newAccounts: "token" });
		const browser = world.server.browser();
		const page = await world.come(browser);
		const refused = await browser.press(page, "Create account", { token: "made-up-token" });
		assert.match(refused.text, /registration token is not good/);
		assert.equal((await world.rows("accounts")).length, 0);
	});

	test("agree to the terms, in the version that there is", async () => {
		const terms = { url: "https://example.org/terms", version: "1" };
		await using world = await opened({}, { registration: { terms } });
		const browser = world.server.browser();
		const page = await world.come(browser);
		const refused = await browser.press(page, "Create account");
		assert.match(refused.text, /Read the terms and agree/);
		assert.equal(
			(await browser.press(refused, "Create account", { terms: "yes" })).url.pathname,
			"/account/",
		);
	});

	test("of whom it does not say what is required are refused", async () => {
		await using world = await opened(strict("require"));
		world.provider.people.set("s-1", { preferred_username: "Not A Name" });
		assert.equal((await world.come(world.server.browser())).title, "Company does not say enough of you");
	});

	for (const isVouched of [false, true])
		test(`get a confirmed address by the service's word only where the operator wants that: ${isVouched}`, async () => {
			await using world = await opened(strict("force", isVouched));
			await world.register(world.server.browser());
			assert.deepEqual(
				(await world.rows("account_emails")).map(({ address_key }) => address_key),
				isVouched ? ["alice@company.example"] : [],
			);
		});

	test("get an address that is somebody's here only where that is them", async () => {
		await using world = await opened(strict("force", true));
		await world.server.register("bob");
		await world.server.change(`INSERT INTO account_emails (account_id, address, address_key, added_at, verified_at)
			SELECT id, 'alice@company.example', 'alice@company.example', 1, 1 FROM accounts WHERE localpart = 'bob'`);
		assert.equal((await world.register(world.server.browser())).url.pathname, "/account/");
		assert.equal((await world.rows("account_emails")).length, 1);
	});

	test("who pressed the button twice has one account, and is signed in", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const page = await world.come(browser);
		const form = page.forms.find(({ action }) => action === "/register/elsewhere");
		const body = () => new URLSearchParams(form?.fields);
		const sent = await Promise.all(
			[body(), body()].map((each) => browser.send("/register/elsewhere", { method: "POST", body: each })),
		);
		// At another server the second one finds nobody who came, or the name taken already: it says so, and no more.
		const told = sent.map(({ status, headers }) => `${status} ${headers.get("location")}`);
		assert.ok(told.includes("303 /account/"), told.join());
		assert.ok(
			told.every((each) => ["303 /account/", "403 null", "400 null"].includes(each)),
			told.join(),
		);
		assert.equal((await world.rows("accounts")).length, 1);
		assert.equal(await world.isSignedIn(browser), true);
	});

	test("who signed out is not signed in again by the form of before, at the same browser", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const page = await world.come(browser);
		await browser.press(page, "Create account");
		assert.equal(browser.cookies.get("countersign-elsewhere"), undefined);
		await browser.press(await browser.open("/account/"), /sign out/i);
		await browser.press(page, "Create account");
		assert.equal(await world.isSignedIn(browser), false);
		assert.equal((await world.rows("upstream_arrivals")).length, 0);
	});

	test("who went on without an account is nobody's who signs in and out there next", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		await world.come(browser);
		await browser.press(await browser.open("/register"), "Create account", { username: "bob", password });
		await browser.press(await browser.open("/account/"), /sign out/i);
		assert.equal((await browser.open("/register/elsewhere")).title, "Sign in");
	});

	test("are forgotten in a browser that several use", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		await browser.press(await world.come(browser), "Not me");
		assert.equal((await world.rows("upstream_arrivals")).length, 0);
		assert.equal((await browser.open("/register/elsewhere")).title, "Sign in");
	});

	test("are forgotten by who reads of them, and not by a page of before", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const page = await world.come(browser);
		world.provider.people.set("s-2", { preferred_username: "bob" });
		world.provider.person = "s-2";
		await world.come(browser);
		await browser.press(page, "Not me");
		assert.equal((await world.rows("upstream_arrivals"))[0]?.subject, "s-2");
	});

	test("are who the page said that they are, whoever came back in another window since", async () => {
		await using world = await opened();
		const browser = world.server.browser();
		const page = await world.come(browser);
		world.provider.people.set("s-2", { preferred_username: "mallory" });
		world.provider.person = "s-2";
		await world.come(browser);
		assert.equal((await browser.press(page, "Create account")).status, 403);
		assert.equal((await world.rows("accounts")).length, 0);
	});
});
