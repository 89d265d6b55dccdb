/** Who has an account, whose password it is, and what a link to somebody else's request shows. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { decide, openAttackWorld, press } from "../support/attack-world.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { password, startServer } from "../support/server.ts";

/** A page without what differs from one request to the next, and without the words that were typed. */
function bare(
	{ text, status, headers }: Pick<Page, "text" | "status" | "headers">,
	...typed: readonly string[]
): string {
	const plain = text
		.replace(/<head>.*<\/head>/s, "")
		.replaceAll(/nonce="[^"]+"|name="csrf" value="[^"]+"|challenge&quot;:&quot;[\w-]+/g, "");
	const longestFirst = typed.toSorted((one, other) => other.length - one.length);
	const blank = longestFirst.reduce((all, word) => all.replaceAll(word, "…"), plain);
	const names = [...headers.keys()].filter((name) => !["date", "content-length"].includes(name));
	return `${status} ${names.join()} ${blank}`;
}

async function trySignIn(browser: FormBrowser, username: string, typed: string): Promise<Page> {
	return browser.press(await browser.open("/login"), "Sign in", { username, password: typed });
}

async function withPeople() {
	const server = await startServer();
	await server.register("zelda");
	const closed = await server.register("closed");
	await closed.press(await closed.open("/account/deactivate"), /deactivate/i, {
		username: "closed",
		password,
	});
	return server;
}

describe("user enumeration", () => {
	test("by signing in: a wrong password, an unknown name and a closed account are one answer", async () => {
		await using server = await withPeople();
		const names = [
			"zelda",
			"nobody-here",
			"closed",
			"@zelda:localhost",
			"@nobody:localhost",
			"ZELDA",
			"nobody\u0000",
			"a".repeat(300),
		];
		const answers = new Set<string>();
		for (const name of names) {
			const page = await trySignIn(server.browser(), name, "not the password");
			// No page shows what cannot be seen.
			const shown = name.replace("\u0000", "");
			answers.add(bare(page, name, name.toLowerCase(), shown).replaceAll("\ufffd", "…"));
			assert.equal(page.status, 403, name);
		}
		assert.equal(answers.size, 1, [...answers].join("\n\n"));
	});

	test("by guessing: strangers to this server are limited after as many tries as people of it", async () => {
		await using server = await withPeople();
		const tries = async (name: string) => {
			const browser = server.browser();
			const pages: Page[] = [];
			for (let nth = 0; nth < 7; nth++) pages.push(await trySignIn(browser, name, `guess number ${nth}`));
			return pages;
		};
		const [known, unknown] = [await tries("zelda"), await tries("nobody-here")];
		assert.deepEqual(
			known.map(({ status }) => status),
			[403, 403, 403, 403, 403, 429, 429],
		);
		assert.deepEqual(
			known.map((page) => bare(page, "zelda").replaceAll(/\d+ seconds?/g, "")),
			unknown.map((page) => bare(page, "nobody-here").replaceAll(/\d+ seconds?/g, "")),
		);
		const right = await trySignIn(server.browser(), "zelda", password);
		assert.equal(right.status, 429, "not even the right one gets through");
	});

	/** The least that this process computes for a sign-in, servers and all; how long that takes is up to the machine. */
	async function leastThought(server: Awaited<ReturnType<typeof startServer>>, name: string, tries: number) {
		let best = Number.POSITIVE_INFINITY;
		const browser = server.browser();
		for (let nth = 0; nth < tries; nth++) {
			const page = await browser.open("/login");
			const before = process.cpuUsage();
			const guess = { username: name, password: `guess number ${nth}` };
			const refused = await browser.press(page, "Sign in", guess);
			const { user, system } = process.cpuUsage(before);
			assert.equal(refused.status, 403);
			best = Math.min(best, (user + system) / 1_000);
		}
		return best;
	}

	test("an unknown name costs as much thought as a known one", async () => {
		await using server = await withPeople();
		const least = (name: string) => leastThought(server, name, 4);
		const [known, unknown, closed] = [
			await least("zelda"),
			await least("nobody-here"),
			await least("closed"),
		];
		// Without the hash an answer takes a few percent of this.
		for (const other of [unknown, closed]) assert.ok(other > known / 4, `${other} ms against ${known} ms`);
	});

	test("an unknown name costs what most people's passwords cost who moved in, until most are hashed here", async () => {
		await using server = await withPeople();
		const scheme = { kind: "bcrypt", cost: 12 } as const;
		const moved = await bcrypt(password, { cost: scheme.cost });
		await server.change(`UPDATE accounts SET password_hash = '${moved}' WHERE localpart = 'zelda'`);
		const set = (state: string) => {
			const move = {
				...{ source: "synapse", state, passwords: { forNew: scheme, ofMost: scheme } },
				...{ startedAt: 1, passedAt: 1, switchedAt: 1, settledAt: null },
			};
			return server.change(
				`INSERT INTO settings (name, value) VALUES ('move', '${JSON.stringify(move)}')
				ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
			);
		};
		for (const state of ["switched", "settled"]) {
			await set(state);
			const [known, unknown, closed] = [
				await leastThought(server, "zelda", 2),
				await leastThought(server, `nobody-when-${state}`, 2),
				await leastThought(server, "closed", 2),
			];
			// By argon2id an answer takes a tenth of this.
			for (const other of [unknown, closed])
				assert.ok(other > known / 2 && other < known * 2, `${state}: ${other} ms against ${known} ms`);
		}
	});

	test("by the authorization request, its hint and its prompt", async () => {
		await using server = await withPeople();
		for (const path of ["/login", "/register"]) {
			const ask = async (name: string) =>
				bare(
					await server.browser().open(`${path}?${new URLSearchParams({ username: name, login_hint: name })}`),
					name,
				);
			assert.equal(await ask("zelda"), await ask("zzzzz"));
		}
	});

	test("without an account nobody learns anything of people: profiles, keys and introspection ask who one is", async () => {
		await using server = await withPeople();
		const answers: unknown[] = [];
		for (const name of ["zelda", "nobody-here"]) {
			const profile = await fetch(new URL(`/_matrix/client/v3/profile/@${name}:localhost`, server.url));
			assert.equal(profile.status, 401);
			answers.push(await profile.json());
		}
		assert.deepEqual(answers[0], answers[1]);
	});

	test("registering taken and closed names is limited by address", async () => {
		await using server = await startServer();
		await server.register("zelda");
		const browser = server.browser();
		const page = await browser.open("/register");
		const { fields } = page.forms.find(({ action }) => action === "/register") ?? assert.fail("no form");
		// With the right one it would be zelda, whose browser sends the same form twice.
		const other = "somebody else's password";
		const statuses = await Promise.all(
			Array.from({ length: 320 }, async () => {
				const body = new URLSearchParams({ ...fields, username: "zelda", password: other });
				return (await browser.send("/register", { method: "POST", body })).status;
			}),
		);
		assert.ok(statuses.includes(429), "the limit is met");
		assert.deepEqual(new Set(statuses), new Set([400, 429]));
	});

	test("registering a name with its right password is a sign-in for one minute, and no way to guess after it", async () => {
		let ahead = 0;
		await using server = await startServer({ clock: () => Date.now() + ahead });
		await server.register("zelda");
		const again = async () => {
			const browser = server.browser();
			const filled = { username: "zelda", password };
			return (await browser.press(await browser.open("/register"), "Create account", filled)).status;
		};
		assert.equal(await again(), 200);
		ahead = 60_000;
		assert.equal(await again(), 400);
	});
});

describe("another person's reference", () => {
	test("reveals nothing, and decides nothing, whatever is sent to it", async () => {
		await using world = await openAttackWorld();
		const { server } = world;
		const { path, uiaSession } = await world.ask(world.phone, "second");
		const mallory = await server.register("mallory");
		const foreign = await mallory.open(path);
		const unknown = await mallory.open("/account/reset/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
		const known = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", path.split("/").at(-1) ?? ""];
		assert.equal(
			bare(foreign, ...known),
			bare(unknown, ...known),
			"one answer for unknown and somebody else's",
		);
		assert.equal(foreign.status, 404);
		assert.doesNotMatch(foreign.text, /alice|PHONEALICE|Example App|fingerprint/i);
		const theirs = await server.loginDevice({ localpart: "mallory", browser: mallory });
		await world.upload(theirs, "first of mallory");
		const own = await world.ask(theirs, "second of mallory");
		const { fields = {} } =
			(await mallory.open(own.path)).forms.find(({ action }) => action === own.path) ?? {};
		for (const decision of ["approve", "deny", "reopen", "sign-out-device"]) {
			const body = new URLSearchParams({ ...fields, password, decision });
			const { status } = await mallory.send(path, { method: "POST", body });
			assert.ok(status === 403 || status === 404, `${decision}: ${status}`);
		}
		assert.equal((await world.upload(world.phone, "second")).status, 401, "nothing was decided");
		assert.equal((await server.call(world.phone, "GET", "account/whoami")).status, 200);
		const fallback = await mallory.open(`/_matrix/client/v3/auth/m.oauth/fallback/web?session=${uiaSession}`);
		assert.doesNotMatch(fallback.text, /alice|PHONEALICE|Example App/);
		await decide(world.alice, path, "approve");
		assert.equal(bare(await mallory.open(path), ...known), bare(foreign, ...known), "nor what became of it");
	});

	test("the wrong account signed in is told so, and the right one gets back to the request", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		const browser = await world.server.register("mallory");
		const foreign = await browser.open(path);
		const signIn = await browser.press(foreign, "Switch account");
		assert.equal(signIn.url.pathname, "/login");
		const back = await browser.press(signIn, "Sign in", { username: "alice", password });
		assert.equal(back.url.pathname, path);
		await press(browser, back, "approve");
		assert.equal((await world.upload(world.phone, "second")).status, 200);
	});

	test("a device id of somebody else is as unknown as one that does not exist", async () => {
		await using world = await openAttackWorld();
		const mallory = await world.server.register("mallory");
		for (const query of ["", "?delete=1"]) {
			const foreign = await mallory.open(`/account/devices/PHONEALICE${query}`);
			const unknown = await mallory.open(`/account/devices/NOSUCHDEVICE${query}`);
			assert.equal(bare(foreign, "PHONEALICE"), bare(unknown, "NOSUCHDEVICE"));
			assert.equal(foreign.status, 404);
		}
	});

	test("pages of the account show nothing of anybody to who is not signed in", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		for (const each of [
			path,
			"/account/",
			"/account/reset",
			"/account/devices",
			"/account/devices/PHONEALICE",
			"/account/security",
			"/account/deactivate",
		]) {
			const page = await world.server.browser().open(each);
			assert.equal(page.url.pathname, "/login", each);
			assert.doesNotMatch(page.text, /@alice:localhost"|Example App|fingerprint/i);
			assert.equal(page.url.searchParams.get("next"), each);
		}
	});
});

describe("passwords", () => {
	const prompts = [
		["/login?fresh=1", "password"],
		["/account/password", "current"],
		["/account/deactivate", "password"],
	] as const;

	async function enter(browser: FormBrowser, [path, name]: (typeof prompts)[number], entered: string) {
		const page = await browser.open(path);
		const form = page.forms.find(({ action }) => action === page.url.pathname);
		const more = { username: "alice", password: entered, [name]: entered };
		const body = new URLSearchParams({ ...form?.fields, ...more });
		return (await browser.send(form?.action ?? path, { method: "POST", body })).status;
	}

	test("cannot be guessed at any prompt of a browser left open, by one limit for all of them", async () => {
		for (const prompt of prompts) {
			await using server = await startServer();
			await server.register("alice");
			const browser = await server.signIn("alice");
			const statuses: number[] = [];
			for (let nth = 0; nth < 6; nth++) statuses.push(await enter(browser, prompt, `guess number ${nth}`));
			assert.ok(
				statuses.slice(0, 4).every((status) => status === 403 || status === 400),
				`${prompt[0]}: ${statuses}`,
			);
			assert.equal(statuses.at(-1), 429, `${prompt[0]}: ${statuses}`);
			for (const other of prompts)
				assert.equal(await enter(browser, other, password), 429, `${prompt[0]}, then ${other[0]}`);
			assert.equal((await trySignIn(server.browser(), "alice", password)).status, 200, "but Alice comes in");
		}
	});

	test("of 50 guesses at the same time no more are tried than one after another", async () => {
		await using server = await startServer();
		await server.register("alice");
		const browser = server.browser();
		const { fields } = (await browser.open("/login")).forms[0] ?? assert.fail("no form");
		const statuses = await Promise.all(
			Array.from({ length: 50 }, async (_each, nth) => {
				const guessed = nth === 49 ? password : `guess number ${nth}`;
				const body = new URLSearchParams({ ...fields, username: "alice", password: guessed });
				return (await browser.send("/login", { method: "POST", body })).status;
			}),
		);
		assert.equal(statuses.filter((status) => status !== 429).length, 5);
	});
});
