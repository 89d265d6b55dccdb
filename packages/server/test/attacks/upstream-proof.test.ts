/** People without a password here: what another service says is their proof, and linking it is shown on both sides. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { addressOf, noticePathOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";
import { password, type ServerOptions } from "../support/server.ts";
import { addPasskey } from "../support/software-passkey.ts";
import { until } from "../support/until.ts";
import { openUpstreamProof } from "../support/upstream-proof-world.ts";
import { signInThere, wayThere } from "../support/upstream-provider.ts";

describe("a proof from another service", () => {
	test("lets a person without a password do what takes one, from the page that asks, and back to it", async () => {
		await using world = await openUpstreamProof();
		const browser = await world.alice();
		world.advance(6 * 60_000);
		const page = await browser.open("/account/sign-out-everywhere");
		assert.match(page.text, /You are led to Company first/);
		const confirm = await browser.press(page, /^Sign out/);
		assert.equal(confirm.title, "Confirm it is you");
		// The provider's clock does not jump: whoever signs in there does so now, by ours minutes ago.
		world.provider.tricks.claims = (claims) => ({ ...claims, auth_time: Number(claims.auth_time) + 360 });
		const back = await world.come(browser, confirm, "Confirm at Company");
		assert.equal(back.url.pathname, "/account/sign-out-everywhere");
		assert.equal((await browser.press(back, /^Sign out/)).url.pathname, "/account/devices");
	});

	test("asks the provider for a sign-in of now, and believes no older one", async () => {
		await using world = await openUpstreamProof();
		const browser = await world.alice();
		world.advance(6 * 60_000);
		const confirm = await browser.press(await browser.open("/account/sign-out-everywhere"), /^Sign out/);
		const page = await browser.press(confirm, "Confirm at Company");
		const asked = new URL(wayThere(page)).searchParams;
		assert.deepEqual([asked.get("prompt"), asked.get("max_age")], ["login", "120"]);
		const seconds = Math.floor(Date.now() / 1000);
		for (const auth_time of [undefined, 1, seconds, seconds + 86_400, seconds + 0.5, 1e300]) {
			world.provider.tricks.claims = (claims) => JSON.parse(JSON.stringify({ ...claims, auth_time }));
			const again = await world.come(browser, confirm, "Confirm at Company");
			assert.equal(again.title, "Company did not ask who you are", String(auth_time));
		}
		assert.equal(
			(await browser.press(await browser.open("/account/sign-out-everywhere"), /^Sign out/)).title,
			"Confirm it is you",
		);
	});

	test("is of the account that is signed in, and of no other there", async () => {
		await using world = await openUpstreamProof();
		const browser = await world.alice();
		world.advance(3 * 60_000);
		world.provider.person = "bob";
		world.provider.tricks.claims = (claims) => ({ ...claims, auth_time: Number(claims.auth_time) + 180 });
		const asked = await browser.open("/login?fresh=1&next=/account/devices");
		const page = await browser.press(asked, "Confirm at Company");
		const back = await signInThere(world.provider, page);
		assert.equal((await browser.open(back.href)).title, "That is not your account there");
	});

	test("is not what a session began with: what is entered with an act is shown for that act", async () => {
		await using world = await openUpstreamProof();
		const browser = await world.alice();
		const page = await browser.open("/account/deactivate");
		const asks = await browser.press(page, /deactivate/i, { username: "alice" });
		assert.equal(asks.title, "Confirm it is you");
		assert.equal((await world.server.rows("accounts"))[0]?.deactivated_at, null);
		const back = await world.come(browser, asks, "Confirm at Company");
		assert.equal(back.url.pathname, "/account/deactivate");
		assert.match(back.text, /You have just confirmed/);
	});

	test("does nothing beside a password: neither the one a session began with, nor one of now", async () => {
		await using world = await openUpstreamProof();
		const first = await world.server.register("carol");
		const page = await first.open("/account/links");
		await first.open(
			(await signInThere(world.provider, await first.press(page, "Link Company", { password }), world.there))
				.href,
		);
		const browser = world.server.browser();
		await world.come(browser, await browser.open("/login"), "Sign in with Company");
		const [, unlinkPath = ""] =
			/href="(\/account\/links\/[\w-]+)"/.exec((await browser.open("/account/links")).text) ?? [];
		const rows = async () =>
			Promise.all(
				["accounts", "account_links", "sessions", "one_time_codes", "passkeys", "browser_sessions"].map(
					(table) => world.server.rows(table),
				),
			);
		const tryAll = async () => {
			const before = await rows();
			for (const [path, label, filled] of [
				["/account/password", "Change password", { password: "another long phrase" }],
				["/account/deactivate", /deactivate/i, { username: "carol" }],
				["/account/tokens/new", "Make a token", { name: "robot" }],
				["/account/proofs/new-codes", "Continue", {}],
				[unlinkPath, "Unlink", {}],
				["/account/sign-out-everywhere", /^Sign out/, {}],
			] as const) {
				const page = await browser.open(path);
				const refused = await browser.press(page, label, filled);
				assert.ok(
					refused.status >= 400 || refused.title === "Confirm it is you",
					`${path}: ${refused.title}`,
				);
			}
			assert.deepEqual(await rows(), before);
		};
		await tryAll();
		// A form of before there was a password leads nowhere, and neither does a way back that was begun then.
		const hash = (await world.server.rows("accounts"))[0]?.password_hash;
		await world.server.change("UPDATE accounts SET password_hash = NULL");
		const form = await browser.open("/login?fresh=1");
		const going = await browser.press(form, "Confirm at Company");
		await world.server.change(`UPDATE accounts SET password_hash = '${hash}'`);
		const back = await browser.open((await signInThere(world.provider, going, world.there)).href);
		assert.equal(back.title, "Confirm it here");
		assert.equal((await browser.press(form, "Confirm at Company")).title, "Confirm it here");
		await tryAll();
	});

	test("does not do once there is a second factor here, and signs nobody in", async () => {
		await using world = await openUpstreamProof();
		await world.alice();
		await world.server.change(`INSERT INTO one_time_codes (account_id, secret, last_step, created_at)
			SELECT id, 'x', 0, 1 FROM accounts`);
		const browser = world.server.browser();
		const page = await world.come(browser, await browser.open("/login"), "Sign in with Company");
		assert.equal(page.url.pathname, "/login/second");
		assert.equal((await browser.open("/account/")).url.pathname, "/login");
	});
});

describe("linking", () => {
	async function linkable(options: ServerOptions = {}) {
		const world = await openUpstreamProof(options);
		const browser = await world.server.register("carol");
		return Object.assign(world, { browser });
	}

	test("takes a proof here and a sign-in of now there, and is undone by its person", async () => {
		await using world = await linkable();
		const { browser } = world;
		const page = await browser.open("/account/links");
		const refused = await browser.press(page, "Link Company", { password: "not the right one" });
		assert.equal(refused.status, 403);
		const going = await browser.press(page, "Link Company", { password });
		assert.equal(new URL(wayThere(going)).searchParams.get("prompt"), "login");
		const linked = await browser.open((await signInThere(world.provider, going)).href);
		assert.equal(linked.url.pathname, "/account/links");
		assert.match(linked.text, /as alice@company\.example/);
		const other = world.server.browser();
		const signedIn = await world.come(other, await other.open("/login"), "Sign in with Company");
		assert.match(signedIn.text, /@carol:localhost/);
		const [, path = ""] = /href="(\/account\/links\/[\w-]+)"/.exec(linked.text) ?? [];
		const unlink = await browser.open(path);
		assert.equal((await browser.press(unlink, "Unlink", { password: "wrong" })).status, 403);
		assert.equal((await browser.press(unlink, "Unlink", { password })).url.pathname, "/account/links");
		assert.equal((await world.server.rows("account_links")).length, 0);
		const kinds = (await world.server.rows("security_events")).map(({ kind }) => kind);
		assert.ok(kinds.includes("link-added") && kinds.includes("link-removed"));
	});

	test("is not finished in another browser, or by whoever is signed in there since", async () => {
		await using world = await linkable();
		const going = await world.browser.press(await world.browser.open("/account/links"), "Link Company", {
			password,
		});
		const back = await signInThere(world.provider, going);
		const mallory = await world.server.register("mallory");
		assert.equal((await mallory.open(back.href)).title, "This sign-in was not begun here");
		await world.browser.press(await world.browser.open("/account/"), /sign out/i);
		await world.browser.press(await world.browser.open("/login"), "Sign in", {
			username: "mallory",
			password,
		});
		assert.equal((await world.browser.open(back.href)).title, "This sign-in was not begun here");
		assert.equal((await world.server.rows("account_links")).length, 0);
	});

	for (const [what, end] of [
		[
			"the password was changed",
			async ({ browser }) => {
				const changed = { current: password, password: "another battery staple" };
				await browser.press(await browser.open("/account/password"), "Change password", changed);
			},
		],
		["a first passkey was added", ({ browser, server }) => addPasskey(browser, { base: server.url })],
		[
			"it was said of a line of the log that it was not them",
			async ({ browser, server }) => {
				await server.loginDevice({ localpart: "carol", browser });
				const notice = await browser.open(await noticePathOf(browser));
				await browser.press(notice, "This was not me", { password });
			},
		],
	] as const satisfies readonly (readonly [
		string,
		(of: Pick<Awaited<ReturnType<typeof linkable>>, "browser" | "server">) => Promise<unknown>,
	])[])
		test(`is not finished where ${what} since, in the same browser`, async () => {
			const mails = await startMailServer();
			await using world = await linkable({ email: mails.config });
			const { browser } = world;
			const form = await browser.open("/account/links");
			const back = await signInThere(world.provider, await browser.press(form, "Link Company", { password }));
			await end(world);
			const page = await browser.open(back.href);
			assert.deepEqual([page.status, page.title], [403, "This sign-in was not begun here"]);
			assert.equal((await world.server.rows("account_links")).length, 0);
			assert.equal((await browser.open("/account/")).url.pathname, "/account/", "who did it is signed in");
			await mails.close();
		});

	test("takes nobody's link away from them", async () => {
		await using world = await linkable();
		await world.alice();
		const going = await world.browser.press(await world.browser.open("/account/links"), "Link Company", {
			password,
		});
		const page = await world.browser.open((await signInThere(world.provider, going)).href);
		assert.equal(page.title, "It is linked to another account");
		assert.equal((await world.server.rows("account_links")).length, 1);
	});

	test("is undone by “This was not me” to the letter about it, and whoever linked it comes in no more", async () => {
		const mails = await startMailServer();
		await using world = await linkable({ email: mails.config });
		const address = decodeURIComponent((await addressOf(world.server, "carol")).split("/").at(-1) ?? "");
		const page = await world.browser.open("/account/links");
		const going = await world.browser.press(page, "Link Company", { password });
		await world.browser.open((await signInThere(world.provider, going, world.there)).href);
		assert.equal((await world.server.rows("account_links")).length, 1);
		const find = () =>
			mails.letters.find(
				({ to, mail }) =>
					to.includes(address) && /by another service was set up/.test(`${mail.subject}${mail.text}`),
			)?.mail;
		await until(() => find() !== undefined);
		const link = /\/account\/not-me\/\S+/.exec(find()?.text ?? "")?.[0] ?? assert.fail(find()?.text);
		const reader = world.server.browser();
		assert.equal((await reader.press(await reader.open(link), "This was not me")).title, "Done");
		assert.equal((await world.server.rows("account_links")).length, 0);
		const other = world.server.browser();
		const again = await world.come(other, await other.open("/login"), "Sign in with Company");
		assert.equal(again.title, "Choose a name");
		await mails.close();
	});

	for (const [what, sql] of [
		[
			"a service that is gone",
			"INSERT INTO account_links (provider, subject, account_id) SELECT 'gone', 'x', id FROM accounts",
		],
		[
			"one of another issuer",
			`INSERT INTO account_links (provider, issuer, subject, account_id)
				SELECT 'company', 'https://before.example', 'x', id FROM accounts`,
		],
		[
			"a passkey of an address of before",
			`INSERT INTO passkeys (id, account_id, credential_id, public_key, counter, transports, host, name, created_at)
				SELECT 'p', id, 'c', 'k', 0, '[]', 'before.example', 'Key', 1 FROM accounts`,
		],
	] as const)
		test(`leaves the only way to sign in where it is, beside ${what}`, async () => {
			await using world = await openUpstreamProof();
			const browser = await world.alice();
			const [, path = ""] =
				/href="(\/account\/links\/[\w-]+)"/.exec((await browser.open("/account/links")).text) ?? [];
			const back = await world.confirm(browser, await browser.open(path), "Unlink");
			await world.server.change(sql);
			const page = await browser.press(back, "Unlink");
			assert.notEqual(page.url.pathname, "/account/links");
			assert.ok((await world.server.rows("account_links")).some(({ subject }) => subject === "alice"));
		});

	test("leaves the only way to sign in where it is", async () => {
		await using world = await openUpstreamProof();
		const browser = await world.alice();
		const [, path = ""] =
			/href="(\/account\/links\/[\w-]+)"/.exec((await browser.open("/account/links")).text) ?? [];
		const back = await world.confirm(browser, await browser.open(path), "Unlink");
		const page = await browser.press(back, "Unlink");
		assert.equal(page.status, 409);
		assert.match(page.text, /your only way to sign in/);
		assert.equal((await world.server.rows("account_links")).length, 1);
	});
});
