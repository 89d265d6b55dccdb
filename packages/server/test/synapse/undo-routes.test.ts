/** What an app removes on the way to a reset, request by request, at a real Synapse behind the printed proxy. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { rustApproved, rustRefused } from "../interop/rust-sequence.ts";
import { rawRequest } from "../support/raw-http.ts";
import { approve, password } from "../support/server.ts";
import { needsSynapseBehind, openSynapseWorld, type SynapseWorld } from "../support/synapse-world.ts";
import {
	ask,
	createUndoPeople,
	dehydrate,
	isBack,
	key,
	made,
	msc3814,
	refuse,
	room,
	secrets,
	takeAway,
	type UndoPeople,
} from "../support/undo-people.ts";
import { until } from "../support/until.ts";

const { skip } = needsSynapseBehind("nginx");
const minute = 60_000;
const day = 24 * 60 * minute;

describe("what an app removes at Synapse", { skip, timeout: 600_000 }, () => {
	let ahead = 0;
	let world: SynapseWorld;
	let people: UndoPeople;

	before(async () => {
		world = await openSynapseWorld({
			clock: () => Date.now() + ahead,
			extraConfig: { experimental_features: { msc3814_enabled: true, msc3391_enabled: true } },
		});
		people = createUndoPeople(world, () => ahead);
	});
	after(() => world[Symbol.asyncDispose]());

	test("is gone to that app, in every spelling, and to no other; and nothing of it at Synapse", async () => {
		const { phone, laptop, browser, localpart } = await people.somebody();
		await dehydrate(phone, "DRY");
		const before = await laptop.version();
		await takeAway(phone);
		assert.equal((await phone.ask("DELETE", msc3814)).status, 200);
		for (const [method, path, body] of [
			["GET", "room_keys/version"],
			["GET", "room_keys/version/1"],
			["PUT", "room_keys/version/1", made],
			["DELETE", "room_keys/keys?version=1"],
			["DELETE", `room_keys/keys/${room}/s1?version=1`],
			["GET", "/_matrix/client/r0/room_keys/version"],
			["GET", "/_matrix/client/unstable/room_keys/version/1"],
			["GET", "/_matrix/client/v3/room_keys/version/01"],
			["DELETE", "/_matrix/client/v3/room_keys/version/+1"],
			["DELETE", "/_matrix/client/v3/room_keys/%76ersion/1"],
			["DELETE", "/_matrix/client/v3//room_keys/version/1"],
			["GET", msc3814],
		] as const)
			assert.equal((await phone.ask(method, path, body)).status, 404, `${method} ${path}`);
		assert.equal((await phone.ask("DELETE", "room_keys/version/1")).status, 200, "once more");
		assert.deepEqual(await laptop.version(), before);
		assert.equal((await laptop.ask("GET", msc3814)).body.device_id, "DRY");
		assert.equal((await laptop.ask("PUT", `room_keys/keys/${room}/s2?version=1`, key)).status, 200);
		const path = await ask(phone, `${localpart}/second`);
		assert.match((await browser.open(path)).text, /2 message keys, .* until you decide/);
		const page = await refuse(browser, path);
		assert.match(page.text, /What your app had removed is back/);
		assert.equal((await phone.version()).count, 2);
		assert.equal((await phone.ask("GET", msc3814)).body.device_id, "DRY");
		for (const [type, content] of Object.entries(secrets))
			assert.deepEqual(await phone.get(type), content, type);
	});

	test("is not reached by a path that climbs, nor by MSC3391's deletion of account data", async () => {
		const { phone, laptop } = await people.somebody();
		const { port } = new URL(world.homeserver);
		const of = `${world.homeserver}_matrix/client/`.replace(/^http:\/\/[^/]*/, "");
		const data = `user/${encodeURIComponent(phone.signedIn.userId)}/account_data`;
		for (const [method, path] of [
			...[
				"version/..",
				"version/1/..",
				"version/1%2F..%2F..%2Fx",
				"version/1/../../../x",
				"x/../version/1",
			].map((path) => ["DELETE", `v3/room_keys/${path}`] as const),
			["DELETE", `v3/room_keys/keys/${room}/s1/../../../x?version=1`],
			["DELETE", "v3/room_keys/keys/..?version=1"],
			["PUT", `v3/${data}/m.megolm_backup.v1/../x`],
			["PUT", `v3/${data}/m.megolm_backup.v1/%2e%2e/%2e%2e/x`],
			["PUT", `v3/${data}/x/../m.megolm_backup.v1/..`],
			["DELETE", `unstable/org.matrix.msc3391/${data}/m.megolm_backup.v1/../x`],
		] as const)
			await rawRequest(
				Number(port),
				[
					`${method} ${of}${path} HTTP/1.1`,
					`Host: 127.0.0.1:${port}`,
					`Authorization: Bearer ${phone.signedIn.accessToken}`,
					"Content-Length: 2",
				],
				"{}",
			);
		const version = await phone.version();
		assert.deepEqual([version.version, version.count], ["1", 1]);
		for (const [type, content] of Object.entries(secrets))
			assert.deepEqual(await phone.get(type), content, type);
		const removal = `/_matrix/client/unstable/org.matrix.msc3391/${data}/m.megolm_backup.v1`;
		assert.equal((await phone.ask("PUT", removal, {})).status, 405);
		assert.equal((await phone.ask("DELETE", removal)).status, 200);
		assert.equal((await laptop.get("m.megolm_backup.v1")).errcode, "M_NOT_FOUND");
		ahead += 11 * minute;
		await until(async () => (await laptop.get("m.megolm_backup.v1")).encrypted !== undefined);
		assert.deepEqual(await laptop.get("m.megolm_backup.v1"), secrets["m.megolm_backup.v1"]);
	});

	test("comes back when nobody answers, and after ten minutes in which nobody was asked", async () => {
		const [asked, quiet] = [await people.somebody(), await people.somebody()];
		await takeAway(asked.phone);
		await takeAway(quiet.phone);
		await ask(asked.phone, `${asked.localpart}/second`);
		ahead += 11 * minute;
		await isBack(quiet.phone);
		assert.equal(await asked.phone.version(), 404);
		ahead += 5 * minute;
		await isBack(asked.phone);
	});

	test("stays away where it was wanted: switched off, or another begun", async () => {
		const [off, anew, rust] = [await people.somebody(), await people.somebody(), await people.somebody()];
		await rust.phone.ask("DELETE", "room_keys/version/1");
		await rust.phone.put("m.secret_storage.default_key", {});
		await rust.phone.put("m.key_backup", { enabled: false });
		await takeAway(off.phone);
		await off.phone.put("m.org.matrix.custom.backup_disabled", { disabled: true });
		await anew.phone.ask("DELETE", "room_keys/version/1");
		assert.equal((await anew.phone.ask("POST", "room_keys/version", made)).body.version, "2");
		assert.equal((await anew.laptop.ask("GET", "room_keys/version/1")).status, 404);
		ahead += 11 * minute;
		for (const { laptop } of [off, rust]) await until(async () => (await laptop.version()) === 404);
		assert.equal((await off.laptop.get("m.secret_storage.default_key")).key, undefined);
		assert.equal((await anew.laptop.version()).version, "2");
	});

	test("does not come back over what was written since, and the page says so", async () => {
		const { phone, laptop, browser, localpart } = await people.somebody();
		await takeAway(phone);
		const path = await ask(phone, `${localpart}/second`);
		await laptop.put("m.secret_storage.default_key", { key: "K2" });
		assert.match((await refuse(browser, path)).text, /Secret storage was changed meanwhile/);
		assert.equal((await phone.version()).version, "1");
		assert.deepEqual(await phone.get("m.secret_storage.default_key"), { key: "K2" });
		assert.equal((await phone.get("m.cross_signing.master")).encrypted, undefined);
	});

	test("comes back beside a backup that its person began anew meanwhile, and is read there by its number", async () => {
		const { phone, laptop, browser, localpart } = await people.somebody();
		await takeAway(phone);
		const path = await ask(phone, `${localpart}/second`);
		assert.equal((await laptop.ask("DELETE", "room_keys/version/1")).status, 200);
		assert.equal((await laptop.ask("POST", "room_keys/version", made)).body.version, "2");
		const own = { encrypted: { K1: { ciphertext: "of the new backup" } } };
		await laptop.put("m.megolm_backup.v1", own);
		assert.match((await refuse(browser, path)).text, /Secret storage was changed meanwhile/);
		for (const device of [phone, laptop]) {
			assert.equal((await device.version()).version, "2");
			const { status, body } = await device.ask("GET", "room_keys/version/1");
			assert.deepEqual([status, body.version, body.count], [200, "1", 1]);
			assert.equal((await device.ask("GET", `room_keys/keys/${room}/s1?version=1`)).status, 200);
			assert.deepEqual(await device.get("m.megolm_backup.v1"), own);
		}
		const late = await phone.ask("PUT", `room_keys/keys/${room}/s9?version=1`, key);
		assert.deepEqual([late.status, late.body.errcode], [403, "M_WRONG_ROOM_KEYS_VERSION"]);
	});

	test("is nowhere any more once its account is closed, held and kept", async () => {
		const { phone, browser, localpart } = await people.somebody();
		await phone.ask("DELETE", "room_keys/version/1");
		assert.equal((await phone.ask("POST", "room_keys/version", made)).body.version, "2");
		await takeAway(phone);
		const database = new DatabaseSync(join(world.synapse.dataDirectory, "homeserver.db"), { timeout: 5_000 });
		const there = (table: string) =>
			database.prepare(`SELECT count(*) AS n FROM ${table} WHERE user_id = ?`).get(`@${localpart}:localhost`)
				?.n;
		const tables = ["e2e_room_keys_versions", "e2e_room_keys", "account_data"];
		assert.ok(tables.every((table) => Number(there(table)) > 0));
		await browser.press(await browser.open("/account/deactivate"), "Deactivate for good", {
			...{ username: localpart, password },
		});
		await until(() => tables.every((table) => there(table) === 0));
		database.close();
	});

	test("is gone to everybody after the reset, deleted at Synapse seven days later, and nothing else of it", async () => {
		const { phone, laptop, browser, localpart } = await people.somebody();
		await dehydrate(phone, "DRY");
		await takeAway(phone);
		assert.equal((await phone.ask("DELETE", msc3814)).status, 200);
		await approve(browser, await ask(phone, `${localpart}/second`), localpart);
		assert.equal((await phone.upload(`${localpart}/second`)).status, 200);
		for (const device of [phone, laptop]) {
			assert.equal(await device.version(), 404);
			assert.equal((await device.ask("GET", "room_keys/version/1")).status, 404);
			assert.equal((await device.ask("DELETE", "room_keys/version/1")).status, 200);
		}
		assert.equal((await laptop.ask("GET", msc3814)).status, 404, "its identity is over");
		await until(async () => (await laptop.atSynapse(msc3814)) === 404);
		assert.equal((await phone.ask("POST", "room_keys/version", made)).body.version, "2");
		ahead += 6 * day;
		assert.equal(await laptop.atSynapse("room_keys/version/1"), 200);
		ahead += 2 * day;
		await until(async () => (await laptop.atSynapse("room_keys/version/1")) === 404);
		assert.equal((await laptop.version()).version, "2");
	});

	for (const release of ["0.18", "0.19"] as const) {
		const place = () => ({ server: world, accounts: world.accounts, release });
		test(`is what the Rust SDK removes, too, and is back after a refusal (${release})`, () =>
			rustRefused(place()));
		test(`is kept after an approval of the Rust SDK's request, with what opens it (${release})`, () =>
			rustApproved(place()));
	}

	test("can neither be pushed out nor be asked back by whoever has a token, however often", async () => {
		const { phone, laptop } = await people.somebody();
		const statuses: number[] = [];
		for (let time = 1; time <= 25; time++) {
			const current = (await phone.version()).version;
			statuses.push((await phone.ask("DELETE", `room_keys/version/${current}`)).status);
			await phone.ask("POST", "room_keys/version", made);
		}
		assert.deepEqual([statuses.filter((one) => one === 200).length, statuses.at(-1)], [20, 429]);
		assert.equal(await laptop.atSynapse("room_keys/version/1"), 200, "the first is kept");
		assert.equal((await laptop.ask("GET", "room_keys/version/1")).status, 404);
		await until(async () => (await laptop.atSynapse("room_keys/version/5")) === 404);
		await phone.put("m.secret_storage.default_key", { key: "K2" });
		assert.equal(await laptop.atSynapse("room_keys/version/1"), 200, "a renewal drops nothing");
	});
});

test("with undo_days at 0 a reset leaves nothing of it at Synapse, and a refusal gives it back", {
	skip,
	timeout: 300_000,
}, async () => {
	await using world = await openSynapseWorld({ environment: { COUNTERSIGN_UNDO_DAYS: "0" } });
	const people = createUndoPeople(world, () => 0);
	const [reset, refused] = [await people.somebody(), await people.somebody()];
	await takeAway(refused.phone);
	await refuse(refused.browser, await ask(refused.phone, `${refused.localpart}/second`));
	await isBack(refused.phone);
	const { phone, laptop, browser, localpart } = reset;
	await takeAway(phone);
	await approve(browser, await ask(phone, `${localpart}/second`), localpart);
	assert.equal(await laptop.atSynapse("room_keys/version/1"), 200, "as long as nothing was replaced");
	assert.equal((await phone.upload(`${localpart}/second`)).status, 200);
	assert.equal(await laptop.version(), 404);
	await until(async () => (await laptop.atSynapse("room_keys/version/1")) === 404);
	assert.match((await browser.open("/account/kept")).text, /Nothing is kept/);
	assert.equal((await phone.ask("POST", "room_keys/version", made)).body.version, "2");
	await until(async () => (await laptop.version()).version === "2");
	assert.equal(await refused.laptop.atSynapse("room_keys/version/1"), 200);
});
