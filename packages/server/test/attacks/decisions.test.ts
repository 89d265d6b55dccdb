/** Approving, refusing, retrying and ending at the same time, twice, in the wrong order, or until somebody is tired. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { limits } from "@countersign/core";
import { type AttackWorld, decide, identityNow, openAttackWorld, press } from "../support/attack-world.ts";
import { password } from "../support/server.ts";

const minute = 60_000;

/** How often each of these happened, as the account's security log has it. */
async function logged({ alice }: AttackWorld, what: RegExp): Promise<number> {
	const { text } = await alice.open("/account/security");
	return text.match(new RegExp(what, "gi"))?.length ?? 0;
}

async function approvedWorld() {
	const world = await openAttackWorld();
	const asked = await world.ask(world.phone, "second");
	await decide(world.alice, asked.path, "approve");
	return { world, ...asked };
}

describe("one approval", () => {
	test("of 200 parallel retries writes the keys once, and every retry succeeds", async () => {
		const { world, uiaSession: session } = await approvedWorld();
		await using _ = world;
		const { next_batch: since } = (await world.server.call(world.phone, "GET", "sync?timeout=0")).body;
		const before = await logged(world, /replaced/);
		const answers = await Promise.all(
			Array.from({ length: 200 }, (_each, index) =>
				world.upload(world.phone, "second", index % 2 === 0 ? { auth: { session } } : {}),
			),
		);
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		assert.equal((await logged(world, /replaced/)) - before, 1, "one key write");
		const { body } = await world.server.call(world.phone, "GET", `sync?timeout=0&since=${since}`);
		assert.deepEqual(body.device_lists.changed, [world.phone.userId]);
		const { body: later } = await world.server.call(
			world.phone,
			"GET",
			`sync?timeout=0&since=${body.next_batch}`,
		);
		assert.deepEqual(later.device_lists?.changed ?? [], [], "one change of the list of devices");
	});

	test("of 100 retries with the keys and 100 with other keys serves only its own", async () => {
		const { world } = await approvedWorld();
		await using _ = world;
		const answers = await Promise.all(
			Array.from({ length: 200 }, async (_each, index) => {
				const identity = index % 2 === 0 ? "second" : "thiefs";
				return [identity, (await world.upload(world.phone, identity)).status];
			}),
		);
		for (const [identity, status] of answers) assert.equal(status, identity === "second" ? 200 : 401);
		assert.equal(await identityNow(world.server, world.phone, ["second", "thiefs"]), "second");
	});

	test("approve twice is one approval, in one tab, in two, and at the same time", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		const other = await world.server.signIn("alice");
		const tabs = [await world.alice.open(path), await world.alice.open(path)];
		const elsewhere = await other.open(path);
		const before = await logged(world, /approved/);
		await Promise.all([
			...tabs.map((tab) => press(world.alice, tab, "approve")),
			press(other, elsewhere, "approve"),
		]);
		assert.equal((await logged(world, /approved/)) - before, 1);
		assert.equal((await world.upload(world.phone, "second")).status, 200);
		for (const tab of tabs) await press(world.alice, tab, "approve");
		await press(other, elsewhere, "approve");
		assert.equal((await logged(world, /approved/)) - before, 1, "an old tab approves nothing anew");
		assert.equal((await world.upload(world.phone, "thiefs")).status, 401);
	});

	test("cannot be had twice by approving two requests: the newer one withdraws the older", async () => {
		await using world = await openAttackWorld();
		const laptop = await world.server.loginDevice({ localpart: "alice", browser: world.alice });
		const [one, two] = [await world.ask(world.phone, "second"), await world.ask(laptop, "thiefs")];
		await decide(world.alice, one.path, "approve");
		await decide(world.alice, two.path, "approve");
		assert.equal((await world.upload(world.phone, "second")).status, 401);
		assert.equal((await world.upload(laptop, "thiefs")).status, 200);
		assert.equal((await world.upload(world.phone, "second")).status, 401);
	});

	test("is not prolonged by anything the app does", async () => {
		const { world } = await approvedWorld();
		await using _ = world;
		world.advance(10 * 60_000 - minute);
		const phone = await world.renew(world.phone);
		assert.equal((await world.upload(phone, "thiefs")).status, 401);
		world.advance(minute);
		assert.equal((await world.upload(phone, "second")).status, 401);
	});
});

describe("after a refusal", () => {
	test("approve does nothing, neither on an old tab nor anew", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		const oldTab = await world.alice.open(path);
		await decide(world.alice, path, "deny");
		await press(world.alice, oldTab, "approve");
		await decide(world.alice, path, "approve");
		assert.equal((await world.upload(world.phone, "second")).status, 403);
		assert.equal((await world.upload(world.phone, "second")).status, 401);
		assert.equal(await identityNow(world.server, world.phone, ["first"]), "first");
	});

	test("of an approval it is remembered like any other, and deny after the spend takes nothing back", async () => {
		const { world, path } = await approvedWorld();
		await using _ = world;
		await decide(world.alice, path, "deny");
		assert.equal((await world.upload(world.phone, "second")).status, 403);
		const again = await world.ask(world.phone, "second");
		assert.equal(again.path, path, "the same keys are not put before the person anew");
		await decide(world.alice, path, "reopen");
		await decide(world.alice, path, "approve");
		assert.equal((await world.upload(world.phone, "second")).status, 200);
		const page = await world.alice.open(path);
		if (page.forms.some(({ action }) => action === path)) await press(world.alice, page, "deny");
		assert.equal(await identityNow(world.server, world.phone, ["first", "second"]), "second");
	});

	test("the app cannot reopen it, and the same keys stay refused for a quarter of an hour", async () => {
		await using world = await openAttackWorld();
		const { path, uiaSession: session } = await world.ask(world.phone, "thiefs");
		await decide(world.alice, path, "deny");
		let phone = world.phone;
		for (let passed = 0; passed < 15 * 60_000 - minute; passed += minute) {
			const { status, body } = await world.upload(phone, "thiefs", { auth: { session } });
			assert.deepEqual([status, body.errcode, body.session], [401, "M_FORBIDDEN", session]);
			world.advance(minute);
			phone = await world.renew(phone);
		}
		assert.doesNotMatch((await world.alice.open("/account/reset")).text, /Waits for your answer/);
		const led = await world.alice.open("/account/?action=org.matrix.cross_signing_reset");
		assert.equal(led.url.pathname, "/account/reset", "no app's link leads back to what was refused");
	});

	test("denial fatigue: other keys again and again are counted, and other devices do not suffer", async () => {
		await using world = await openAttackWorld();
		const statuses: number[] = [];
		for (let nth = 0; nth < limits.newPerWindow + 3; nth++)
			statuses.push((await world.upload(world.phone, `thiefs ${nth}`)).status);
		assert.deepEqual(
			statuses.slice(0, limits.newPerWindow),
			Array.from({ length: limits.newPerWindow }, () => 401),
		);
		assert.deepEqual(statuses.slice(limits.newPerWindow), [429, 429, 429]);
		const { headers, body } = await world.upload(world.phone, "thiefs and more");
		assert.ok(Number(headers.get("retry-after")) > 0 && body.retry_after_ms > 0);
		const waiting = (await world.alice.open("/account/reset")).text.match(/Waits for your answer/g);
		assert.equal(waiting?.length, limits.livePerSession);
		const laptop = await world.server.loginDevice({ localpart: "alice", browser: world.alice });
		const { path } = await world.ask(laptop, "second");
		await decide(world.alice, path, "approve");
		assert.equal((await world.upload(laptop, "second")).status, 200);
	});

	test("denial fatigue: neither a refresh nor another name begins the count anew", async () => {
		await using world = await openAttackWorld();
		for (let nth = 0; nth < limits.newPerWindow; nth++) await world.upload(world.phone, `thiefs ${nth}`);
		const phone = await world.renew(world.phone);
		assert.equal((await world.upload(phone, "one more")).status, 429);
		await world.server.call(phone, "PUT", `devices/${phone.deviceId}`, { display_name: "another" });
		assert.equal((await world.upload(phone, "one more")).status, 429);
	});

	test("an app that floods cannot push out what the person has approved", async () => {
		const { world } = await approvedWorld();
		await using _ = world;
		for (let nth = 0; nth < limits.newPerWindow; nth++) await world.upload(world.phone, `thiefs ${nth}`);
		assert.equal((await world.upload(world.phone, "second")).status, 200);
	});
});

describe("all at once", () => {
	test("approve, deny, upload and the end of the session leave one truth, and never keys nobody approved", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const revoke = `${(await server.metadata()).revocation_endpoint}`;
		let current = "first";
		for (let round = 0; round < 12; round++) {
			const laptop = await server.loginDevice({ localpart: "alice", browser: alice });
			const identity = `round ${round}`;
			const { path } = await world.ask(laptop, identity);
			const page = await alice.open(path);
			const end = () =>
				fetch(revoke, { method: "POST", body: new URLSearchParams({ token: laptop.accessToken }) });
			const upload = async () => (await world.upload(laptop, identity)).status;
			const [, , ...statuses] = await Promise.all([
				press(alice, page, "approve"),
				round % 3 === 0 ? press(alice, page, "deny") : undefined,
				upload(),
				upload(),
				upload(),
				...(round % 2 === 0 ? [end().then(() => 0)] : []),
				upload(),
			]);
			const now = await identityNow(server, world.phone, [current, identity]);
			if (statuses.includes(200)) assert.equal(now, identity, "what was acknowledged is there");
			if (round % 2 === 0) assert.equal((await world.upload(laptop, identity)).status, 401);
			current = now ?? assert.fail("neither the old nor the new identity");
			const { text } = await alice.open(path);
			const saysReplaced = /<title>(?:Almost done|Your digital identity is replaced|Replaced)/.test(text);
			assert.equal(saysReplaced, current === identity, text);
		}
	});

	test("an upload that meets the end of its session either counts wholly or not at all", async () => {
		await using world = await openAttackWorld();
		const { server, alice } = world;
		const revoke = `${(await server.metadata()).revocation_endpoint}`;
		let current = "first";
		for (let round = 0; round < 8; round++) {
			const laptop = await server.loginDevice({ localpart: "alice", browser: alice });
			const identity = `ending ${round}`;
			const { path } = await world.ask(laptop, identity);
			await decide(alice, path, "approve");
			const ending = () =>
				fetch(revoke, { method: "POST", body: new URLSearchParams({ token: laptop.refreshToken }) });
			const upload = () => world.upload(laptop, identity);
			const tasks = round % 2 === 0 ? [upload, ending] : [ending, upload];
			const [one, two] = await Promise.all(tasks.map((task) => task()));
			const answer = round % 2 === 0 ? one : two;
			const now = await identityNow(server, world.phone, [current, identity]);
			assert.equal(now, answer?.status === 200 ? identity : current);
			current = now ?? assert.fail("no identity");
		}
	});

	test("approving needs a password entered within five minutes, however many tabs ask", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "second");
		const page = await world.alice.open(path);
		world.advance(5 * 60_000 + 1);
		const fields = page.forms.find(({ action }) => action === path)?.fields ?? {};
		const approve = (more: Record<string, string> = {}) => {
			const body = new URLSearchParams({ ...fields, decision: "approve", ...more });
			return world.alice.send(path, { method: "POST", body });
		};
		const answers = await Promise.all([
			approve(),
			approve({ password: "" }),
			approve({ password: "not it, no" }),
		]);
		for (const { status } of answers) assert.ok(status === 400 || status === 403, `${status}`);
		const phone = await world.renew(world.phone);
		assert.equal((await world.upload(phone, "second")).status, 401);
		assert.equal((await approve({ password })).status, 303);
		assert.equal((await world.upload(phone, "second")).status, 200);
	});
});
