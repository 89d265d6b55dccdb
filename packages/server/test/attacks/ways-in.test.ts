/** What is left of the ways into an account when one goes, and what goes with an objection. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { scan } from "../support/codes.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { noticePathOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";
import { password, type ServerOptions } from "../support/server.ts";
import { softwarePasskey } from "../support/software-passkey.ts";
import { openUpstreamProof } from "../support/upstream-proof-world.ts";
import { signInThere } from "../support/upstream-provider.ts";

describe("ways in", () => {
	/** Alice, who signs in by Company and has a passkey, and no password. */
	async function withPasskey(options: ServerOptions = {}) {
		const world = await openUpstreamProof(options);
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
		await using world = await openUpstreamProof();
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
		await using world = await openUpstreamProof();
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
			await using world = await openUpstreamProof({ email: mails.config });
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

	test("a closed account lets nobody in by its links, and one that is opened again does", async () => {
		await using world = await openUpstreamProof();
		await world.alice();
		const signIn = async () => {
			const browser = world.server.browser();
			const page = await world.come(browser, await browser.open("/login"), "Sign in with Company");
			return [page.title, (await browser.open("/account/")).url.pathname];
		};
		await world.server.change("UPDATE accounts SET deactivated_at = 1");
		assert.deepEqual(await signIn(), ["This account is closed", "/login"]);
		assert.equal((await world.server.rows("account_links")).length, 1, "who was sent away is no new person");
		await world.server.change("UPDATE accounts SET deactivated_at = NULL");
		assert.equal((await signIn())[1], "/account/");
	});

	test("of a link and a passkey that go at once one stays", async () => {
		await using world = await withPasskey();
		const { browser, passkey, server } = world;
		// As most do, it does not count: of two answers at once neither is late.
		await server.change("UPDATE passkeys SET counter = 0");
		const open = async (list: string, path: RegExp) =>
			browser.open(path.exec((await browser.open(list)).text)?.[1] ?? assert.fail(list));
		const link = await open("/account/links", /href="(\/account\/links\/[\w-]+)"/);
		const key = await open("/account/proofs", /href="(\/account\/proofs\/passkeys\/[\w-]+)"/);
		const done = await Promise.all([
			browser.press(link, "Unlink", { passkey: passkey.answer(link, { counter: 0 }) }),
			browser.press(key, /Remove/, { passkey: passkey.answer(key, { counter: 0 }) }),
		]);
		const left = [...(await server.rows("account_links")), ...(await server.rows("passkeys"))];
		assert.equal(left.length, 1);
		assert.ok(done.some(({ status }) => status >= 400));
	});

	test("of two that are unlinked at once one stays", async () => {
		await using world = await openUpstreamProof();
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
