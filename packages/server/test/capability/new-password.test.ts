/** A link with which somebody sets a password without knowing one, over the wire. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { operatorOf } from "../../src/cli/operator-of.ts";
import { openAttackWorld } from "../support/attack-world.ts";
import type { FormBrowser, Page } from "../support/form-browser.ts";
import { passwordLink, typeBeside } from "../support/password-link.ts";
import { password, type RunningServer, startServer } from "../support/server.ts";
import { everyRow } from "../support/storage.ts";

const next = "another battery staple";
const minute = 60_000;

/** A server whose clock is moved by hand. */
async function openWorld() {
	let at = Date.now();
	const server = await startServer({ clock: () => at });
	return {
		server,
		advance(ms: number) {
			at += ms;
		},
		goTo(time: number) {
			at = time;
		},
	};
}

async function canSignIn(server: RunningServer, username: string, typed: string): Promise<boolean> {
	const browser = server.browser();
	const page = await browser.press(await browser.open("/login"), "Sign in", { username, password: typed });
	return page.url.pathname === "/account/";
}

const set = (browser: FormBrowser, page: Page, typed = next) =>
	browser.press(page, "Set password", { password: typed });

async function eventsOf(server: RunningServer, kind: string) {
	return (await server.rows("security_events")).filter((event) => event.kind === kind);
}

describe("a link for a new password", () => {
	let server: RunningServer;
	let advance: (ms: number) => void;
	let goTo: (time: number) => void;
	before(async () => {
		({ server, advance, goTo } = await openWorld());
	});
	after(() => server.close());

	test("opened by whoever shows previews of links, changes nothing; the page says whose account it is", async () => {
		await server.register("preview");
		const path = await passwordLink(server, "preview");
		const place = { dataDirectory: server.dataDirectory, database: server.database };
		const before = await everyRow(place);
		for (const method of ["GET", "HEAD", "GET"]) {
			const { status, headers } = await server.browser().send(path, { method });
			assert.equal(status, 200);
			assert.equal(headers.get("referrer-policy"), "no-referrer");
			assert.equal(headers.get("cache-control"), "no-store");
		}
		// Attempts are counted in the database where several servers share it, and given back.
		const kept = (rows: readonly string[]) => rows.filter((row) => !row.startsWith("attempts "));
		assert.deepEqual(kept(await everyRow(place)), kept(before));
		const page = await server.browser().open(path);
		assert.equal(page.title, "Set a new password");
		assert.match(page.text, /@preview:localhost/);
	});

	test("sets it once: browsers and what waits end, apps stay, and the security log says who made and who used it", async () => {
		const old = await server.register("alice");
		const phone = await server.loginDevice({ localpart: "alice", browser: old });
		const path = await passwordLink(server, "alice");
		assert.equal((await old.open("/account/")).url.pathname, "/account/", "making a link signs nobody out");
		const browser = server.browser();
		const done = await set(browser, await browser.open(path));
		assert.deepEqual([done.status, done.title], [200, "Your password is set"]);
		assert.equal((await old.open("/account/")).url.pathname, "/login");
		assert.equal((await browser.open("/account/")).url.pathname, "/login", "and nobody is signed in by it");
		assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
		assert.ok(await canSignIn(server, "alice", next));
		assert.ok(!(await canSignIn(server, "alice", password)));
		const [made] = (await eventsOf(server, "password-link-made")).slice(-1);
		assert.equal(made?.actor, "operator");
		assert.equal(made?.actor_detail, operatorOf({}).name);
		const [used] = await eventsOf(server, "password-set-by-link");
		assert.equal(used?.actor, "person");
		assert.match(String(used?.address), /^(127\.0\.0\.1|::1)$/);
		const gone = await browser.open(path);
		assert.deepEqual([gone.status, gone.title], [404, "This link does not work any more"]);
		assert.ok(await canSignIn(server, "alice", next));
	});

	test("is told again to the form that used it, with the same password, for a minute; to nobody else", async () => {
		await server.register("twice");
		const path = await passwordLink(server, "twice");
		const [mine, others] = [server.browser(), server.browser()];
		const [page, theirs] = [await mine.open(path), await others.open(path)];
		await set(mine, page);
		assert.equal((await set(mine, page)).title, "Your password is set");
		assert.equal((await set(mine, page, "a third good phrase")).status, 404);
		assert.equal((await set(others, theirs)).status, 404);
		assert.equal((await eventsOf(server, "password-set-by-link")).length, 2, "alice's, and this one");
		advance(minute - 1);
		assert.equal((await set(mine, page)).title, "Your password is set");
		advance(minute);
		assert.equal((await set(mine, page)).status, 404);
		assert.ok(await canSignIn(server, "twice", next));
	});

	test("sets one password for the same characters, however they were composed", async () => {
		await server.register("composed");
		const browser = server.browser();
		const page = await browser.open(await passwordLink(server, "composed"));
		const [decomposed, whole] = ["u\u0308ber den Wolken", "\u00fcber den Wolken"];
		assert.equal((await set(browser, page, decomposed)).title, "Your password is set");
		assert.ok(await canSignIn(server, "composed", whole));
	});

	test("used in two browsers at once, works in one of them", async () => {
		await server.register("race");
		const path = await passwordLink(server, "race");
		const sent = await Promise.all(
			["one good password", "two good password"].map(async (typed) => {
				const browser = server.browser();
				const page = await browser.open(path);
				return { typed, send: () => set(browser, page, typed) };
			}),
		);
		const answers = await Promise.all(sent.map(({ send }) => send()));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 404]);
		const winner = sent[answers.findIndex(({ status }) => status === 200)]?.typed ?? "";
		assert.ok(await canSignIn(server, "race", winner));
	});

	test("refuses what is no password and stays good; says so at the field", async () => {
		await server.register("short");
		const path = await passwordLink(server, "short");
		const browser = server.browser();
		const refused = await set(browser, await browser.open(path), "123456789");
		assert.equal(refused.status, 400);
		assert.match(refused.text, /too short/);
		const common = await set(browser, refused, "short password");
		assert.deepEqual([common.status, common.title], [400, "Set a new password"]);
		assert.match(common.text, /one of the passwords that are tried first/);
		const personal = await set(browser, common, "short-localhost");
		assert.match(personal.text, /little more than your name/);
		assert.equal((await set(browser, personal)).title, "Your password is set");
	});

	test("refused passwords, however many, are no tries at links", async () => {
		await server.register("patient");
		const browser = server.browser();
		let page = await browser.open(await passwordLink(server, "patient"));
		for (let tries = 0; tries < 61; tries += 1) page = await set(browser, page, "qwertyuiop");
		assert.equal(page.status, 400);
		assert.equal((await set(browser, page)).title, "Your password is set");
	});

	test("works where somebody else is signed in, who stays so, and where its person is", async () => {
		const bystander = await server.register("bystander");
		const own = await server.register("own");
		const path = await passwordLink(server, "own");
		const page = await bystander.open(path);
		assert.match(page.text, /@own:localhost/);
		assert.equal((await set(bystander, page)).title, "Your password is set");
		assert.match((await bystander.open("/account/")).text, /@bystander:localhost/);
		assert.equal((await own.open("/account/")).url.pathname, "/login");
		const again = server.browser();
		await again.press(await again.open("/login"), "Sign in", { username: "own", password: next });
		const ownPage = await again.open(await passwordLink(server, "own"));
		assert.equal((await set(again, ownPage, "third good password")).title, "Your password is set");
		assert.equal((await again.open("/account/")).url.pathname, "/login");
		assert.equal(
			(await set(again, ownPage, "third good password")).title,
			"Your password is set",
			"told again where the first answer was lost",
		);
	});

	test("is made for nobody who is locked or closed, nor for some of several", async () => {
		for (const name of ["fine", "locked", "closed"]) await server.register(name);
		await typeBeside(server, ["users", "lock", "locked"]);
		await typeBeside(server, ["users", "deactivate", "closed", "--yes"]);
		const refused = async (name: string) => {
			const { code, out, err } = await typeBeside(server, ["users", "reset-link", "fine", name]);
			assert.deepEqual([code, out], [1, ""]);
			return err;
		};
		assert.match(await refused("locked"), /@locked:localhost is locked; users unlock/);
		assert.match(await refused("closed"), /@closed:localhost is deactivated/);
		assert.match(await refused("nobody"), /no user "nobody"/);
		const links = await server.rows("password_links");
		const [fine] = (await server.rows("accounts")).filter(({ localpart }) => localpart === "fine");
		assert.ok(!links.some((link) => link.account_id === fine?.id));
	});

	test("is kept as a hash alone", async () => {
		await server.register("hashed");
		const secret = (await passwordLink(server, "hashed")).split("/").at(-1) ?? "";
		assert.match(secret, /^[\w-]{43}$/);
		const rows = await everyRow({ dataDirectory: server.dataDirectory, database: server.database });
		assert.ok(!rows.some((row) => row.includes(secret)));
	});

	test("is good for 24 hours, and ends with a newer one", async () => {
		await server.register("late");
		const path = await passwordLink(server, "late");
		const newer = await passwordLink(server, "late");
		assert.equal((await server.browser().open(path)).status, 404);
		const browser = server.browser();
		const page = await browser.open(newer);
		const [late] = (await server.rows("accounts")).filter(({ localpart }) => localpart === "late");
		const [link] = (await server.rows("password_links")).filter((one) => one.account_id === late?.id);
		const [from, to] = [Number(link?.created_at), Number(link?.expires_at)];
		assert.equal(to - from, 86_400_000);
		goTo(to - 1);
		assert.equal((await server.browser().open(newer)).status, 200);
		goTo(to);
		assert.equal((await set(browser, page)).status, 404);
		assert.ok(await canSignIn(server, "late", password));
	});
});

test("links that are none, from one address, end at 60 in a minute; one that works costs nothing", async () => {
	await using world = await openAttackWorld();
	const path = await passwordLink(world.server, "alice");
	const browser = world.server.browser();
	const open = async (at: string) => {
		const answer = await browser.send(at);
		await answer.body?.cancel();
		return answer;
	};
	for (let time = 0; time < 59; time++)
		assert.equal((await open(`/account/new-password/${time}`)).status, 404);
	for (let time = 0; time < 3; time++) assert.equal((await open(path)).status, 200);
	assert.equal((await open("/account/new-password/59")).status, 404);
	const refused = await open(path);
	assert.equal(refused.status, 429);
	assert.ok(Number(refused.headers.get("retry-after")) > 0);
});
