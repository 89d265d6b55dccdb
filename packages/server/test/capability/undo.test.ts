import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type App, type Browser, openResetWorld, password, type ResetWorld } from "../support/reset-world.ts";

const algorithm = "m.megolm_backup.v1.curve25519-aes-sha2";
const authData = { public_key: "abc", signatures: {} };
const room = encodeURIComponent("!room:example.org");
const key = {
	first_message_index: 0,
	forwarded_count: 0,
	is_verified: true,
	session_data: { ciphertext: "c" },
};
const minute = 60_000;
/** Of a thief: 3 000 are seven days, after which the first is dropped. */
const times = Math.max(60, Math.min(2_000, Number(process.env.COUNTERSIGN_KILLS ?? 60)));
const day = 24 * 60 * minute;

const secrets = {
	"m.secret_storage.default_key": { key: "K1" },
	"m.secret_storage.key.K1": { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "i", mac: "m" },
	"m.cross_signing.master": { encrypted: { K1: { ciphertext: "a" } } },
	"m.cross_signing.self_signing": { encrypted: { K1: { ciphertext: "b" } } },
	"m.cross_signing.user_signing": { encrypted: { K1: { ciphertext: "c" } } },
	"m.megolm_backup.v1": { encrypted: { K1: { ciphertext: "d" } } },
} as const;

/** Somebody with an identity, a backup of two keys, secret storage, and two devices. */
async function openAnna(world: ResetWorld) {
	const browser = await world.register("anna");
	const phone = await world.app("anna", { deviceId: "PHONEPHONE" });
	const laptop = await world.app("anna", { deviceId: "LAPTOPLAPTOP" });
	assert.equal((await phone.upload("first")).status, 200);
	await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
	for (const session of ["s1", "s2"])
		assert.equal((await phone.call("PUT", `room_keys/keys/${room}/${session}?version=1`, key)).status, 200);
	for (const [type, content] of Object.entries(secrets)) await put(phone, type, content);
	return { browser, phone, laptop };
}

const put = (app: App, type: string, content: unknown) =>
	app.call("PUT", `user/%40anna%3Alocalhost/account_data/${type}`, content);
const get = async (app: App, type: string) =>
	(await app.call("GET", `user/%40anna%3Alocalhost/account_data/${type}`)).body;

/** What matrix-js-sdk 43 does before it uploads: the backup and then secret storage, the default key first. */
async function takeAway(world: ResetWorld, app: App): Promise<void> {
	for (;;) {
		const { status, body } = await app.call("GET", "room_keys/version");
		if (status === 404) break;
		assert.equal((await app.call("DELETE", `room_keys/version/${body.version}`)).status, 200);
	}
	for (const type of Object.keys(secrets)) assert.equal((await put(app, type, {})).status, 200);
	world.advance(1);
}

const version = async (app: App) => {
	const { status, body } = await app.call("GET", "room_keys/version");
	return status === 200 ? body : status;
};

async function ask(app: App, identity: string): Promise<string> {
	const { status, body } = await app.upload(identity);
	assert.equal(status, 401);
	return new URL(body.params["m.oauth"].url).pathname;
}

async function decide(browser: Browser, path: string, decision: string) {
	const page = await browser.get(path);
	return browser.submit(page, { decision, password, understood: "yes", agree: "yes" });
}

const settle = async (world: ResetWorld) => {
	for (const job of world.parts.jobs) await job.run(new AbortController().signal);
};

const kindsOf = async (world: ResetWorld, app: App) =>
	(await world.storage.read.events.list(app.accountId, { limit: 50 }))
		.map(({ kind }) => kind)
		.filter((kind) => kind.startsWith("reset-data"))
		.sort();

describe("what an app takes away on the way to a reset", () => {
	test("is gone to that app, and to no other", async () => {
		await using world = await openResetWorld();
		const { phone, laptop } = await openAnna(world);
		const before = await version(laptop);
		await takeAway(world, phone);
		assert.equal(await version(phone), 404);
		assert.equal((await phone.call("GET", "room_keys/version/1")).status, 404);
		assert.equal((await phone.call("DELETE", "room_keys/version/1")).status, 200);
		assert.equal((await phone.call("DELETE", "room_keys/keys?version=1")).status, 404);
		assert.equal(
			(await phone.call("PUT", "room_keys/version/1", { algorithm, auth_data: { public_key: "x" } })).status,
			404,
		);
		assert.deepEqual(await version(laptop), before);
		assert.equal((await laptop.call("PUT", `room_keys/keys/${room}/s3?version=1`, key)).status, 200);
	});

	test("comes back with the refusal, exactly as it was, and the laptop's backup never stopped", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		const before = await version(laptop);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		assert.deepEqual(await version(laptop), before);
		assert.match((await browser.get(path)).text, /backup of 2 message keys, .* until you decide/);
		await decide(browser, path, "deny");
		assert.deepEqual(await version(phone), before);
		assert.deepEqual(await version(laptop), before);
		for (const [type, content] of Object.entries(secrets)) assert.deepEqual(await get(phone, type), content);
		assert.match(
			(await browser.get(path)).text,
			/What your app had removed is back[\s\S]*Your backup holds 2 message keys/,
		);
		assert.deepEqual(await kindsOf(world, phone), ["reset-data-back", "reset-data-held"]);
	});

	test("comes back within seconds of the end of a request that nobody answered", async () => {
		await using world = await openResetWorld();
		const { phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		await ask(phone, "second");
		world.advance(15 * minute - 1);
		await settle(world);
		assert.equal(await version(phone), 404);
		world.advance(1);
		await settle(world);
		assert.deepEqual(await version(phone), await version(laptop));
		assert.deepEqual(await get(phone, "m.megolm_backup.v1"), secrets["m.megolm_backup.v1"]);
	});

	test("comes back after ten quiet minutes in which nobody asked for anything", async () => {
		await using world = await openResetWorld();
		const { phone } = await openAnna(world);
		await takeAway(world, phone);
		world.advance(10 * minute - 2);
		await settle(world);
		assert.equal(await version(phone), 404);
		world.advance(1);
		await settle(world);
		assert.equal((await version(phone)).version, "1");
	});

	test("comes back when the device that took it is signed out", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		await decide(browser, path, "sign-out-device");
		await settle(world);
		assert.equal((await version(laptop)).version, "1");
		assert.deepEqual(await get(laptop, "m.secret_storage.default_key"), { key: "K1" });
	});

	test("does not come back over what an app wrote since, and the page says so", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		await put(laptop, "m.secret_storage.default_key", { key: "K2" });
		await decide(browser, path, "deny");
		assert.equal((await version(phone)).version, "1");
		assert.deepEqual(await get(phone, "m.secret_storage.default_key"), { key: "K2" });
		assert.deepEqual(await get(phone, "m.cross_signing.master"), {});
		assert.match((await browser.get(path)).text, /Secret storage was changed meanwhile/);
		assert.deepEqual(await kindsOf(world, phone), ["reset-data-back-in-part", "reset-data-held"]);
	});

	test("then leaves its person what opened the backup, for seven days, and the backup for good", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		await put(laptop, "m.secret_storage.default_key", { key: "K2" });
		await decide(browser, path, "deny");
		const answer = (await browser.get(path)).text;
		assert.match(answer, /<a href="\/account\/kept">what your old recovery key opens<\/a> is kept/);
		const page = await browser.get("/account/kept");
		assert.match(page.text, /is in its place\. Secret storage is not as it was[\s\S]*2 message keys/);
		assert.equal((await laptop.call("GET", "/undo/v1/kept")).status, 403, "a token alone opens nothing");
		await put(laptop, "m.secret_storage.default_key", { key: "K3" });
		await browser.submit(page, { decision: "read", device: laptop.sessionId });
		const { body } = await laptop.call("GET", "/undo/v1/kept");
		const { "m.megolm_backup.v1": wrapped, "m.secret_storage.key.K1": described } = secrets;
		assert.deepEqual(
			body.kept.map(({ version, secrets: opening }: Record<string, unknown>) => [version, opening]),
			[["1", { "m.megolm_backup.v1": wrapped, "m.secret_storage.key.K1": described }]],
		);
		assert.equal((await laptop.call("GET", "room_keys/keys?version=1")).status, 200);
		world.advance(7 * day + 1);
		await world.storage.write((unit) => unit.holds.dropOver(world.now(), world.now()));
		assert.match((await browser.get("/account/kept")).text, /Nothing is kept/);
		assert.equal((await laptop.call("GET", "room_keys/version/1")).body.count, 2);
	});

	test("does not come back over a backup that its person began anew meanwhile on another device", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		assert.equal((await laptop.call("DELETE", "room_keys/version/1")).status, 200);
		const made = await laptop.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		const own = { encrypted: { K1: { ciphertext: "of the new backup" } } };
		await put(laptop, "m.megolm_backup.v1", own);
		await decide(browser, path, "deny");
		assert.deepEqual(await get(laptop, "m.megolm_backup.v1"), own);
		assert.equal((await version(laptop)).version, made.body.version);
		for (const device of [phone, laptop]) {
			const { status, body } = await device.call("GET", "room_keys/version/1");
			assert.deepEqual([status, body.version, body.count], [200, "1", 2], "beside the newer one");
			assert.equal((await device.call("GET", `room_keys/keys/${room}/s1?version=1`)).status, 200);
		}
		assert.equal((await phone.call("PUT", `room_keys/keys/${room}/s9?version=1`, key)).status, 403);
		assert.match((await browser.get(path)).text, /Secret storage was changed meanwhile/);
	});

	test("is gone to everybody once the reset has happened, kept for seven days, and then dropped", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		await decide(browser, path, "approve");
		assert.equal((await phone.upload("second")).status, 200);
		assert.equal(await version(laptop), 404);
		assert.equal((await laptop.call("PUT", `room_keys/keys/${room}/s9?version=1`, key)).status, 404);
		assert.equal((await laptop.call("GET", "room_keys/keys?version=1")).status, 404);
		const made = await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		assert.equal(made.body.version, "2");
		assert.deepEqual(await get(phone, "m.cross_signing.master"), {});
		assert.deepEqual(await kindsOf(world, phone), ["reset-data-held", "reset-data-kept"]);
		const keys = () => world.storage.read.backedUpKeys.list({ accountId: phone.accountId, version: 1 }, {});
		world.advance(7 * day - 1);
		await world.storage.write((unit) => unit.holds.dropOver(world.now(), world.now()));
		assert.equal((await keys()).length, 2);
		world.advance(2);
		await world.storage.write((unit) => unit.holds.dropOver(world.now(), world.now()));
		assert.equal((await keys()).length, 0);
		assert.equal((await version(phone)).version, "2");
	});
});

describe("a deletion that was wanted for itself stays", () => {
	for (const [by, type, mark] of [
		["Element", "m.org.matrix.custom.backup_disabled", { disabled: true }],
		["the Rust SDK", "m.key_backup", { enabled: false }],
	] as const)
		test(`switched off in ${by}`, async () => {
			await using world = await openResetWorld();
			const { phone, laptop } = await openAnna(world);
			await takeAway(world, phone);
			await put(phone, type, mark);
			assert.equal(await version(laptop), 404);
			world.advance(60 * minute);
			await settle(world);
			assert.equal(await version(laptop), 404);
			assert.deepEqual(await get(laptop, "m.secret_storage.default_key"), {});
		});

	test("what the Rust SDK takes away after it has said so, and no more than that", async () => {
		await using world = await openResetWorld();
		const { phone, laptop } = await openAnna(world);
		const emptied = { encrypted: {} };
		const rest = ["master", "self_signing", "user_signing"].map((name) => `m.cross_signing.${name}`);
		assert.equal((await phone.call("DELETE", "room_keys/version/1")).status, 200);
		for (const type of ["m.secret_storage.key.K1", "m.secret_storage.default_key"])
			await put(phone, type, {});
		await put(phone, "m.key_backup", { enabled: false });
		await put(phone, "m.org.matrix.custom.backup_disabled", { disabled: true });
		for (const type of [...rest, "m.megolm_backup.v1"])
			assert.equal((await put(phone, type, emptied)).status, 200);
		world.advance(60 * minute);
		await settle(world);
		for (const type of [...rest, "m.megolm_backup.v1"]) assert.deepEqual(await get(laptop, type), emptied);
		assert.deepEqual(await kindsOf(world, phone), ["reset-data-held", "reset-data-wanted"]);

		// An hour later it is an attempt of its own.
		await put(phone, "m.cross_signing.master", secrets["m.cross_signing.master"]);
		await put(phone, "m.cross_signing.master", emptied);
		world.advance(60 * minute);
		await settle(world);
		assert.deepEqual(await get(laptop, "m.cross_signing.master"), secrets["m.cross_signing.master"]);
	});

	test("another backup begun in its place", async () => {
		await using world = await openResetWorld();
		const { phone, laptop } = await openAnna(world);
		await phone.call("DELETE", "room_keys/version/1");
		const made = await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		assert.equal(made.body.version, "2");
		world.advance(60 * minute);
		await settle(world);
		assert.equal((await version(laptop)).version, "2");
		assert.equal((await laptop.call("GET", "room_keys/version/1")).status, 404);
	});

	test("the old backup, once another one is there", async () => {
		await using world = await openResetWorld();
		const { phone, laptop } = await openAnna(world);
		await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		assert.equal((await phone.call("DELETE", "room_keys/version/1")).status, 200);
		world.advance(60 * minute);
		await settle(world);
		assert.equal((await version(laptop)).version, "2");
		assert.equal((await laptop.call("GET", "room_keys/version/1")).status, 404);
		assert.deepEqual((await kindsOf(world, phone)).toSorted(), ["reset-data-held", "reset-data-wanted"]);
	});

	test("an old version that is deleted takes none before it, not even when its time is over", async () => {
		await using world = await openResetWorld();
		const { phone, laptop } = await openAnna(world);
		for (let time = 1; time <= 2; time++)
			await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		assert.equal((await phone.call("DELETE", "room_keys/version/2")).status, 200);
		const stands = async () => {
			for (const device of [phone, laptop]) {
				const said = [1, 2, 3].map(
					async (each) => (await device.call("GET", `room_keys/version/${each}`)).status,
				);
				assert.deepEqual(await Promise.all(said), [200, 404, 200]);
			}
			assert.equal((await phone.call("GET", "room_keys/version/1")).body.count, 2);
		};
		await stands();
		world.advance(8 * 24 * 60 * minute);
		await settle(world);
		await stands();
	});

	test("is kept for its person all the same, though a recovery key replaces the old one", async () => {
		await using world = await openResetWorld();
		const { phone } = await openAnna(world);
		await phone.call("DELETE", "room_keys/version/1");
		await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		await put(phone, "m.secret_storage.default_key", { key: "K2" });
		assert.equal((await world.storage.read.holds.kept(phone.accountId)).length, 1);
	});
});

describe("whoever has a token", () => {
	test("cannot push out what is kept for the person, nor fill the disk or the log", async () => {
		await using world = await openResetWorld();
		const { phone } = await openAnna(world);
		const statuses: number[] = [];
		for (let time = 1; time <= 100; time++) {
			world.advance(1);
			const current = (await phone.call("GET", "room_keys/version")).body.version;
			statuses.push((await phone.call("DELETE", `room_keys/version/${current}`)).status);
			await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		}
		assert.deepEqual([statuses.filter((one) => one === 200).length, statuses.at(-1)], [20, 429]);
		const first = await world.storage.read.backedUpKeys.list({ accountId: phone.accountId, version: 1 }, {});
		assert.equal(first.length, 2);
		assert.equal((await kindsOf(world, phone)).filter((kind) => kind === "reset-data-held").length, 20);
	});

	test("has not pushed out the first of it after hundreds of times, over hours, and rows and bytes are few", async () => {
		await using world = await openResetWorld();
		const { phone } = await openAnna(world);
		const { accountId } = phone;
		const statuses = new Map<number, number>();
		for (let time = 1; time <= times; time++) {
			world.advance(3 * minute + 1);
			const current = (await phone.call("GET", "room_keys/version")).body.version;
			const { status } = await phone.call("DELETE", `room_keys/version/${current}`);
			statuses.set(status, (statuses.get(status) ?? 0) + 1);
			await put(phone, "m.megolm_backup.v1", { encrypted: { junk: { ciphertext: "x".repeat(2_000) } } });
			await phone.call("POST", "room_keys/version", { algorithm, auth_data: authData });
		}
		assert.deepEqual([...statuses], [[200, times]]);
		const { backedUpKeys, holds } = world.storage.read;
		assert.equal((await backedUpKeys.list({ accountId, version: 1 }, {})).length, 2);
		assert.deepEqual(
			(await holds.kept(accountId)).map(({ floor }) => floor),
			[1, 2],
		);
		const [held] = world.rows(
			"SELECT count(*) AS types, sum(length(before) + length(written)) AS bytes FROM held_account_data",
		);
		assert.ok(Number(held?.types) <= 4, `${held?.types}`);
		assert.ok(Number(held?.bytes) < 10_000, `${held?.bytes}`);
	});

	test("cannot bring back what an approved reset took, nor a refusal of another device's request", async () => {
		await using world = await openResetWorld();
		const { browser, phone, laptop } = await openAnna(world);
		await takeAway(world, phone);
		const path = await ask(phone, "second");
		const other = await ask(laptop, "third");
		await decide(browser, other, "deny");
		assert.equal(await version(phone), 404, "the phone's request still waits");
		await decide(browser, path, "approve");
		assert.equal((await phone.upload("second")).status, 200);
		world.advance(60 * minute);
		await settle(world);
		assert.equal(await version(laptop), 404);
		assert.equal((await laptop.call("GET", "room_keys/version/1")).status, 404);
	});
});
