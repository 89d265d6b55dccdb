/** Tokens for programs, which people make by themselves: who gets one that they should not, and what it opens. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, openAttackWorld, postForm } from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import type { FormBrowser } from "../support/form-browser.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { letterLink } from "../support/letter-link.ts";
import { operatorCommand } from "../support/operator-command.ts";
import { makeToken, tokenIn } from "../support/personal-token.ts";
import { approve, call, password } from "../support/server.ts";
import { addPasskey } from "../support/software-passkey.ts";

const path = "/account/tokens/new";
const wanted = { name: "Weather bot", lifetime: "90", device: "yes" };
const minute = 60_000;
const day = 24 * 60 * minute;

async function introspect({ server }: AttackWorld, token: string) {
	const secret = { authorization: `Bearer ${server.introspectionSecret}` };
	return postForm(new URL("oauth2/introspect", server.url).href, { token }, secret);
}

const isActive = async (world: AttackWorld, token: string) =>
	(await introspect(world, token)).body.active === true;

const made = async ({ server }: AttackWorld) =>
	(await server.rows("sessions")).filter(({ client_id }) =>
		String(client_id).startsWith("lasting-token-own."),
	);

describe("a token is made", () => {
	test("by no stolen cookie: it takes the proof with the act, however recent the last one is", async () => {
		await using world = await openAttackWorld();
		const page = await world.alice.open(path);
		for (const [typed, status] of [
			[{}, 400],
			[{ password: "" }, 400],
			[{ password: "not this one" }, 403],
		] as const) {
			const refused = await world.alice.press(page, "Make a token", { ...wanted, ...typed });
			assert.equal(refused.status, status);
			assert.equal(tokenIn(refused.text), undefined);
			assert.match(refused.text, /value="Weather bot"/, "what was typed is not lost");
		}
		assert.deepEqual(await made(world), []);
		assert.equal((await world.alice.press(page, "Make a token", { ...wanted, password })).status, 200);
	});

	test("by no password alone where there is a passkey", async () => {
		await using world = await openAttackWorld();
		const passkey = await addPasskey(world.alice, { base: world.server.url });
		const page = await world.alice.open(path);
		assert.equal((await world.alice.press(page, "Make a token", { ...wanted, password })).status, 403);
		const shown = await world.alice.press(page, "Make a token", { ...wanted, passkey: passkey.answer(page) });
		assert.ok(tokenIn(shown.text));
	});

	test("in no answer that is kept: neither by a cache nor by the history of the browser, nor in an address", async () => {
		await using world = await openAttackWorld();
		const page = await world.alice.open(path);
		const shown = await world.alice.press(page, "Make a token", { ...wanted, password });
		const token = tokenIn(shown.text) ?? assert.fail(shown.text);
		assert.match(shown.headers.get("cache-control") ?? "", /no-store/);
		assert.equal(shown.headers.get("referrer-policy"), "no-referrer");
		assert.ok(!shown.url.href.includes(token));
		const again = await world.alice.press(page, "Make a token", { ...wanted, password });
		assert.deepEqual([again.status, tokenIn(again.text)], [409, undefined]);
		const [, own = ""] = /href="(\/account\/tokens\/[^"]+)"/.exec(again.text) ?? [];
		for (const at of [own, "/account/tokens", "/account/devices", "/account/security", "/account/"])
			assert.equal(tokenIn((await world.alice.open(at)).text), undefined, at);
		for (const table of ["sessions", "access_tokens", "clients", "security_events", "mail_tasks", "notices"])
			assert.ok(!JSON.stringify(await world.server.rows(table)).includes(token), table);
		assert.equal((await made(world)).length, 1);
	});

	test("with no other name of the form, by whoever sends one for it: they get one of their own for each", async () => {
		await using world = await openAttackWorld();
		const page = await world.alice.open(path);
		const bob = await world.server.register("bob");
		const once = page.forms.find(({ action }) => action === path)?.fields.once ?? "none";
		const bobs = await bob.press(await bob.open(path), "Make a token", { ...wanted, once, password });
		assert.equal(bobs.status, 200);
		const hers = await world.alice.press(page, "Make a token", { ...wanted, password });
		assert.ok(tokenIn(hers.text), "nobody uses up the form of somebody else");
	});

	test("for no time and no device that the form has not", async () => {
		await using world = await openAttackWorld();
		const page = await world.alice.open(path);
		for (const lifetime of ["0", "366", "never", "-1", "90.5", "9e9", ""]) {
			const refused = await world.alice.press(page, "Make a token", { ...wanted, lifetime, password });
			assert.deepEqual([refused.status, tokenIn(refused.text)], [400, undefined], lifetime);
		}
		const bob = await world.server.register("bob");
		const bobs = await world.server.loginDevice({ localpart: "bob", browser: bob, deviceId: "BOBSDEVICE" });
		const shown = await world.alice.press(page, "Make a token", {
			...{ ...wanted, password, device: "BOBSDEVICE", deviceId: "BOBSDEVICE", device_id: "PHONEALICE" },
		});
		const token = tokenIn(shown.text) ?? assert.fail(shown.text);
		assert.equal("device_id" in (await introspect(world, token)).body, false, "it has none");
		assert.equal((await world.server.call(bobs, "GET", "account/whoami")).body.device_id, "BOBSDEVICE");
		assert.equal((await world.server.call(world.phone, "GET", "account/whoami")).status, 200);
	});
});

describe("a token opens", () => {
	test("nothing beyond its scope: no administration, none of these pages, no other token", async () => {
		await using world = await openAttackWorld();
		const page = await world.alice.open(path);
		assert.doesNotMatch(page.text, /administer/, "who administers nothing is not asked");
		for (const box of ["synapse", "managing"]) {
			const typed = { ...wanted, [box]: "yes", password };
			assert.equal((await world.alice.press(page, "Make a token", typed)).status, 403);
		}
		assert.deepEqual(await made(world), []);
		const { token } = await makeToken(world.alice, {
			scope: "urn:synapse:admin:*",
			scopes: "urn:mas:admin",
		});
		const { body } = await introspect(world, token);
		assert.doesNotMatch(body.scope, /admin|openid/);
		const headers = { authorization: `Bearer ${token}` };
		for (const at of ["/account/", path, "/account/security"]) {
			const answer = await fetch(new URL(at, world.server.url), { headers, redirect: "manual" });
			assert.equal(answer.status, 303, at);
			assert.match(answer.headers.get("location") ?? "", /^\/login/);
		}
		const { token_endpoint: endpoint } = await world.server.metadata();
		for (const [name, value] of [
			["refresh_token", token],
			["code", token],
		] as const) {
			const grant = name === "code" ? "authorization_code" : "refresh_token";
			const asked = { grant_type: grant, client_id: world.phone.clientId, [name]: value };
			assert.ok((await postForm(endpoint, asked)).status >= 400);
		}
	});

	test("administration for an administrator who chose it, until they are none: then it is over", async () => {
		await using world = await openAttackWorld();
		await operatorCommand(world.server, "users", "promote", "alice");
		const both = await makeToken(world.alice, { synapse: "yes", managing: "yes" });
		const plain = await makeToken(world.alice, { name: "Plain" });
		assert.match((await introspect(world, both.token)).body.scope, /urn:synapse:admin:\* urn:mas:admin/);
		assert.doesNotMatch((await introspect(world, plain.token)).body.scope, /admin/);
		await operatorCommand(world.server, "users", "demote", "alice");
		assert.deepEqual([await isActive(world, both.token), await isActive(world, plain.token)], [false, true]);
	});

	test("no reset of the identity: it asks like any app, and its person decides", async () => {
		await using world = await openAttackWorld();
		const { token, deviceId } = await makeToken(world.alice);
		const { body } = identityOf("@alice:localhost", "the bot's");
		const upload = () =>
			call(world.server.url, token, { method: "POST", path: "keys/device_signing/upload", body });
		const asked = await upload();
		assert.equal(asked.status, 401);
		assert.equal((await upload()).status, 401, "asking again is no answer");
		const url: string = asked.body.params["m.oauth"].url;
		const page = await world.alice.open(url);
		assert.ok(page.text.includes(deviceId ?? "?"), "the person sees which device asks");
		await approve(world.alice, url, "alice");
		assert.equal((await upload()).status, 200);
	});

	test("no reset at all where it has no device: an approval is for one", async () => {
		await using world = await openAttackWorld();
		const { token } = await makeToken(world.alice, { device: "" });
		const { body } = identityOf("@alice:localhost", "the bot's");
		const answer = await call(world.server.url, token, {
			...{ method: "POST", path: "keys/device_signing/upload", body },
		});
		assert.equal(answer.status, 403);
	});
});

describe("a token is dead at once, at every server of the database", () => {
	const everywhere = async (world: AttackWorld, token: string) => {
		const answers = [];
		// Two servers behind one address answer in turn, on PostgreSQL.
		for (let nth = 0; nth < 4; nth++) answers.push((await introspect(world, token)).body.active);
		return new Set(answers);
	};
	const endings: Readonly<
		Record<string, (world: AttackWorld, browser: FormBrowser, deviceId: string) => Promise<unknown>>
	> = {
		"ended by its person": async (_, browser, deviceId) =>
			browser.press(await browser.open(`/account/devices/${deviceId}?delete=1`), "End it", { password }),
		"signed out with everything": async (_, browser) =>
			browser.press(await browser.open("/account/sign-out-everywhere"), "Sign out everywhere", { password }),
		"closed with the account": async (_, browser) =>
			browser.press(await browser.open("/account/deactivate"), /deactivate/i, {
				...{ username: "alice", password },
			}),
		"ended by the operator": ({ server }, _, deviceId) =>
			operatorCommand(server, "sessions", "end", "alice", `--device=${deviceId}`),
		"deactivated by the operator": ({ server }) =>
			operatorCommand(server, "users", "deactivate", "alice", "--yes"),
		"replaced by its person": async (_, browser) => {
			const list = await browser.open("/account/tokens");
			const [, own = ""] = /href="(\/account\/tokens\/(?!new")[^"]+)"/.exec(list.text) ?? [];
			return browser.press(await browser.open(`${own}/replace`), "Replace the token", {
				...{ lifetime: "30", password },
			});
		},
		"said not to have been them": async ({ server }, browser) => {
			const line = (await server.rows("security_events")).find(({ kind }) => kind === "token-made");
			const notice = `/account/notices/${line?.id}`;
			return browser.press(await browser.open(notice), "This was not me", { password });
		},
	};
	for (const [how, end] of Object.entries(endings))
		test(how, async () => {
			await using world = await openAttackWorld();
			const { token, deviceId = "" } = await makeToken(world.alice);
			assert.deepEqual(await everywhere(world, token), new Set([true]));
			await end(world, world.alice, deviceId);
			assert.deepEqual(await everywhere(world, token), new Set([false]));
			assert.notEqual(
				(await call(world.server.url, token, { method: "GET", path: "account/whoami" })).status,
				200,
			);
		});

	test("at its end; and while the account is locked it sleeps", async () => {
		await using world = await openAttackWorld();
		const { token } = await makeToken(world.alice, { lifetime: "7" });
		await operatorCommand(world.server, "users", "lock", "alice");
		assert.equal((await introspect(world, token)).status, 503);
		await operatorCommand(world.server, "users", "unlock", "alice");
		world.advance(7 * day - 1);
		assert.equal(await isActive(world, token), true);
		world.advance(1);
		assert.equal(await isActive(world, token), false);
	});

	test("but not by a new password, as the page says: whoever set that can end it", async () => {
		await using world = await openAttackWorld();
		const { token } = await makeToken(world.alice);
		const page = await world.alice.open("/account/password");
		await world.alice.press(page, "Change password", {
			current: password,
			password: "another battery staple",
		});
		assert.equal(await isActive(world, token), true);
		assert.match((await world.alice.open("/account/tokens")).text, /A new password does not end a token/);
	});
});

describe("a token that was made by who was not the person ends with what let them make it", () => {
	const other = "another battery staple";
	const lines: Readonly<Record<string, (world: AttackWorld, thief: FormBrowser) => Promise<unknown>>> = {
		"signed-in": async ({ server }) => {
			await server.change(`UPDATE security_events SET address = '192.0.2.77'`);
			await server.signIn("alice");
		},
		"device-signed-in": ({ server }, browser) => server.loginDevice({ localpart: "alice", browser }),
		"password-changed": async (_, thief) =>
			thief.press(await thief.open("/account/password"), "Change password", {
				...{ current: password, password: other },
			}),
		"address-removed": async ({ server }, thief) =>
			thief.press(await thief.open(await addressOf(server, "alice")), "Remove", { password }),
	};
	const told = async ({ server }: AttackWorld, kind: string) => {
		const notices = new Set((await server.rows("notices")).map(({ event_id }) => event_id));
		const found = (await server.rows("security_events")).filter((row) => row.kind === kind);
		return found.findLast(({ id }) => notices.has(id))?.id ?? assert.fail(kind);
	};
	const byLetter = async ({ server }: AttackWorld, line: string) => {
		const anybody = server.browser();
		return anybody.press(await anybody.open(await letterLink(server, line)), "This was not me");
	};
	const onFrontPage = async ({ alice }: AttackWorld, line: string) =>
		alice.press(await alice.open(`/account/notices/${line}`), "This was not me", { password });
	for (const [kind, happen] of Object.entries(lines)) {
		const says = kind === "device-signed-in" || kind === "address-removed" ? onFrontPage : byLetter;
		test(`${kind}, said ${says === byLetter ? "by letter" : "on the front page"}`, async () => {
			await using world = await openAttackWorld();
			const { server, alice } = world;
			const before = await makeToken(alice, { name: "Hers" });
			const stolen = await makeToken(alice, { name: "Hers too" });
			// An objection reaches ten minutes back, for clocks that are set back.
			world.advance(11 * minute);
			const thief = await server.signIn("alice");
			await happen(world, thief);
			const typed = kind === "password-changed" ? other : password;
			const thiefs = await makeToken(thief, { password: typed });
			world.advance(minute);
			const bare = await makeToken(thief, { password: typed, device: "" });
			const page = await thief.open(`${stolen.path}/replace`);
			const shown = await thief.press(page, "Replace the token", { lifetime: "30", password: typed });
			const replaced = tokenIn(shown.text) ?? assert.fail(shown.text);
			await operatorCommand(
				server,
				"tokens",
				"issue",
				"--user=alice",
				"--name=Theirs",
				"--device=OPERATEDBOT",
			);
			const line = String(await told(world, kind));
			world.advance(minute);
			await says(world, line);
			for (const token of [thiefs.token, bare.token, replaced])
				assert.equal(await isActive(world, token), false);
			assert.equal(await isActive(world, before.token), true, "made before, it has a letter of its own");
			const live = (await server.rows("sessions")).filter(({ ended_at }) => ended_at === null);
			const devices = live.map(({ device_id }) => device_id);
			assert.ok(devices.includes("OPERATEDBOT"), "nobody was at a page for that one");
			assert.ok(devices.includes(before.deviceId));
			assert.ok(!devices.includes(thiefs.deviceId));
		});
	}

	test("said once, it ends nothing that was made after it was said", async () => {
		await using world = await openAttackWorld();
		const link = await letterLink(world.server, String(await told(world, "device-signed-in")));
		const anybody = world.server.browser();
		const page = await anybody.open(link);
		const { token } = await makeToken(world.alice);
		await anybody.press(page, "This was not me");
		assert.equal(await isActive(world, token), false);
		const again = await makeToken(await world.server.signIn("alice"));
		assert.equal((await anybody.press(page, "This was not me")).title, "Done");
		assert.equal(await isActive(world, again.token), true);
	});
});

describe("a token of somebody else", () => {
	test("is found by nobody, nor replaced, nor ended", async () => {
		await using world = await openAttackWorld();
		const { token, path: own, deviceId } = await makeToken(world.alice);
		const bob = await world.server.register("bob");
		for (const at of [own, `${own}/replace`, `/account/devices/${deviceId}?delete=1`])
			assert.equal((await bob.open(at)).status, 404, at);
		const { path: bobs } = await makeToken(bob);
		const page = await bob.open(`${bobs}/replace`);
		const form = page.forms.find(({ action }) => action.endsWith("/replace")) ?? assert.fail(page.text);
		const body = new URLSearchParams({ ...form.fields, lifetime: "30", password });
		const sent = await bob.send(`${own}/replace`, { method: "POST", body });
		assert.equal(sent.status, 404);
		assert.equal(await isActive(world, token), true);
	});

	test("keeps program, device and identity when it is replaced", async () => {
		await using world = await openAttackWorld();
		const { token, deviceId, path: own } = await makeToken(world.alice);
		const device = (held: string) => call(world.server.url, held, { method: "GET", path: "account/whoami" });
		assert.equal((await device(token)).body.device_id, deviceId);
		const keys = { device_keys: { "@alice:localhost": [] } };
		const query = (held: string) =>
			call(world.server.url, held, { method: "POST", path: "keys/query", body: keys });
		const before = (await query(token)).body.master_keys;
		const page = await world.alice.open(`${own}/replace`);
		const shown = await world.alice.press(page, "Replace the token", { lifetime: "30", password });
		const next = tokenIn(shown.text) ?? assert.fail(shown.text);
		assert.equal((await device(next)).body.device_id, deviceId);
		assert.deepEqual((await query(next)).body.master_keys, before);
		assert.equal((await device(token)).status, 401);
	});
});
