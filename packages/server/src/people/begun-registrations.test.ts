import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { crc32 } from "node:zlib";
import { openPeopleWorld } from "../../test/support/people-world.ts";
import { tokenHash } from "../registration-tokens/index.ts";

const minute = 60_000;
const browser = "cookie of a browser";
const typed = " Alice@Example.org ";
const key = "alice@example.org";
const ok = { ok: true };

const codeOf = (seed: string) => String(crc32(seed) % 1_000_000).padStart(6, "0");

async function openWorld({ needsToken = false } = {}) {
	const world = await openPeopleWorld({ registering: { needsToken, addressCodeOf: codeOf } });
	const begun = world.people.begunRegistrations ?? assert.fail("registering takes an address");
	const details = () =>
		world
			.rows("SELECT kind, detail FROM mail_tasks ORDER BY created_at, rowid")
			.map(({ kind, detail }) => ({ kind, ...JSON.parse(String(detail)) }));
	return {
		...{ world, begun, details },
		/** From a network of its own each time, unless told otherwise. */
		begin: (() => {
			let nth = 0;
			return (asked: Partial<Parameters<typeof begun.begin>[0]> = {}) =>
				begun.begin({ typed, token: "", browser, address: `198.51.${++nth % 256}.${nth >> 8}`, ...asked });
		})(),
		isUnderWay: (asked: Partial<Parameters<typeof begun.isUnderWay>[0]> = {}) =>
			begun.isUnderWay({ typed, token: "", browser, ...asked }),
		latestCode: () => codeOf(details().at(-1)?.facts.seed),
		[Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
	};
}

describe("showing an address before there is an account", () => {
	test("is a letter, and nothing that a browser sent", async () => {
		await using opened = await openWorld();
		const { world, begun, begin, details } = opened;
		assert.equal(await begun.of(browser), undefined);
		assert.deepEqual(await begin({ typed: "no address" }), { ok: false, reason: "no-address" });
		assert.deepEqual(await begin(), ok);
		const expiresAt = world.clock() + 30 * minute;
		const [letter, ...more] = details();
		assert.deepEqual(
			[letter, more],
			[
				{
					kind: "registration-code",
					...{ to: "Alice@example.org", expiresAt, facts: { key, seed: letter.facts.seed } },
				},
				[],
			],
		);
		assert.deepEqual(await begun.of(browser), { address: "Alice@example.org", key, isProved: false });
		assert.equal(await begun.of("another browser"), undefined);
		assert.ok(!JSON.stringify(world.rows("SELECT * FROM begun_registrations")).includes(browser));
	});

	test("asked for twice within a minute is one letter, which alone counts", async () => {
		await using opened = await openWorld();
		const { world, begin, isUnderWay, details } = opened;
		assert.equal(await isUnderWay(), false);
		for (let nth = 0; nth < 8; nth++) assert.deepEqual(await begin(), ok);
		assert.equal(details().length, 1);
		assert.equal(await isUnderWay(), true);
		assert.equal(await isUnderWay({ typed: "bob@example.org" }), false);
		assert.equal(await isUnderWay({ typed: "no address" }), false);
		assert.equal(await isUnderWay({ browser: "another browser" }), false);
		assert.equal(await isUnderWay({ token: "one that nobody asks for" }), true);
		world.advance(minute - 1);
		assert.equal(await isUnderWay(), true);
		assert.deepEqual(await begin(), ok);
		assert.equal(details().length, 1);
		world.advance(1);
		assert.equal(await isUnderWay(), false);
		assert.deepEqual(await begin(), ok);
		assert.equal(details().length, 2);
		for (let nth = 2; nth < 5; nth++) {
			world.advance(minute);
			assert.deepEqual(await begin(), ok);
		}
		assert.equal(details().length, 5);
		assert.deepEqual(await begin(), ok, "the fifth, which is on its way");
		const refused = await begin({ browser: "another browser" });
		assert.equal(!refused.ok && refused.reason, "throttled");
		world.advance(minute);
		const late = await begin();
		assert.equal(!late.ok && late.reason, "throttled", "nobody is told of a letter that does not leave");
		assert.equal(details().length, 5);
	});

	test("whoever tried a code has another letter by asking", async () => {
		await using opened = await openWorld();
		const { begun, begin, isUnderWay, details, latestCode } = opened;
		await begin();
		const before = latestCode();
		assert.deepEqual(await begun.confirm({ browser, code: "no code" }), { ok: false, reason: "wrong" });
		assert.equal(await isUnderWay(), false);
		await begin();
		assert.equal(details().length, 2);
		assert.notEqual(latestCode(), before);
		assert.deepEqual(await begun.confirm({ browser, code: before }), { ok: false, reason: "wrong" });
		assert.deepEqual(await begun.confirm({ browser, code: latestCode() }), ok);
	});

	test("takes the code of the letter, in that browser, and then anything, for an hour", async () => {
		await using opened = await openWorld();
		const { world, begun, begin, isUnderWay, latestCode, details } = opened;
		await begin();
		const code = latestCode();
		assert.deepEqual(await begun.confirm({ browser: "another", code }), { ok: false, reason: "gone" });
		world.advance(30 * minute - 1);
		assert.deepEqual(await begun.confirm({ browser, code }), ok);
		assert.deepEqual(await begun.confirm({ browser, code: "sent twice, or anything" }), ok);
		assert.equal((await begun.of(browser))?.isProved, true);
		assert.equal(await isUnderWay(), true, "however long ago");
		assert.deepEqual(await begin(), ok);
		assert.equal(details().length, 1);
		world.advance(60 * minute - 1);
		assert.equal((await begun.of(browser))?.isProved, true);
		assert.equal(await isUnderWay(), true);
		world.advance(1);
		assert.equal(await begun.of(browser), undefined);
		assert.deepEqual(await begun.confirm({ browser, code }), { ok: false, reason: "gone" });
	});

	test("is over half an hour after the letter, and after five tries", async () => {
		await using opened = await openWorld();
		const { world, begun, begin, latestCode } = opened;
		await begin();
		world.advance(30 * minute);
		assert.deepEqual(await begun.confirm({ browser, code: latestCode() }), { ok: false, reason: "gone" });
		await begin();
		for (let tries = 0; tries < 5; tries++)
			assert.deepEqual(await begun.confirm({ browser, code: "no code" }), { ok: false, reason: "wrong" });
		assert.deepEqual(await begun.confirm({ browser, code: latestCode() }), { ok: false, reason: "gone" });
	});

	test("is forgotten by the address that was shown, and not by another one", async () => {
		await using opened = await openWorld();
		const { begun, begin } = opened;
		await begin();
		await begun.forget({ browser, key: "bob@example.org" });
		await begun.forget({ browser: "another browser", key });
		assert.ok(await begun.of(browser));
		await begun.forget({ browser, key });
		assert.equal(await begun.of(browser), undefined);
	});

	test("from one network ends at 300 in an hour", async () => {
		await using opened = await openWorld();
		const { begin, details } = opened;
		const address = "192.0.2.7";
		for (let nth = 0; nth < 300; nth++) await begin({ address });
		assert.equal(details().length, 1);
		const refused = await begin({ address });
		assert.equal(!refused.ok && refused.reason, "throttled");
		assert.deepEqual(await begin(), ok);
	});
});

describe("showing an address where registering takes a token", () => {
	const token = "for the desk";

	async function openWithToken() {
		const opened = await openWorld({ needsToken: true });
		const add = (text: string, more: object = {}) =>
			opened.world.storage.write(({ registrationTokens }) =>
				registrationTokens.add({
					...{ id: text, hash: tokenHash(text), name: text, createdAt: 1, madeBy: "root" },
					...more,
				}),
			);
		await add(token);
		return { ...opened, add };
	}

	test("is for whoever has one, and for the address it is for", async () => {
		await using opened = await openWithToken();
		const { begun, begin, isUnderWay, add, details } = opened;
		await add("bob alone", { email: { address: "Bob@example.org", key: "bob@example.org" } });
		for (const other of ["", "made up"])
			assert.deepEqual(await begin({ token: other }), { ok: false, reason: "token-refused" });
		assert.deepEqual(await begin({ token: "bob alone" }), { ok: false, reason: "other-address" });
		assert.deepEqual([details(), await begun.of(browser)], [[], undefined]);
		assert.deepEqual(await begin({ token: "bob alone", typed: "bob@example.org" }), ok);
		assert.deepEqual(await begin({ token }), ok);
		assert.equal(details().length, 2);
		assert.equal(await isUnderWay({ token }), true);
		assert.equal(await isUnderWay({ token: "bob alone" }), false);
		const [row] = opened.world.rows("SELECT token_hash FROM begun_registrations");
		assert.equal(row?.token_hash, tokenHash(token));
	});

	test("counts the tokens that are guessed, from wherever, and no good one", async () => {
		await using opened = await openWithToken();
		const { begin } = opened;
		for (let nth = 0; nth < 10; nth++) await begin({ token });
		for (let nth = 0; nth < 300; nth++) await begin({ token: `guess ${nth}` });
		const refused = await begin({ token });
		assert.equal(!refused.ok && refused.reason, "throttled");
	});

	test("counts nothing of a token that is good", async () => {
		await using opened = await openWithToken();
		const { begin } = opened;
		for (let nth = 0; nth < 301; nth++) await begin({ token });
		assert.deepEqual(await begin({ token }), ok);
	});
});
