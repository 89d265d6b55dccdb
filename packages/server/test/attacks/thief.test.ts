/** Somebody holds a stolen access token and wants to replace the identity behind it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type AttackWorld,
	decide,
	identityNow,
	type Members,
	openAttackWorld,
	uploadPath,
} from "../support/attack-world.ts";
import { identityOf } from "../support/device-crypto.ts";
import { type LoggedInDevice, password } from "../support/server.ts";

const names = ["first", "second", "thiefs"];

async function identityIs({ server }: AttackWorld, device: LoggedInDevice, wanted: string): Promise<void> {
	assert.equal(await identityNow(server, device, names), wanted);
}

describe("a stolen token alone", () => {
	test("replaces nothing, whatever stands in auth", async () => {
		await using world = await openAttackWorld();
		const { upload, phone } = world;
		const { uiaSession: session } = await world.ask(phone, "thiefs");
		const identifier = { type: "m.id.user", user: "alice" };
		const tried: readonly unknown[] = [
			...[undefined, null, {}, [], "m.oauth", 1, true],
			{ session },
			{ session, type: "m.oauth" },
			{ session, type: "org.matrix.cross_signing_reset" },
			{ session, type: "m.login.dummy" },
			{ session, type: "m.login.password", identifier, password },
			{ session, type: "m.login.token", token: phone.accessToken },
			{ session, type: "m.login.sso", completed: ["m.oauth"] },
			{ session, completed: ["m.oauth"], approved: true, state: "approved" },
			{ session: { $ne: null }, type: "m.oauth" },
			{ session: `${session}' OR 1=1 --`, type: "m.oauth" },
			{ session: "\u0000", type: "m.oauth" },
		];
		for (const auth of tried) {
			const { status, body } = await upload(phone, "thiefs", { auth });
			assert.equal(status, 401, JSON.stringify(auth));
			assert.deepEqual([body.session, body.completed], [session, []], "one request, and nothing completed");
		}
		await identityIs(world, phone, "first");
	});

	test("replaces neither of the lesser keys under the identity that stands", async () => {
		await using world = await openAttackWorld();
		const { phone, upload } = world;
		const { body } = identityOf(phone.userId, "thiefs");
		for (const slot of ["self_signing_key", "user_signing_key"] as const) {
			const { status } = await upload(phone, "first", { [slot]: body[slot] });
			assert.equal(status, 400, "nobody is asked to approve keys that the identity did not sign");
		}
		for (const part of [{ master_key: body.master_key }, { self_signing_key: body.self_signing_key }]) {
			const { status } = await world.server.call(phone, "POST", uploadPath, part);
			assert.notEqual(status, 200);
		}
		await identityIs(world, phone, "first");
	});

	test("opens no page of the account, and approves nothing there", async () => {
		await using world = await openAttackWorld();
		const { path } = await world.ask(world.phone, "thiefs");
		const headers = {
			authorization: `Bearer ${world.phone.accessToken}`,
			cookie: `countersign-session=${world.phone.accessToken}`,
		};
		const page = await fetch(new URL(path, world.server.url), { headers, redirect: "manual" });
		assert.equal(page.status, 303);
		assert.match(page.headers.get("location") ?? "", /^\/login\?/);
		const body = new URLSearchParams({ decision: "approve", password });
		const sent = { method: "POST", body, headers, redirect: "manual" } as const;
		assert.equal((await fetch(new URL(path, world.server.url), sent)).status, 303);
		assert.equal((await world.upload(world.phone, "thiefs")).status, 401);
	});

	test("cannot sign the keys of an identity into place by another endpoint", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		const thiefs = identityOf(phone.userId, "thiefs");
		const masterKey: Members = thiefs.body.master_key;
		const tried = { [phone.userId]: { [thiefs.master.publicKey]: masterKey } };
		const { body } = await server.call(phone, "POST", "keys/signatures/upload", tried);
		assert.notDeepEqual(body.failures ?? {}, {});
		await server.call(phone, "POST", "keys/upload", { ...thiefs.body, device_keys: thiefs.body.master_key });
		await identityIs(world, phone, "first");
	});
});

describe("while a real reset is approved", () => {
	test("another device of the account cannot use the approval", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone, upload } = world;
		const other = await server.loginDevice({ localpart: "alice", browser: alice });
		const { uiaSession: session, path } = await world.ask(phone, "second");
		await decide(alice, path, "approve");
		for (const auth of [undefined, { session }, { session, type: "m.oauth" }])
			assert.equal((await upload(other, "second", { auth })).status, 401);
		for (const auth of [{ session }, { session, type: "m.oauth" }])
			assert.equal(
				(await server.call(other, "POST", uploadPath, { auth })).status,
				200,
				"nothing is changed",
			);
		await identityIs(world, phone, "first");
		assert.equal((await upload(phone, "second")).status, 200);
		await identityIs(world, phone, "second");
	});

	test("another key set from the same device cannot use the approval", async () => {
		await using world = await openAttackWorld();
		const { alice, phone, upload } = world;
		const { uiaSession: session, path } = await world.ask(phone, "second");
		await decide(alice, path, "approve");
		const { body } = identityOf(phone.userId, "thiefs");
		const tried: readonly Members[] = [
			{},
			{ auth: { session } },
			{ auth: { session, type: "m.oauth" } },
			{ auth: { session, type: "m.oauth", master_key: identityOf(phone.userId, "second").body.master_key } },
		];
		for (const instead of tried)
			assert.equal((await upload(phone, "thiefs", instead)).status, 401, JSON.stringify(instead));
		// Half approved, half the thief's: the signatures do not fit.
		for (const slot of ["master_key", "self_signing_key", "user_signing_key"] as const)
			assert.equal((await upload(phone, "second", { [slot]: body[slot], auth: { session } })).status, 400);
		await identityIs(world, phone, "first");
	});

	test("leaving one key out is another request", async () => {
		await using world = await openAttackWorld();
		const { alice, phone, upload } = world;
		const { uiaSession: session, path } = await world.ask(phone, "second");
		await decide(alice, path, "approve");
		const without = await upload(phone, "second", { user_signing_key: undefined, auth: { session } });
		assert.equal(without.status, 401);
		assert.notEqual(without.body.session, session);
		await identityIs(world, phone, "first");
	});

	test("another user's session id names nothing", async () => {
		await using world = await openAttackWorld();
		const { server, alice, phone, upload } = world;
		const mallory = await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory", browser: mallory });
		assert.equal((await upload(theirs, "first of mallory")).status, 200);
		const own = await world.ask(theirs, "second of mallory");
		await decide(mallory, own.path, "approve");
		const auth = { session: own.uiaSession, type: "m.oauth" };
		const answer = await upload(phone, "thiefs", { auth });
		assert.equal(answer.status, 401, "mallory's approval does not open alice's account");
		assert.notEqual(answer.body.session, own.uiaSession);
		const asked = await world.ask(phone, "second");
		await decide(alice, asked.path, "approve");
		const auth2 = { session: asked.uiaSession, type: "m.oauth" };
		assert.equal((await server.call(theirs, "POST", uploadPath, { auth: auth2 })).status, 200);
		assert.equal((await upload(theirs, "second", { auth: auth2 })).status, 401);
		await identityIs(world, phone, "first");
	});

	test("keys for somebody else's user id are refused before anybody is asked", async () => {
		await using world = await openAttackWorld();
		const { server, phone } = world;
		const mallory = await server.register("mallory");
		const theirs = await server.loginDevice({ localpart: "mallory", browser: mallory });
		const { body } = identityOf(phone.userId, "thiefs");
		const answer = await server.call(theirs, "POST", uploadPath, body);
		assert.deepEqual([answer.status, answer.body.errcode], [400, "M_INVALID_PARAM"]);
		await identityIs(world, phone, "first");
	});

	test("the exact keys of the approval are all that a thief on the same device can upload", async () => {
		await using world = await openAttackWorld();
		const { alice, phone, upload } = world;
		const { path } = await world.ask(phone, "second");
		await decide(alice, path, "approve");
		const thief = { ...phone };
		assert.equal((await upload(thief, "thiefs")).status, 401);
		assert.equal((await upload(thief, "second")).status, 200);
		await identityIs(world, phone, "second");
	});
});

describe("an approval after its time", () => {
	test("is not there for a replay after it was spent", async () => {
		await using world = await openAttackWorld();
		const { alice, phone, upload } = world;
		const { uiaSession: session, path } = await world.ask(phone, "second");
		await decide(alice, path, "approve");
		assert.equal((await upload(phone, "second", { auth: { session } })).status, 200);
		assert.equal((await upload(phone, "second", { auth: { session } })).status, 200, "an honest retry");
		assert.equal((await upload(phone, "thiefs", { auth: { session, type: "m.oauth" } })).status, 401);
		await identityIs(world, phone, "second");
	});

	test("opens no way back: keys once replaced are never asked about again", async () => {
		await using world = await openAttackWorld();
		const { uiaSession: session, path } = await world.ask(world.phone, "second");
		await decide(world.alice, path, "approve");
		assert.equal((await world.upload(world.phone, "second")).status, 200);
		const { status, body } = await world.upload(world.phone, "first", { auth: { session } });
		assert.deepEqual([status, body.errcode], [403, "M_FORBIDDEN"]);
		await identityIs(world, world.phone, "second");
	});

	test("does not outlive ten minutes", async () => {
		await using world = await openAttackWorld();
		const { uiaSession: session, path } = await world.ask(world.phone, "second");
		await decide(world.alice, path, "approve");
		world.advance(10 * 60_000);
		const phone = await world.renew(world.phone);
		assert.equal((await world.upload(phone, "second", { auth: { session } })).status, 401);
		await identityIs(world, phone, "first");
	});

	test("does not outlive its session, on whichever way that ends", async () => {
		await using world = await openAttackWorld();
		const { server, alice, upload } = world;
		const metadata = await server.metadata();
		const ends: readonly ((device: LoggedInDevice) => Promise<unknown>)[] = [
			({ refreshToken: token }) =>
				fetch(`${metadata.revocation_endpoint}`, { method: "POST", body: new URLSearchParams({ token }) }),
			async ({ deviceId }) => {
				const page = await alice.open(`/account/devices/${deviceId}?delete=1`);
				await alice.press(page, /sign out/i, { password });
			},
			({ deviceId }) => server.loginDevice({ localpart: "alice", browser: alice, deviceId }),
		];
		for (const end of ends) {
			const laptop = await server.loginDevice({ localpart: "alice", browser: alice });
			const { uiaSession: session, path } = await world.ask(laptop, "second");
			await decide(alice, path, "approve");
			await end(laptop);
			assert.deepEqual([(await upload(laptop, "second")).body.errcode], ["M_UNKNOWN_TOKEN"]);
			const { deviceId } = laptop;
			const successor = await server.loginDevice({ localpart: "alice", browser: alice, deviceId });
			const answer = await upload(successor, "second", { auth: { session, type: "m.oauth" } });
			assert.equal(answer.status, 401, "the same device in a new session has nothing approved");
			assert.notEqual(answer.body.session, session);
		}
		await identityIs(world, world.phone, "first");
	});

	test("signing the asking device out on the approval page ends its access at once", async () => {
		await using world = await openAttackWorld();
		const laptop = await world.server.loginDevice({ localpart: "alice", browser: world.alice });
		const { path } = await world.ask(laptop, "thiefs");
		await decide(world.alice, path, "sign-out-device");
		assert.equal((await world.upload(laptop, "thiefs")).body.errcode, "M_UNKNOWN_TOKEN");
		assert.equal((await world.server.call(world.phone, "GET", `devices/${laptop.deviceId}`)).status, 404);
		await decide(world.alice, path, "approve").catch(() => undefined);
		await identityIs(world, world.phone, "first");
	});
});
