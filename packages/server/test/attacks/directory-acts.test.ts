/** What people of a directory do with the password of there, and what an account does that has every way in at once. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { press } from "../support/attack-world.ts";
import { openCompatWorld, passwordLogin, refusalOf } from "../support/compat-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { exchange } from "../support/oauth-flow.ts";
import { operatorCommand } from "../support/operator-command.ts";
import { password, type RunningServer } from "../support/server.ts";
import { needsSlapd, startSlapd, type TestDirectory } from "../support/slapd.ts";
import { addPasskey } from "../support/software-passkey.ts";
import { agreement, openStepUpWorld } from "../support/step-up.ts";
import { openUpstreamProof } from "../support/upstream-proof-world.ts";
import { signInThere } from "../support/upstream-provider.ts";

const minute = 60_000;
/** Of Dora, in the directory alone. */
const hers = "Dora's (own) pass*word";
const uploadPath = "keys/device_signing/upload";

describe("the password of a directory", needsSlapd, () => {
	let directory: TestDirectory;
	before(async () => {
		directory = await startSlapd();
		await directory.add("dora", hers);
	});
	after(() => directory[Symbol.asyncDispose]());

	const signIn = async (browser: FormBrowser, entered: string) =>
		browser.press(await browser.open("/login"), "Sign in", { username: "dora", password: entered });
	const upload = (server: RunningServer, device: Parameters<RunningServer["call"]>[0], identity: string) =>
		server.call(device, "POST", uploadPath, identityOf("@dora:localhost", identity).body);

	test("approves a reset, on the page and by a step-up, and no other password does", async () => {
		await using world = await openStepUpWorld({ startedMsAgo: 30 * minute, ldap: directory.config() });
		const { server } = world;
		const browser = server.browser();
		assert.equal((await signIn(browser, hers)).url.pathname, "/account/");
		const app = await world.signIn(browser, "dora");
		assert.equal((await upload(server, app, "first")).status, 200);

		world.advance(6 * minute);
		const { body } = await world.refresh(app);
		const renewed = { ...app, accessToken: body.access_token, refreshToken: body.refresh_token };
		const asked = await upload(server, renewed, "second");
		assert.equal(asked.status, 401);
		const page = new URL(asked.body.params["m.oauth"].url).pathname;
		// The password that everybody else has here.
		assert.match((await press(browser, await browser.open(page), "approve")).text, /not right/);
		assert.equal((await upload(server, renewed, "second")).status, 401);
		const open = await browser.open(page);
		const form = open.forms.find(({ action }) => action === page) ?? assert.fail(open.text);
		const approve = { ...form.fields, password: hers, decision: "approve" };
		const sent = await browser.send(form.action, { method: "POST", body: new URLSearchParams(approve) });
		assert.equal(sent.status, 303, await sent.text());
		assert.equal((await upload(server, renewed, "second")).status, 200);

		world.advance(6 * minute);
		const again = await world.refresh(renewed);
		const third = { ...app, accessToken: again.body.access_token };
		const acr = await world.ask(third, "third");
		const flow = await world.stepUp(third, acr, { max_age: undefined });
		const asking = await browser.open(flow.url);
		const refused = await browser.press(asking, agreement, { password });
		assert.deepEqual([refused.status, refused.left], [403, undefined]);
		const { left } = await browser.press(refused, agreement, { password: hers });
		const given = await exchange(world, flow, left?.searchParams.get("code") ?? assert.fail());
		assert.equal(
			(await upload(server, { accessToken: given.body.access_token }, "third")).status,
			200,
			JSON.stringify(given.body),
		);
	});

	test("lets an app of the older login API in, and is no “no” there while the directory is away", async () => {
		await using world = await openCompatWorld({
			ldap: directory.config({ timeoutMs: 1_000 }),
			mayFail: true,
		});
		const logIn = (entered: string) =>
			world.ask("POST", "login", { body: { ...passwordLogin("dora"), password: entered } });
		assert.deepEqual(refusalOf(await logIn(password)), [403, "M_FORBIDDEN"]);
		const { status, body } = await logIn(hers);
		assert.deepEqual([status, body.user_id], [200, "@dora:localhost"]);
		assert.equal((await world.introspect(body.access_token)).username, "dora");
		directory.hang();
		try {
			for (let nth = 0; nth < 6; nth++) assert.equal((await logIn(hers)).status, 503);
		} finally {
			directory.goOn();
		}
		assert.equal((await logIn(hers)).status, 200);
	});

	test("is changed there: the pages for a forgotten and for another password say so, to whoever opens them", async () => {
		const email = { host: "127.0.0.1", port: 9, security: "none", from: "a@example.org" } as const;
		await using world = await openUpstreamProof({ ldap: directory.config(), email });
		const stranger = world.server.browser();
		const asking = await stranger.open("/account/forgotten-password");
		assert.match(asking.text, /with the password of your organisation, no letter comes/);
		const [known, unknown] = [
			await stranger.press(asking, "Send the link", { who: "dora" }),
			await stranger.press(asking, "Send the link", { who: "nobody" }),
		];
		assert.match(known.text, /with the password of your organisation, no letter comes/);
		const [told, other] = [known, unknown].map(({ text }) => /<main>[\s\S]*<\/main>/.exec(text)?.[0]);
		assert.equal(told, other);
		await using without = await openUpstreamProof({ email });
		assert.doesNotMatch(
			(await without.server.browser().open("/account/forgotten-password")).text,
			/organisation/,
		);
	});

	test("beside a passkey, another service and a password of here: one password counts, and each for what it is worth", async () => {
		await using world = await openUpstreamProof({ ldap: directory.config() });
		const { server, provider } = world;
		const browser = server.browser();
		await signIn(browser, hers);
		const app = await server.loginDevice({ localpart: "dora", browser });
		assert.equal((await upload(server, app, "first")).status, 200);
		provider.people.set("dora", { preferred_username: "dora" });
		provider.person = "dora";
		const going = await browser.press(await browser.open("/account/links"), "Link Company", {
			password: hers,
		});
		await browser.open((await signInThere(provider, going, world.there)).href);
		const passkey = await addPasskey(browser, { base: server.url, proof: { password: hers } });
		const account = (await server.rows("accounts"))[0];
		const links = (await server.rows("account_links")).map(({ provider: one }) => one).sort();
		assert.deepEqual([account?.password_hash, links], [null, ["company", "ldap"]]);
		const listed = (await browser.open("/account/links")).text.match(/"\/account\/links\/[\w-]+"/g);
		assert.equal(listed?.length, 1, "the directory's is the operator's");

		/** Where each way leads: into the account, to the second step, or nowhere. */
		const ways = async () => {
			const title = async (how: (one: FormBrowser) => Promise<{ readonly title: string }>) =>
				(await how(server.browser())).title;
			return {
				directory: await title((one) => signIn(one, hers)),
				own: await title((one) => signIn(one, password)),
				company: await title(async (one) =>
					world.come(one, await one.open("/login"), "Sign in with Company"),
				),
				passkey: await title(async (one) => {
					const page = await one.open("/login");
					return one.press(page, "Use a passkey", { passkey: passkey.answer(page) });
				}),
			};
		};
		const second = { company: "One more step", passkey: "Your account" };
		const [more, none] = ["One more step", "Sign in"];
		assert.deepEqual(await ways(), { directory: more, own: none, ...second });
		await operatorCommand(server, "users", "set-password", "dora");
		assert.deepEqual(await ways(), { directory: none, own: more, ...second });

		// The reset takes the passkey, whatever else is known or said.
		const fresh = server.browser();
		const login = await fresh.open("/login");
		await fresh.press(login, "Use a passkey", { passkey: passkey.answer(login) });
		world.advance(6 * minute);
		const asked = await upload(server, await renew(server, app), "second");
		const page = new URL(asked.body.params["m.oauth"].url).pathname;
		for (const entered of [hers, password])
			assert.notEqual((await approve(fresh, page, { password: entered })).status, 303);
		assert.doesNotMatch((await fresh.open(page)).text, /You are led to Company/);
		const shown = await fresh.open(page);
		assert.equal((await approve(fresh, page, { passkey: passkey.answer(shown) })).status, 303);

		// Without the one of here the directory's is the account's again.
		const removing = await fresh.open("/account/proofs/remove-password");
		await fresh.press(removing, "Remove password", { passkey: passkey.answer(removing) });
		assert.deepEqual(await ways(), { directory: more, own: none, ...second });
	});

	async function approve(browser: FormBrowser, path: string, proof: Readonly<Record<string, string>>) {
		const page = await browser.open(path);
		const form = page.forms.find(({ action }) => action === path) ?? assert.fail(page.text);
		const body = new URLSearchParams({ ...form.fields, ...proof, decision: "approve" });
		return browser.send(path, { method: "POST", body });
	}
});

/** The same device with a fresh token. */
async function renew(server: RunningServer, device: Awaited<ReturnType<RunningServer["loginDevice"]>>) {
	const form = {
		grant_type: "refresh_token",
		client_id: device.clientId,
		refresh_token: device.refreshToken,
	};
	const { token_endpoint } = await server.metadata();
	const response = await fetch(token_endpoint, { method: "POST", body: new URLSearchParams(form) });
	const { access_token: accessToken } = (await response.json()) as { readonly access_token: string };
	return { ...device, accessToken };
}
