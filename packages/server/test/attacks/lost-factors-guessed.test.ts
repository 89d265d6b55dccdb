/** Somebody guesses while the seven days run of who has lost every second factor (decisions 104 and 130). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AttackWorld, openAttackWorld } from "../support/attack-world.ts";
import { setUpCodes } from "../support/codes.ts";
import { type LostWay, lostWay } from "../support/lost-factors.ts";
import { lossLink, seedLoss } from "../support/lost-factors-rows.ts";
import { startMailServer, type TestMailServer } from "../support/mail-server.ts";
import { until } from "../support/until.ts";

const day = 86_400_000;

describe("while the seven days run, guessing", () => {
	let mails: TestMailServer;
	let world: AttackWorld;
	let way: LostWay;
	before(async () => {
		mails = await startMailServer();
		world = await openAttackWorld({ email: mails.config, signInByEmail: true });
		way = lostWay(world, mails);
	});
	after(async () => {
		await world[Symbol.asyncDispose]().finally(() => mails.close());
	});

	const rowsOf = async (table: string, localpart: string) => {
		const account = (await world.server.rows("accounts")).find((row) => row.localpart === localpart);
		return (await world.server.rows(table)).filter((row) => row.account_id === account?.id);
	};
	const kindsOf = async (localpart: string) =>
		(await rowsOf("security_events", localpart)).map(({ kind }) => String(kind));
	/** Somebody with an app for codes, and an old address. */
	const twofold = async (localpart: string) => {
		const { browser, address } = await way.person(localpart);
		const app = await setUpCodes(browser, world.now());
		world.advance(60_000);
		return { address, app };
	};

	/** Five codes of the app, after which a right one is not looked at, and fifteen that look like recovery codes. */
	const flood = async (localpart: string, app: Awaited<ReturnType<typeof setUpCodes>>) => {
		const { browser, page } = await way.halfway(localpart);
		for (let nth = 0; nth < 20; nth++) {
			const code = nth < 5 ? app.at(world.now() - day * (nth + 2)) : "aaaaa-bbbbb-ccccc-ddddd-eeeee";
			assert.equal((await browser.press(page, "Continue", { code })).status, 403);
		}
		const refused = async () => (await kindsOf(localpart)).filter((kind) => kind === "code-refused");
		await until(async () => (await refused()).length === 20);
	};

	test("codes ends them: a thief who keeps the owner from signing in gets nothing for it", async () => {
		const { address, app } = await twofold("kuno");
		await way.begin(await way.ask("kuno", address), address);
		await flood("kuno", app);
		const owner = await way.halfway("kuno");
		const kept = await owner.browser.press(owner.page, "Continue", { code: app.at(world.now()) });
		assert.equal(kept.status, 429, "the right code");
		await way.pass(6 * day);
		await until(async () => (await rowsOf("factor_losses", "kuno")).every((row) => row.warned_at !== null));
		assert.ok((await kindsOf("kuno")).includes("factors-lost-stopped"));
		await mails.lettersTo(address, 1, /^The seven days .* were ended/);
		await way.pass(day);
		assert.deepEqual(await mails.lettersTo(address, 0, /can be taken away now/), []);
		assert.equal((await rowsOf("one_time_codes", "kuno")).length, 1);
	});

	test("codes ends them when they are over, too", async () => {
		const { address, app } = await twofold("kurt");
		await way.begin(await way.ask("kurt", address), address);
		const last = await way.waitFor(address);
		await flood("kurt", app);
		assert.equal((await way.finish(last)).status, 404);
		assert.equal((await rowsOf("one_time_codes", "kurt")).length, 1);
	});

	test("passwords, of a stranger who knows the name, ends nothing: each makes them 72 seconds longer", async () => {
		const { address } = await twofold("kira");
		await seedLoss(world, "kira", world.now());
		for (let nth = 0; nth < 3; nth++) await way.halfway("kira", `guess ${nth}`);
		const has = async (kind: string, count: number) =>
			(await kindsOf("kira")).filter((one) => one === kind).length === count;
		await until(() => has("sign-in-refused", 3));
		await way.pass(6 * day);
		const last = await lossLink(world.server, { step: "finish", localpart: "kira", key: address });
		const browser = world.server.browser();
		assert.match((await browser.open(last)).text, /It ends in 25 hours/);
		assert.ok(await has("factors-lost-soon", 0));
		await way.pass(3 * 72_000);
		await until(() => has("factors-lost-soon", 1));
		await way.pass(day);
		await mails.lettersTo(address, 1, /can be taken away now/);
		assert.equal((await way.finish(last)).title, "Your passkeys and codes are gone");
	});

	test("passwords by another spelling, which nobody looks at, makes them no longer", async () => {
		const { address } = await twofold("kaja");
		await seedLoss(world, "kaja", world.now());
		for (const name of ["kaja", address])
			for (let nth = 0; nth < 5; nth++) {
				const { page } = await way.halfway(name, `guess ${nth}`);
				assert.equal(page.status, 403, `${name} ${nth}`);
			}
		const refusals = async (localpart: string) =>
			(await kindsOf(localpart)).filter((kind) => kind === "sign-in-refused").length;
		// Those of one moment are written in their order.
		const before = await refusals("kira");
		await way.halfway("kira", "one more");
		await until(async () => (await refusals("kira")) > before);
		assert.equal(await refusals("kaja"), 5);
	});
});
