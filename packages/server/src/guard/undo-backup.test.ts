import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { alice } from "../../test/support/session-world.ts";
import type { UndoBehind } from "../../test/support/undo-behind.ts";
import {
	backupPath,
	dataAt,
	dehydratedPath,
	openUndoGuarding,
	type UndoGuarding,
} from "../../test/support/undo-guarding.ts";

let world: UndoGuarding;
let behind: UndoBehind;
let phone: string;
let laptop: string;
before(async () => {
	world = await openUndoGuarding();
});
beforeEach(async () => {
	await world.afresh();
	[behind, phone, laptop] = [world.behind(), world.phone(), world.laptop()];
});
after(() => world[Symbol.asyncDispose]());

const master = "m.cross_signing.master";
const encrypted = { encrypted: { K1: { ciphertext: "a" } } };

describe("a version of the key backup that a device takes away", () => {
	beforeEach(() => void behind.versions.add(1).add(2));

	test("is gone to that device with all before it, and stands for all others and at the homeserver", async () => {
		const removed = await world.ask(phone, `DELETE ${backupPath}/2`);
		assert.deepEqual([removed.status, removed.body], [200, {}]);
		assert.deepEqual(world.arrived(), [
			"GET room_keys/version/2",
			"GET room_keys/version",
			"GET user/%40alice%3Alocalhost/account_data/m.org.matrix.custom.backup_disabled",
			"GET user/%40alice%3Alocalhost/account_data/m.key_backup",
			"GET user/%40alice%3Alocalhost/account_data/m.megolm_backup.v1",
		]);
		for (const line of [
			`GET ${backupPath}`,
			`GET ${backupPath}/1`,
			`PUT ${backupPath}/2`,
			"DELETE v3/room_keys/keys?version=2",
		]) {
			const { status, body } = await world.ask(phone, line);
			assert.deepEqual(
				[status, body],
				[404, { errcode: "M_NOT_FOUND", error: "There is no such key backup" }],
				line,
			);
		}
		world.arrived();
		for (const version of [1, 2]) {
			const again = await world.ask(phone, `DELETE ${backupPath}/${version}`);
			assert.deepEqual([again.status, again.body], [200, {}]);
		}
		assert.deepEqual(world.arrived(), [], "what is gone already is asked of nobody");
		assert.equal((await world.ask(laptop, `GET ${backupPath}`)).body.version, "2");
		assert.equal((await world.ask(laptop, `PUT ${backupPath}/1`)).status, 200);
		assert.equal((await world.ask(laptop, "DELETE v3/room_keys/keys?version=2")).status, 200);
		assert.equal(world.homeserverBehind.arrived.at(-1)?.url, "/_matrix/client/v3/room_keys/keys?version=2");
		assert.deepEqual([...behind.versions], [1, 2]);
		const hold = await world.openHold();
		assert.deepEqual([hold?.floor, hold?.devices, hold?.state], [2, ["PHONEPHONE"], "held"]);
		assert.deepEqual((await world.securityLog()).toSorted().slice(-1), ["reset-data-held"]);
		const [line] = world.rows("SELECT at, address FROM security_events WHERE kind = 'reset-data-held'");
		assert.deepEqual({ ...line }, { at: world.clock(), address: "127.0.0.1" });
	});

	test("is wanted away where a newer one stands", async () => {
		const removed = await world.ask(phone, `DELETE ${backupPath}/1`);
		assert.deepEqual([removed.status, removed.body], [200, {}]);
		assert.equal(await world.openHold(), undefined);
		assert.deepEqual((await world.securityLog()).toSorted().slice(-2), [
			"reset-data-held",
			"reset-data-wanted",
		]);
		for (const device of [phone, laptop]) {
			assert.equal((await world.ask(device, `GET ${backupPath}/1`)).status, 404);
			assert.equal((await world.ask(device, `GET ${backupPath}`)).body.version, "2");
		}
	});

	test("takes none before it where a newer one stands: the app knows of those, and may want them", async () => {
		behind.versions.add(3).add(4);
		for (const version of [3, 2]) await world.ask(phone, `DELETE ${backupPath}/${version}`);
		for (const device of [phone, laptop]) {
			const said = [1, 2, 3, 4].map(
				async (version) => (await world.ask(device, `GET ${backupPath}/${version}`)).status,
			);
			assert.deepEqual(await Promise.all(said), [200, 404, 404, 200]);
			assert.equal((await world.ask(device, `PUT ${backupPath}/1`)).status, 200);
			assert.equal((await world.ask(device, `PUT ${backupPath}/2`)).status, 404);
			assert.equal((await world.ask(device, "DELETE v3/room_keys/keys?version=3")).status, 404);
		}
		world.arrived();
		assert.equal((await world.ask(phone, `DELETE ${backupPath}/2`)).status, 200);
		assert.deepEqual(world.arrived(), [], "it is gone already");
		behind.versions.delete(4);
		assert.equal(
			(await world.ask(laptop, `GET ${backupPath}`)).status,
			404,
			"what is kept is not the newest",
		);
	});

	for (const [what, says] of [
		["a version that is no text", { status: 200, body: { version: 2 } }],
		["nothing", { status: 200, body: {} }],
		["none but this one", { status: 200, body: { version: "1" } }],
	] as const)
		test(`is held where the homeserver names as the newest ${what}`, async () => {
			behind.says.set("GET room_keys/version/1", { status: 200, body: { version: "1" } });
			behind.says.set("GET room_keys/version", says);
			await world.ask(phone, `DELETE ${backupPath}/1`);
			assert.equal((await world.openHold())?.state, "held");
		});

	test("hides none that was made later", async () => {
		await world.ask(phone, `DELETE ${backupPath}/2`);
		behind.versions.add(3);
		assert.equal((await world.ask(phone, `GET ${backupPath}`)).body.version, "3");
		assert.equal((await world.ask(phone, `PUT ${backupPath}/3`)).status, 200);
		assert.equal((await world.ask(phone, "DELETE v3/room_keys/keys?version=3")).status, 200);
		assert.deepEqual(world.arrived().slice(5), [
			...["GET room_keys/version", "PUT room_keys/version/3", "DELETE room_keys/keys"],
		]);
		assert.equal((await world.ask(phone, `GET ${backupPath}/3`)).body.version, "3");
	});

	test("is not there, where it is not there: nothing is held", async () => {
		behind.versions.clear();
		const { status, body } = await world.ask(phone, `DELETE ${backupPath}/2`);
		assert.deepEqual([status, body.error], [404, "It is not there"]);
		assert.deepEqual(world.arrived(), ["GET room_keys/version/2", "DELETE room_keys/version/2"]);
		assert.equal(await world.openHold(), undefined);
	});

	test("is not taken away where the homeserver does not say whether it is there", async () => {
		behind.says.set("GET room_keys", { status: 500, body: { errcode: "M_UNKNOWN", error: "broke" } });
		const { status, body } = await world.ask(phone, `DELETE ${backupPath}/2`);
		assert.deepEqual([status, body.error], [500, "broke"]);
		assert.deepEqual(world.arrived(), ["GET room_keys/version/2"]);
		assert.equal((await world.ask(phone, `GET ${backupPath}`)).status, 500);
		assert.equal(await world.openHold(), undefined);
	});

	test("has a number in its one spelling", async () => {
		for (const line of [
			`DELETE ${backupPath}/02`,
			`PUT ${backupPath}/x`,
			"DELETE v3/room_keys/keys?version=02",
		])
			assert.equal((await world.ask(phone, line)).status, 404, line);
		assert.deepEqual(world.arrived(), []);
		assert.equal((await world.ask(phone, `GET ${backupPath}/02`)).status, 404);
		const missing = await world.ask(phone, "DELETE v3/room_keys/keys");
		assert.deepEqual(
			[missing.status, missing.body],
			[400, { errcode: "M_MISSING_PARAM", error: "version is missing" }],
		);
	});

	test("is the version that the homeserver names, and what names none hides nothing", async () => {
		await world.ask(phone, `DELETE ${backupPath}/2`);
		for (const [version, status] of [
			["2", 404],
			["3", 200],
			[2, 200],
			["two", 404],
		] as const) {
			behind.says.set("GET room_keys/version", { status: 200, body: { version } });
			assert.equal((await world.ask(phone, `GET ${backupPath}`)).status, status, String(version));
		}
		for (const said of [
			{ status: 403, body: { errcode: "M_FORBIDDEN" } },
			{ status: 403, body: { version: "2" } },
			{ status: 200, body: {} },
		]) {
			behind.says.set("GET room_keys/version", said);
			const { status, body } = await world.ask(phone, `GET ${backupPath}`);
			assert.deepEqual({ status, body }, said);
		}
		behind.says.clear();
		behind.says.set("GET room_keys/version/2", { status: 429, body: { errcode: "M_LIMIT_EXCEEDED" } });
		assert.equal((await world.ask(phone, `GET ${backupPath}/2`)).status, 429);
	});

	test("was wanted away, where that device begins another one", async () => {
		await world.ask(phone, `DELETE ${backupPath}/2`);
		await world.ask(laptop, `POST ${backupPath}`);
		assert.equal((await world.openHold())?.floor, 2, "another device says nothing about it");
		behind.says.set("POST", { status: 400, body: { errcode: "M_BAD_JSON" } });
		assert.equal((await world.ask(phone, `POST ${backupPath}`)).status, 400);
		assert.equal((await world.openHold())?.floor, 2);
		behind.says.clear();
		assert.deepEqual((await world.ask(phone, `POST ${backupPath}`)).body, { version: "4" });
		assert.equal(await world.openHold(), undefined);
		assert.equal((await world.ask(laptop, `GET ${backupPath}/2`)).status, 404, "now it is gone to everybody");
	});

	test("stays where its device lost the right to take it while it was looked for", async (t) => {
		t.after(() => world.lock(alice, null));
		world.homeserverBehind.answers = (request) => {
			if (request.url.includes("account_data")) world.lock(alice, 1);
			return behind.answer(request);
		};
		const { status, body } = await world.ask(phone, `DELETE ${backupPath}/2`);
		assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		assert.equal(await world.openHold(), undefined);
	});

	test("is held with the marks that said before that no backup is wanted", async () => {
		behind.data.set("m.key_backup", { enabled: false });
		behind.data.set("m.org.matrix.custom.backup_disabled", { disabled: false });
		await world.ask(phone, `DELETE ${backupPath}/2`);
		assert.deepEqual((await world.openHold())?.switchedOff, ["m.key_backup"]);
		world.arrived();
		await world.ask(laptop, `DELETE ${backupPath}/1`);
		const marks = world.arrived().filter((line) => /backup_disabled|key_backup/.test(line));
		assert.deepEqual(marks, [], "they are asked for once");
		assert.deepEqual((await world.openHold())?.switchedOff, ["m.key_backup"]);
		assert.deepEqual((await world.openHold())?.devices, ["PHONEPHONE", "LAPTOPLAPTOP"]);
	});

	for (const [what, asked] of [
		["which version is the newest", "GET room_keys/version"],
		["whether it is marked as not wanted", "GET user/%40alice%3Alocalhost/account_data/m.key_backup"],
		["what opens it", "GET user/%40alice%3Alocalhost/account_data/m.megolm_backup.v1"],
		["what describes its key", "GET user/%40alice%3Alocalhost/account_data/m.secret_storage.key.K1"],
	] as const)
		test(`is not taken away where the homeserver does not say ${what}: the app hears why`, async () => {
			behind.data.set("m.megolm_backup.v1", encrypted);
			behind.data.set("m.key_backup", { enabled: false });
			behind.says.set("GET room_keys/version/2", { status: 200, body: { version: "2" } });
			for (const status of [403, 429, 500]) {
				behind.says.set(asked, { status, body: { errcode: "M_ODD", error: "not now", version: "2" } });
				const answer = await world.ask(phone, `DELETE ${backupPath}/2`);
				assert.deepEqual([answer.status, answer.body.errcode], [status, "M_ODD"]);
				assert.equal(await world.openHold(), undefined);
				behind.says.delete(asked);
			}
			assert.equal((await world.ask(phone, `DELETE ${backupPath}/2`)).status, 200);
			assert.deepEqual((await world.openHold())?.switchedOff, ["m.key_backup"]);
		});

	test("is not written over where the homeserver does not say what else opens it", async () => {
		behind.data.set("m.secret_storage.default_key", { key: "K1" });
		behind.says.set("GET user/%40alice%3Alocalhost/account_data/m.megolm_backup.v1", {
			...{ status: 500, body: { errcode: "M_UNKNOWN", error: "broke" } },
		});
		const { status } = await world.ask(phone, `PUT ${dataAt("m.secret_storage.default_key")}`);
		assert.equal(status, 500);
		assert.ok(!world.arrived().some((line) => line.startsWith("PUT")));
		assert.equal(await world.openHold(), undefined);
	});

	test("is held with its marks and what opens it though a hold of before ended while it was looked for", async () => {
		behind.data.set("m.megolm_backup.v1", encrypted);
		behind.data.set("m.key_backup", { enabled: false });
		await world.ask(laptop, `DELETE ${backupPath}/2`);
		const first = await world.openHold();
		world.homeserverBehind.answers = (request) => {
			if (request.url.includes("m.megolm_backup.v1"))
				world.rows(`UPDATE holds SET state = 'back' WHERE reference = '${first?.reference}'`);
			return behind.answer(request);
		};
		assert.equal((await world.ask(phone, `DELETE ${backupPath}/2`)).status, 200);
		const hold = await world.openHold();
		assert.deepEqual([hold?.devices, hold?.switchedOff], [["PHONEPHONE"], ["m.key_backup"]]);
		assert.notEqual(hold?.reference, first?.reference);
	});

	test("is taken away at most twenty times an hour", async () => {
		for (let time = 1; time <= 20; time++) {
			const version = Math.max(...behind.versions);
			assert.equal((await world.ask(phone, `DELETE ${backupPath}/${version}`)).status, 200);
			assert.equal((await world.ask(phone, `POST ${backupPath}`)).status, 200);
		}
		world.advance(1);
		const { status, body, headers } = await world.ask(phone, `DELETE ${backupPath}/22`);
		assert.deepEqual([status, headers.get("retry-after")], [429, "3600"]);
		assert.deepEqual(body, {
			...{ errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 3_599_999 },
			error: "Backups and secrets of this account are removed too often",
		});
		behind.dehydrated = "DRY";
		assert.equal((await world.ask(phone, `DELETE ${dehydratedPath}`)).status, 429);
		behind.data.set(master, encrypted);
		assert.equal((await world.ask(phone, `PUT ${dataAt(master)}`)).status, 429);
		assert.deepEqual(behind.data.get(master), encrypted);
	});
});
