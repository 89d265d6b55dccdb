/** People without a password here: what another service says is their proof, and linking it is shown on both sides. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { scan } from "../support/codes.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { addressOf, noticePathOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";
import { password, type ServerOptions, startServer } from "../support/server.ts";
import { addPasskey, softwarePasskey } from "../support/software-passkey.ts";
import { until } from "../support/until.ts";
import { signInThere, startUpstreamProvider, wayThere } from "../support/upstream-provider.ts";

async function opened(options: ServerOptions = {}) {
	let at = Date.now();
	const provider = await startUpstreamProvider();
	const server = await startServer({ upstream: [provider.config()], clock: () => at, ...options });
	provider.serve(server.url);
	for (const name of ["alice", "bob"])
		provider.people.set(name, {
			preferred_username: name,
			...{ email: `${name}@company.example`, email_verified: true },
		});
	provider.person = "alice";
	const there = provider.browser();
	const come = async (browser: FormBrowser, page: Page, label: string | RegExp): Promise<Page> =>
		browser.open((await signInThere(provider, await browser.press(page, label), there)).href);
	/** Presses a button that asks for a proof, and confirms at the service what it asked for. */
	const confirm = async (
		browser: FormBrowser,
		page: Page,
		label: string | RegExp,
		filled: Readonly<Record<string, string>> = {},
	): Promise<Page> => {
		const asks = await browser.press(page, label, filled);
		assert.equal(asks.title, "Confirm it is you", asks.text);
		return come(browser, asks, "Confirm at Company");
	};
	return {
		...{ provider, server, there, come, confirm },
		advance: (ms: number) => {
			at += ms;
		},
		/** Alice, who has no password here. */
		async alice(): Promise<FormBrowser> {
			const browser = server.browser();
			const page = await come(browser, await browser.open("/login"), "Sign in with Company");
			await browser.press(page, "Create account");
			return browser;
		},
		async [Symbol.asyncDispose]() {
			await server.close();
			await provider[Symbol.asyncDispose]();
		},
	};
}

describe("a proof from another service", () => {
	test("lets a person without a password do what takes one, from the page that asks, and back to it", async () => {
		await using world = await opened();
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
		await using world = await opened();
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
		await using world = await opened();
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
		await using world = await opened();
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
		await using world = await opened();
		const first = await world.server.register("carol");
		const page = await first.open("/account/links");
		await first.open(
			(await signInThere(world.provider, await first.press(page, "Link Company", { password }), world.there))
				.href,
		);
		const browser = world.server.browser();
		await world.come(browser, await browser.open("/login"), "Sign in with Company");
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
				["/account/links", /^Link Company|^Unlink/, {}],
				["/account/sign-out-everywhere", /^Sign out/, {}],
			] as const) {
				const page = await browser.open(path);
				const button = page.forms
					.flatMap(({ buttons }) => buttons)
					.find(({ label: is }) => (typeof label === "string" ? is === label : label.test(is)));
				if (button === undefined) continue;
				const refused = await browser.press(page, label, filled);
				assert.notEqual(refused.url.pathname, "/account/", path);
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
		await using world = await opened();
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
		const world = await opened(options);
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
			await using world = await opened();
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
		await using world = await opened();
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

describe("ways in", () => {
	/** Alice, who signs in by Company and has a passkey, and no password. */
	async function withPasskey(options: ServerOptions = {}) {
		const world = await opened(options);
		const browser = await world.alice();
		const made = softwarePasskey(world.server.url);
		const asks = await world.confirm(browser, await browser.open("/account/proofs/new-passkey"), "Continue", {
			name: "Phone",
		});
		const second = await browser.press(asks, "Continue", { name: "Phone" });
		await browser.press(second, "Make the passkey", { passkey: made.answer(second) });
		assert.equal((await world.server.rows("passkeys")).length, 1);
		return Object.assign(world, { browser, passkey: made });
	}
	const removePasskey = async (browser: FormBrowser, passkey: { answer(page: Page): string }) => {
		const [, path = assert.fail()] =
			/href="(\/account\/proofs\/passkeys\/[\w-]+)"/.exec((await browser.open("/account/proofs")).text) ?? [];
		const page = await browser.open(path);
		return browser.press(page, /Remove/, { passkey: passkey.answer(page) });
	};

	test("who signs in by a service removes their only passkey, and signs in by it", async () => {
		await using world = await withPasskey();
		await removePasskey(world.browser, world.passkey);
		assert.equal((await world.server.rows("passkeys")).length, 0);
		const other = world.server.browser();
		await world.come(other, await other.open("/login"), "Sign in with Company");
		assert.equal((await other.open("/account/")).url.pathname, "/account/");
	});

	test("a passkey stays while codes stand beside it alone, or where the service has another issuer by now", async () => {
		await using world = await withPasskey();
		const { browser, passkey, server } = world;
		await server.change(`INSERT INTO one_time_codes (account_id, secret, last_step, created_at)
			SELECT id, 'x', 0, 1 FROM accounts`);
		const beside = await removePasskey(browser, passkey);
		assert.equal(beside.status, 409);
		assert.match(beside.text, /Your one-time codes prove nothing without it/);
		await server.change("DELETE FROM one_time_codes");
		await server.change("UPDATE account_links SET issuer = 'https://before.example'");
		assert.equal((await removePasskey(browser, passkey)).status, 409);
		assert.equal((await server.rows("passkeys")).length, 1);
	});

	test("codes are set up beside a password or a passkey, and not where there is neither", async () => {
		await using world = await opened();
		const browser = await world.alice();
		const page = await browser.open("/account/proofs/new-codes");
		assert.deepEqual([page.status, page.title], [409, "The app was not set up"]);
		assert.match(page.text, /Codes stand beside a password or a passkey, and you have neither here/);
		await using other = await withPasskey();
		const form = await other.browser.open("/account/proofs/new-codes");
		const shown = await other.browser.press(form, "Continue", { passkey: other.passkey.answer(form) });
		// Between the two forms the passkey goes.
		await other.server.change("DELETE FROM passkeys");
		const refused = await other.browser.press(shown, "Use this app", { code: scan(shown).at(Date.now()) });
		assert.deepEqual([refused.status, refused.title], [409, "The app was not set up"]);
		assert.equal((await other.server.rows("one_time_codes")).length, 0);
	});

	test("whoever has codes and nothing that they stand beside is told what to do at every form", async () => {
		await using world = await opened();
		const browser = await world.alice();
		await world.server.change(`INSERT INTO one_time_codes (account_id, secret, last_step, created_at)
			SELECT id, 'x', 0, 1 FROM accounts`);
		for (const path of [
			...["/account/deactivate", "/account/tokens/new"],
			...["/account/proofs/new-passkey", "/account/proofs/remove-codes", "/login?fresh=1"],
		]) {
			const { text } = await browser.open(path);
			assert.match(text, /If you have no password, set one/, path);
			assert.doesNotMatch(text, /You are led to Company/, path);
		}
	});

	test("what was linked since a line goes with “this was not me” to it, and stays where nobody could sign in any more", async () => {
		const mails = await startMailServer();
		try {
			await using world = await opened({ email: mails.config });
			const { server } = world;
			const browser = await server.register("carol");
			await server.loginDevice({ localpart: "carol", browser });
			const path = await noticePathOf(browser);
			const link = async () => {
				const page = await browser.open("/account/links");
				const going = await browser.press(page, "Link Company", { password });
				await browser.open((await signInThere(world.provider, going, world.there)).href);
				assert.equal((await server.rows("account_links")).length, 1);
			};
			await link();
			const hash = (await server.rows("accounts"))[0]?.password_hash;
			await server.change("UPDATE accounts SET password_hash = NULL");
			// What is shown there is told in whole seconds, and has to be later than what the session began with.
			world.advance(5_000);
			world.provider.tricks.claims = (claims) => ({ ...claims, auth_time: Number(claims.auth_time) + 5 });
			const back = await world.confirm(browser, await browser.open(path), "This was not me");
			assert.equal((await browser.press(back, "This was not me")).title, "Done");
			assert.equal((await server.rows("account_links")).length, 1, "the only way in");
			await server.change(`UPDATE accounts SET password_hash = '${hash}'`);
			await server.change("UPDATE notices SET objected_at = NULL");
			const done = await browser.press(await browser.open(path), "This was not me", { password });
			assert.equal(done.title, "Done");
			assert.equal((await server.rows("account_links")).length, 0);
		} finally {
			await mails.close();
		}
	});

	test("of two that are unlinked at once one stays, and so of a link and a passkey", async () => {
		await using world = await opened();
		const { server } = world;
		const browser = await world.alice();
		await server.change(`INSERT INTO account_links (provider, subject, account_id)
			SELECT 'company', 'second', id FROM accounts`);
		const paths = [
			...(await browser.open("/account/links")).text.matchAll(/href="(\/account\/links\/[\w-]+)"/g),
		].map(([, path = ""]) => path);
		assert.equal(paths.length, 2);
		await world.confirm(browser, await browser.open(paths[0] ?? ""), "Unlink");
		const forms = await Promise.all(paths.map((path) => browser.open(path)));
		await Promise.all(forms.map((page) => browser.press(page, "Unlink")));
		assert.equal((await server.rows("account_links")).length, 1);
	});
});
