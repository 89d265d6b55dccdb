/** An answer to an authorization request is given once, and told again to who gave it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NodePair } from "../../src/authorization/ports.ts";
import {
	type AuthorizationWorld,
	authorizePath,
	browser,
	consentOf,
	exchangeForm,
	freshDevice,
	openAuthorizationWorld,
	request,
	scope,
} from "../support/authorization-world.ts";
import { alice, bob } from "../support/session-world.ts";

describe("an answer to an authorization request", () => {
	let world: AuthorizationWorld;
	let client: string;

	before(async () => {
		world = await openAuthorizationWorld();
		client = await world.register();
	});
	after(() => world.close());

	const agree = (pair: NodePair) => world.authorization.interactions.grant(pair, consentOf(alice, 1));

	/** Begins a sign-in in a browser of its own; where its page is. */
	async function begin() {
		const visitor = browser(world.base);
		const asked = await visitor.open(authorizePath(request(client, { scope: scope(freshDevice()) })));
		return { visitor, page: asked.headers.get("location") ?? "" };
	}

	const locationOf = (response: Response) => response.headers.get("location");
	const codes = () => world.rows("SELECT * FROM engine_records WHERE kind = 'AuthorizationCode'").length;

	test("one yes is one code, however often it is said and however many at once", async () => {
		world.page.answer = agree;
		const before = codes();
		const { visitor, page } = await begin();
		const answers = await Promise.all(Array.from({ length: 10 }, () => visitor.open(page)));
		const told = new Set([...answers, await visitor.open(page)].map(locationOf));
		assert.equal(told.size, 1);
		assert.match([...told][0] ?? "", /^http:\/\/127\.0\.0\.1\/callback\?code=[\w-]{43}&state=state-1&iss=/);
		assert.equal(codes(), before + 1);
	});

	test("the first answer counts, and is what a later one is told: a no makes no code, a yes is not taken back", async () => {
		const deny = (pair: NodePair) => world.authorization.interactions.deny(pair, consentOf(alice, 1));
		for (const [first, second, expected] of [
			[agree, deny, /[?]code=/],
			[deny, agree, /[?]error=access_denied/],
		] as const) {
			const { visitor, page } = await begin();
			world.page.answer = first;
			const told = locationOf(await visitor.open(page)) ?? "";
			world.page.answer = second;
			assert.equal(locationOf(await visitor.open(page)), told);
			assert.match(told, expected);
		}
		const raced = await begin();
		let turn = 0;
		world.page.answer = (pair) => (turn++ % 2 === 0 ? deny : agree)(pair);
		const all = await Promise.all(Array.from({ length: 10 }, () => raced.visitor.open(raced.page)));
		assert.equal(new Set(all.map(locationOf)).size, 1);
	});

	test("an answer is told again for one minute", async () => {
		world.page.answer = agree;
		const { visitor, page } = await begin();
		const told = locationOf(await visitor.open(page));
		world.advance(59_999);
		assert.equal(locationOf(await visitor.open(page)), told);
		world.advance(1);
		const late = await visitor.open(page);
		assert.deepEqual([late.status, await late.text()], [409, "gone"]);
	});

	test("an answer is told to the browser session that gave it: not to another browser, nor to somebody else in this one", async () => {
		const { visitor, page } = await begin();
		world.page.answer = agree;
		const told = locationOf(await visitor.open(page));
		const stranger = await fetch(new URL(page, world.base), { redirect: "manual" });
		assert.deepEqual([stranger.status, await stranger.text()], [409, "gone"]);
		for (const consent of [consentOf(bob, 1), consentOf(alice, 1, "another browser of alice")]) {
			world.page.answer = (pair) => world.authorization.interactions.grant(pair, consent);
			const other = await visitor.open(page);
			assert.deepEqual([other.status, locationOf(other), await other.text()], [409, null, "gone"]);
			const seen: unknown[] = [];
			world.page.answer = async (pair) => {
				seen.push(await world.authorization.interactions.answered(pair, consent));
				return { ok: false, reason: "gone" };
			};
			await visitor.open(page);
			assert.deepEqual(seen, [undefined]);
		}
		world.page.answer = async (pair) => {
			const details = await world.authorization.interactions.details(pair, alice);
			assert.deepEqual(details, { ok: false, reason: "gone" }, "nobody is asked any more");
			const answered = await world.authorization.interactions.answered(pair, consentOf(alice, 1));
			assert.deepEqual(
				[answered?.url, answered?.decision, answered?.used, page.endsWith(answered?.uid ?? "?")],
				[told, "granted", false, true],
			);
			return { ok: false, reason: "gone" };
		};
		await visitor.open(page);
		const code = new URL(told ?? "").searchParams.get("code") ?? "";
		assert.equal((await world.exchange(exchangeForm(client, code))).status, 200);
		world.page.answer = async (pair) => {
			const answered = await world.authorization.interactions.answered(pair, consentOf(alice, 1));
			assert.equal(answered?.used, true);
			return { ok: false, reason: "gone" };
		};
		await visitor.open(page);
		assert.deepEqual(world.reports, []);
	});

	test("neither the address of a request nor what is stored of it yields the code", async () => {
		world.page.answer = agree;
		const { visitor, page } = await begin();
		const code = new URL(locationOf(await visitor.open(page)) ?? "").searchParams.get("code") ?? "";
		const stored = JSON.stringify(world.rows("SELECT * FROM engine_records"));
		assert.ok(!stored.includes(code) && !stored.includes(page.slice(page.lastIndexOf("/") + 1)));
		const resumed = await visitor.open(page.replace("/interaction/", "/authorize/"));
		assert.deepEqual([resumed.status, locationOf(resumed)], [404, null], "the engine resumes nothing");
	});

	const ends: Readonly<Record<string, (browserHash: string) => Promise<unknown>>> = {
		"signed out": (idHash) => world.storage.write((unit) => unit.browserSessions.end(idHash)),
		"signed out with all others": () => world.storage.write((unit) => unit.accounts.raiseGeneration(bob)),
		"of somebody who was locked out": () => world.storage.write((unit) => unit.accounts.lock(bob, 1)),
	};
	for (const [how, end] of Object.entries(ends)) {
		for (const decision of ["grant", "deny"] as const) {
			test(`a browser that is ${how} once its form was taken answers nothing: ${decision}`, async () => {
				const { interactions } = world.authorization;
				const generation = (await world.storage.read.accounts.find({ id: bob }))?.generation ?? 0;
				const by = { accountId: bob, generation, browser: `${how}, ${decision}` };
				const session = {
					...by,
					idHash: by.browser,
					createdAt: 1,
					provedHow: "password" as const,
					provedAt: 1,
				};
				await world.storage.write((unit) =>
					unit.browserSessions.add({ ...session, expiresAt: Number.MAX_SAFE_INTEGER }),
				);
				const { visitor, page } = await begin();
				const records = () => JSON.stringify(world.rows("SELECT * FROM engine_records"));
				const before = records();
				world.page.answer = async (pair) => {
					await end(by.browser);
					return decision === "grant"
						? interactions.grant(pair, { ...by, provedAt: 1, provedHow: "password", address: "192.0.2.7" })
						: interactions.deny(pair, by);
				};
				const answered = await visitor.open(page);
				assert.deepEqual([answered.status, await answered.text()], [409, "signed-out"]);
				assert.equal(records(), before, "neither an answer nor a code");
				await world.storage.write((unit) => unit.accounts.lock(bob, null));
				world.page.answer = agree;
				const later = await visitor.open(page);
				assert.match(later.headers.get("location") ?? "", /[?]code=/, "the request waits on");
			});
		}
	}
});
