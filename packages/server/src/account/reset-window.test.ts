import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { HomeserverUnavailable } from "@countersign/core";
import { openPagesWorld, type PagesWorld } from "../../test/support/pages-world.ts";
import { password, random } from "../../test/support/people-world.ts";
import { createResetWindowRoutes } from "./reset-window.ts";

const path = "/account/reset";
const minute = 60_000;

describe("the homeserver's own switch", () => {
	let world: PagesWorld;
	/** Whom it was opened for. */
	let opened: string[];
	let answer: () => Promise<void>;
	/** The master key at the homeserver; undefined: it does not answer. */
	let identity: string | undefined;
	/** What happens just before the pages write. */
	let beforeWrite: () => Promise<unknown>;

	before(async () => {
		world = await openPagesWorld();
		const open = async (localpart: string) => {
			opened.push(localpart);
			await answer();
		};
		const { people, proofs, browserSessions, visitors, clock } = world;
		const storage: PagesWorld["storage"] = {
			...world.storage,
			async write(work) {
				await beforeWrite();
				return world.storage.write(work);
			},
		};
		const deps = { storage, people, proofs, browserSessions, visitors, clock, random };
		const homeserver = {
			async identityOf() {
				if (identity === undefined) throw new HomeserverUnavailable();
				const masterKey = identity === "" ? {} : { masterKey: identity };
				return {
					...masterKey,
					signedDevices: [],
					selfSigningValid: false,
					backup: { state: "gone" },
				} as const;
			},
		};
		world.app.route("/", createResetWindowRoutes({ ...deps, homeserver, resetWindow: { open } }));
	});
	after(() => world[Symbol.asyncDispose]());
	beforeEach(() => {
		opened = [];
		identity = "first";
		answer = async () => {};
		beforeWrite = async () => {};
	});

	let count = 0;
	/** Somebody new, whose password was entered too long ago. */
	async function person() {
		const localpart = `person${count++}`;
		const accountId = await world.add(localpart);
		const browser = world.browser();
		await browser.signIn(localpart);
		world.advance(5 * 60_000 + 1);
		const log = async () =>
			(await world.eventsOf(accountId)).filter((kind) => kind.startsWith("reset-")).sort();
		return { localpart, accountId, browser, log };
	}

	const agreed = { understood: "yes", password };

	test("is opened by a tick and the password, and the page says for how long and to whom", async () => {
		const { localpart, browser, log } = await person();
		const asking = await browser.get(path);
		assert.match(asking.text, /also one that somebody has stolen the access of/);
		assert.doesNotMatch(asking.text, /authDone/);
		const done = await browser.fill(path, agreed);
		assert.deepEqual([done.status, done.location], [303, path]);
		assert.deepEqual(opened, [localpart]);
		const page = await browser.get(path);
		assert.match(page.text, /can be replaced now/);
		assert.match(page.text, /authDone/);
		assert.deepEqual(await log(), ["reset-window-asked", "reset-window-opened"]);
	});

	test("is not opened by a look, without the tick, without the password, or by another site", async () => {
		const { browser, log } = await person();
		await browser.get(`${path}?understood=yes&password=${encodeURIComponent(password)}`);
		assert.equal((await browser.fill(path, { password })).status, 400);
		assert.equal((await browser.fill(path, { understood: "yes" })).status, 400);
		assert.equal((await browser.fill(path, { ...agreed, password: "not this one at all" })).status, 403);
		assert.equal((await browser.post(path, agreed)).status, 403);
		assert.deepEqual([opened, await log()], [[], []]);
		assert.doesNotMatch((await browser.get(path)).text, /authDone/);
	});

	test("a homeserver that does not answer is no success, is on record, and can be asked again", async () => {
		const { browser, log } = await person();
		answer = () => Promise.reject(new HomeserverUnavailable());
		const failed = await browser.fill(path, agreed);
		assert.equal(failed.status, 503);
		assert.match(failed.text, /did not answer/);
		assert.doesNotMatch(failed.text, /authDone/);
		assert.doesNotMatch((await browser.get(path)).text, /authDone/);
		assert.deepEqual(await log(), ["reset-window-asked"]);
		answer = async () => {};
		world.advance(4_999);
		const early = await browser.fill(path, agreed);
		assert.deepEqual([early.status, opened.length], [409, 1], "it may open it still");
		assert.match(early.text, /is being asked to allow it already/);
		world.advance(1);
		assert.equal((await browser.fill(path, agreed)).status, 303);
		assert.match((await browser.get(path)).text, /authDone/);
	});

	test("is opened once by two forms at once, to whatever address each of them goes", async () => {
		const { browser, log } = await person();
		const first = await browser.get(path);
		const csrf = /name="csrf" value="([^"]+)"/.exec(first.text)?.[1] ?? "";
		const went = Promise.withResolvers<void>();
		const gate = Promise.withResolvers<void>();
		answer = () => {
			went.resolve();
			return opened.length === 1 ? gate.promise : Promise.resolve();
		};
		const sent = browser.post(path, { ...agreed, csrf });
		await went.promise;
		const other = await browser.post(`${path}?x=1`, { ...agreed, csrf });
		assert.equal(other.status, 409);
		gate.resolve();
		assert.equal((await sent).status, 303);
		assert.equal((await browser.post(`${path}?x=2`, { ...agreed, csrf })).status, 303);
		assert.equal(opened.length, 1);
		assert.deepEqual(await log(), ["reset-window-asked", "reset-window-opened"]);
	});

	test("many at once are one", async () => {
		const { browser, log } = await person();
		const first = await browser.get(path);
		const csrf = /name="csrf" value="([^"]+)"/.exec(first.text)?.[1] ?? "";
		const sent = Array.from({ length: 8 }, (_, at) => browser.post(`${path}?x=${at}`, { ...agreed, csrf }));
		const statuses = (await Promise.all(sent)).map(({ status }) => status);
		assert.ok(
			statuses.every((status) => status === 303 || status === 409),
			String(statuses),
		);
		assert.equal(opened.length, 1);
		assert.deepEqual(await log(), ["reset-window-asked", "reset-window-opened"]);
	});

	test("is not opened in a browser that was signed out while the password was looked at", async () => {
		const { accountId, browser, log } = await person();
		beforeWrite = () => world.browserSessions.endAllOf(accountId);
		assert.equal((await browser.fill(path, agreed)).status, 403);
		assert.deepEqual([opened, await log()], [[], []]);
	});

	test("a form sent again does not keep it open for longer, and it ends", async () => {
		const { browser } = await person();
		const first = await browser.get(path);
		const csrf = /name="csrf" value="([^"]+)"/.exec(first.text)?.[1] ?? "";
		await browser.post(path, { ...agreed, csrf });
		world.advance(9 * minute);
		assert.equal((await browser.post(path, { ...agreed, csrf })).status, 303);
		assert.equal(opened.length, 1);
		world.advance(minute);
		const over = await browser.get(path);
		assert.match(over.text, /Reset your digital identity\?/);
		assert.doesNotMatch(over.text, /authDone/);
	});

	test("is said to end no earlier than at the homeserver, however long that took to answer", async () => {
		const { accountId, browser } = await person();
		answer = async () => world.advance(4_000);
		await browser.fill(path, agreed);
		const kinds = ["reset-window-opened"] as const;
		const [line] = await world.storage.read.events.list(accountId, { limit: 1, kinds });
		assert.deepEqual([line?.at, line?.detail.until], [world.clock(), String(world.clock() + 10 * minute)]);
	});

	test("once the identity is replaced the page says so, and opens it anew, once", async () => {
		for (const before of ["first", ""]) {
			identity = before;
			opened = [];
			const { localpart, browser, log } = await person();
			await browser.fill(path, agreed);
			assert.match((await browser.get(path)).text, /can be replaced now/);
			identity = undefined;
			assert.match((await browser.get(path)).text, /can be replaced now/, "nobody knows better");
			identity = "second";
			const replaced = await browser.get(path);
			assert.match(replaced.text, /<h1[^>]*>Your digital identity was replaced/);
			assert.doesNotMatch(replaced.text, /can be replaced now|authDone/);
			const csrf = /name="csrf" value="([^"]+)"/.exec(replaced.text)?.[1] ?? "";
			assert.equal((await browser.post(path, { csrf, password })).status, 400, "not without the tick");
			world.advance(1);
			const sent = Array.from({ length: 4 }, (_, at) => browser.post(`${path}?x=${at}`, { ...agreed, csrf }));
			for (const { status } of await Promise.all(sent))
				assert.ok(status === 303 || status === 409, `${status}`);
			assert.deepEqual(opened, [localpart, localpart]);
			assert.match((await browser.get(path)).text, /can be replaced now/);
			assert.equal((await log()).filter((kind) => kind === "reset-window-opened").length, 2);
		}
	});

	test("one person's is nobody else's", async () => {
		const [alice, bob] = [await person(), await person()];
		await alice.browser.fill(path, agreed);
		assert.doesNotMatch((await bob.browser.get(path)).text, /authDone/);
	});

	test("who is not signed in signs in first and comes back", async () => {
		const page = await world.browser().get(path);
		assert.equal(page.location, `/login?next=${encodeURIComponent(path)}`);
	});
});
