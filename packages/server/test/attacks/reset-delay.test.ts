/** An approval that can be used only after a day: whoever took it knows the password, and the person has that day. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AttackWorld, decide, identityNow, openAttackWorld } from "../support/attack-world.ts";
import { addressOf } from "../support/forms-under-attack.ts";
import { startMailServer } from "../support/mail-server.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

async function open() {
	const mails = await startMailServer();
	const world = await openAttackWorld({ resetDelayHours: 24, email: mails.config });
	const address = decodeURIComponent((await addressOf(world.server, "alice")).split("/").at(-1) ?? "");
	const close = () => world[Symbol.asyncDispose]().finally(() => mails.close());
	return { ...world, mails, address, [Symbol.asyncDispose]: close };
}

/** Which of these identities everybody is shown. */
const shown = ({ server, phone }: AttackWorld) =>
	identityNow(server, phone, ["first", "new", "theirs", "one", "two"]);

describe("an approval with a time to object", () => {
	test("replaces nothing for a day, whoever asks, and is then good once for ten minutes", async () => {
		await using world = await open();
		const { alice, phone, server } = world;
		const { path, uiaSession } = await world.ask(phone, "new");
		assert.match((await alice.open(path)).text, /can be used only 24 hours after/);
		const page = await decide(alice, path, "approve");
		assert.equal(page.title, "Approved. It can be used later");
		const tablet = await server.loginDevice({ localpart: "alice", browser: alice });
		world.advance(day - 5_001);
		const late = await world.renew(phone);
		for (const auth of [undefined, { session: uiaSession }, { type: "m.oauth", session: uiaSession }]) {
			const { status, body } = await world.upload(late, "new", { ...(auth !== undefined && { auth }) });
			assert.deepEqual([status, body.session], [401, uiaSession]);
		}
		assert.equal(await shown({ ...world, phone: late }), "first");
		world.advance(5_001);
		const other = await world.renew(tablet);
		assert.equal((await world.upload(other, "new")).status, 401, "another device has no part in it");
		const now = await world.renew(late);
		const outcomes = await Promise.all(Array.from({ length: 8 }, () => world.upload(now, "new")));
		assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set([200]));
		assert.equal(await shown({ ...world, phone: now }), "new");
		const replaced = (await server.rows("security_events")).filter(
			({ kind }) => kind === "identity-replaced",
		);
		assert.equal(replaced.length, 1);
	});

	test("that nobody used in time is over, and asks once more", async () => {
		await using world = await open();
		const { path } = await world.ask(world.phone, "new");
		await decide(world.alice, path, "approve");
		world.advance(day + 10 * minute);
		const late = await world.renew(world.phone);
		const again = await world.ask(late, "new");
		assert.notEqual(again.path, path);
		assert.equal(await shown({ ...world, phone: late }), "first");
	});

	test("given by a thief with the password: another browser takes it back, without a password", async () => {
		await using world = await open();
		const { server, alice } = world;
		const thief = await server.signIn("alice");
		const app = await server.loginDevice({ localpart: "alice", browser: thief, deviceId: "THIEFSPHONE" });
		const { path, uiaSession } = await world.ask(app, "theirs");
		await decide(thief, path, "approve");
		world.advance(day / 2);
		assert.match((await alice.open("/account/reset")).text, /can be used later, and taken back until then/);
		await decide(alice, path, "deny");
		world.advance(day / 2);
		const late = await world.renew(app);
		const { status, body } = await world.upload(late, "theirs", { auth: { session: uiaSession } });
		assert.equal(status, 401);
		assert.notEqual(body.session, uiaSession, "it is over, and somebody is asked once more");
		assert.equal(await shown({ ...world, phone: late }), "first");
	});

	test("given by a thief with the password: the letter that told of it takes it back", async () => {
		await using world = await open();
		const { server, mails, address } = world;
		const thief = await server.signIn("alice");
		const app = await server.loginDevice({ localpart: "alice", browser: thief, deviceId: "THIEFSPHONE" });
		const { path } = await world.ask(app, "theirs");
		await decide(thief, path, "approve");
		const [letter] = await mails.lettersTo(address, 1, /^Replacing your digital identity was approved/);
		assert.match(letter?.mail.text ?? "", /Until your app uses the approval, you can take it back/);
		const link = /\/account\/not-me\/\S+/.exec(letter?.mail.text ?? "")?.[0] ?? assert.fail();
		world.advance(day - minute);
		const reader = server.browser();
		await reader.press(await reader.open(link), "This was not me");
		world.advance(2 * minute);
		assert.equal((await world.upload(app, "theirs")).status, 401);
		assert.equal((await thief.open("/account/")).url.pathname, "/login");
		assert.deepEqual(
			(await server.rows("reset_requests")).map(({ state }) => state),
			["withdrawn"],
		);
	});

	test("starts anew with a second approval", async () => {
		await using world = await open();
		const { alice, phone } = world;
		await decide(alice, (await world.ask(phone, "one")).path, "approve");
		world.advance(day - minute);
		const late = await world.renew(phone);
		await decide(alice, (await world.ask(late, "two")).path, "approve");
		world.advance(2 * minute);
		for (const keys of ["one", "two"]) assert.equal((await world.upload(late, keys)).status, 401, keys);
		assert.equal(await shown({ ...world, phone: late }), "first");
	});
});
