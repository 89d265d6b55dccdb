/** What an approved reset leaves for some days: its person lets one app read it, or deletes it sooner. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type App, type Browser, openResetWorld, password, type ResetWorld } from "../support/reset-world.ts";

const minute = 60_000;
const room = encodeURIComponent("!room:example.org");
const key = {
	...{ first_message_index: 0, forwarded_count: 0, is_verified: true, session_data: { ciphertext: "c" } },
};
const described = { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "i", mac: "m" };
const wrapped = { encrypted: { K1: { ciphertext: "d" } } };
const dataPath = (type: string) => `user/%40anna%3Alocalhost/account_data/${type}`;
const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";

/** Anna, with a backup of one key, of which her phone deletes the version and the default key alone, as the Rust SDK does. */
async function openAnna(world: ResetWorld) {
	const browser = await world.register("anna");
	const phone = await world.app("anna", { deviceId: "PHONEPHONE" });
	const laptop = await world.app("anna", { deviceId: "LAPTOPLAPTOP" });
	assert.equal((await phone.upload("first")).status, 200);
	await phone.call("POST", "room_keys/version", { algorithm, auth_data: { public_key: "abc" } });
	await phone.call("PUT", `room_keys/keys/${room}/s1?version=1`, key);
	for (const [type, content] of [
		["m.secret_storage.default_key", { key: "K1" }],
		["m.secret_storage.key.K1", described],
		["m.megolm_backup.v1", wrapped],
	] as const)
		await phone.call("PUT", dataPath(type), content);
	return { browser, phone, laptop };
}

async function reset(world: ResetWorld, browser: Browser, phone: App): Promise<void> {
	assert.equal((await phone.call("DELETE", "room_keys/version/1")).status, 200);
	await phone.call("PUT", dataPath("m.secret_storage.default_key"), {});
	const { body } = await phone.upload("second");
	const page = await browser.get(new URL(body.params["m.oauth"].url).pathname);
	await browser.submit(page, { decision: "approve", password, understood: "yes", agree: "yes" });
	world.advance(1);
	assert.equal((await phone.upload("second")).status, 200);
	world.advance(1);
	// Only now: the hold is over, and what opened the old backup is written over.
	await phone.call("PUT", dataPath("m.megolm_backup.v1"), { encrypted: { K2: { ciphertext: "new" } } });
}

const readKept = (app: App) => app.call("GET", "/undo/v1/kept");
const keysOf = (app: App) => app.call("GET", "room_keys/keys?version=1");
const kinds = async (world: ResetWorld, { accountId }: App) =>
	(await world.storage.read.events.list(accountId, { limit: 50 }))
		.filter(({ kind }) => kind.startsWith("reset-data"))
		.map(({ kind, actor, deviceId, address }) => [kind, actor?.kind, deviceId, address !== undefined]);
const settle = async (world: ResetWorld) => {
	for (const job of world.parts.jobs) await job.run(new AbortController().signal);
};

async function letRead(browser: Browser, app: App, more: Readonly<Record<string, string>> = {}) {
	const page = await browser.get("/account/kept");
	return browser.submit(page, { decision: "read", device: app.sessionId, ...more });
}

describe("what is kept after an approved reset", () => {
	test("is read by the app that its person lets, for ten minutes; a token alone opens nothing", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		assert.doesNotMatch((await browser.get("/account/")).text, /Removed key backup/);
		const closed = await readKept(phone);
		await reset(world, browser, phone);
		for (const app of [phone, laptop]) {
			assert.equal((await keysOf(app)).status, 404);
			const { status, body } = await readKept(app);
			assert.deepEqual([status, body.errcode], [403, "M_FORBIDDEN"]);
			assert.equal(body.url, `http://localhost:8008/account/kept?device_id=${app.deviceId}`);
		}
		assert.deepEqual(closed, await readKept(phone), "it does not say whether there is anything");
		const { status: none, body: said } = await phone.call("GET", "/undo/v1/else");
		assert.deepEqual([none, said.errcode], [404, "M_UNRECOGNIZED"]);
		assert.match((await browser.get("/account/")).text, /Removed key backup/);
		world.advance(1);
		const page = await browser.get(`/account/kept?device_id=${laptop.deviceId}`);
		assert.match(page.text, /1 message key/);
		assert.match(page.text, new RegExp(`value="${laptop.sessionId}" checked`));
		assert.equal((await letRead(browser, laptop)).location, "/account/kept");
		const opened = (await browser.get("/account/kept")).text;
		assert.match(opened, /An app can read it now/);
		assert.match(opened, /in 10 minutes/);
		const { status, body } = await readKept(laptop);
		assert.equal(status, 200, JSON.stringify(body));
		const secrets = { "m.megolm_backup.v1": wrapped, "m.secret_storage.key.K1": described };
		assert.deepEqual(body.kept, [{ version: "1", until: world.now() - 2 + 7 * 24 * 60 * minute, secrets }]);
		assert.deepEqual((await keysOf(laptop)).body.rooms["!room:example.org"].sessions.s1, key);
		assert.deepEqual([(await readKept(phone)).status, (await keysOf(phone)).status], [403, 404]);
		assert.equal((await laptop.call("GET", "room_keys/version/1")).status, 404);
		assert.equal((await laptop.call("DELETE", "room_keys/keys?version=1")).status, 404);
		world.advance(10 * minute);
		assert.deepEqual([(await readKept(laptop)).status, (await keysOf(laptop)).status], [403, 404]);
		assert.doesNotMatch((await browser.get("/account/kept")).text, /An app can read it now/);
		assert.deepEqual(await kinds(world, phone), [
			["reset-data-opened", "person", "LAPTOPLAPTOP", true],
			["reset-data-kept", "server", "PHONEPHONE", true],
			["reset-data-held", "server", "PHONEPHONE", true],
		]);
	});

	test("asks for the password when that is long ago, for both, and for an app of one's own", async () => {
		await using world = await openResetWorld();
		const { browser, phone } = await openAnna(world);
		await reset(world, browser, phone);
		world.advance(6 * minute);
		const { text } = await browser.get("/account/kept");
		assert.deepEqual([text.split("<form").length, text.split('name="password"').length], [2, 2]);
		assert.match(text, /name="password".*Let it read.*Delete now.*<\/form>/s, "it is for either");
		for (const decision of ["read", "delete"])
			assert.match((await letRead(browser, phone, { decision })).text, /Enter your password/);
		assert.equal((await letRead(browser, phone, { device: "somebody/ELSE" })).status, 400);
		assert.equal((await letRead(browser, phone, { decision: "neither" })).status, 400);
		assert.equal((await readKept(phone)).status, 403);
		assert.equal((await letRead(browser, phone, { password })).status, 303);
		assert.equal((await readKept(phone)).status, 200);
	});

	test("is deleted when its person says so, and nothing is left of it", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await reset(world, browser, phone);
		await letRead(browser, laptop);
		world.advance(1);
		const page = await browser.get("/account/kept");
		const twice = await Promise.all([1, 2].map(() => browser.submit(page, { decision: "delete" })));
		assert.deepEqual(
			twice.map(({ status, location }) => [status, location]),
			[303, 303].map((status) => [status, "/account/kept"]),
		);
		assert.match((await browser.get("/account/kept")).text, /Nothing is kept/);
		assert.deepEqual([(await readKept(laptop)).status, (await keysOf(laptop)).status], [403, 404]);
		const { accountId } = phone;
		assert.deepEqual(await world.storage.read.backedUpKeys.list({ accountId, version: 1 }, {}), []);
		assert.deepEqual(await world.storage.read.heldBeside.accountData("1"), []);
		assert.equal((await browser.submit(page, { decision: "delete" })).location, "/account/kept", "once more");
		const told = await kinds(world, phone);
		assert.deepEqual(told[0], ["reset-data-deleted", "person", undefined, true]);
		assert.equal(told.filter(([kind]) => kind === "reset-data-deleted").length, 1);
	});

	test("goes by itself when its time is over, and says so; without days nothing is kept", async () => {
		for (const [days, kept] of [
			[2, "reset-data-kept"],
			[0, "reset-data-dropped"],
		] as const) {
			await using world = await openResetWorld({ keptMs: days * 24 * 60 * minute });
			const { browser, phone } = await openAnna(world);
			await reset(world, browser, phone);
			assert.equal((await kinds(world, phone))[0]?.[0], kept);
			const keys = () => world.storage.read.backedUpKeys.list({ accountId: phone.accountId, version: 1 }, {});
			world.advance(days * 24 * 60 * minute - 1);
			await settle(world);
			assert.equal((await keys()).length, days === 0 ? 0 : 1);
			world.advance(1);
			await settle(world);
			assert.equal((await keys()).length, 0);
			assert.equal((await kinds(world, phone))[0]?.[0], "reset-data-dropped");
		}
	});
});
