import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { byPerson } from "../../test/support/actors.ts";
import { aliceId } from "../../test/support/guarding-world.ts";
import { holdBack } from "../../test/support/held-back.ts";
import { rawRequest } from "../../test/support/raw-http.ts";
import { alice, random } from "../../test/support/session-world.ts";
import { pathOf, type UndoBehind } from "../../test/support/undo-behind.ts";
import {
	backupPath,
	dataAt,
	dehydratedPath,
	openUndoGuarding,
	type UndoGuarding,
} from "../../test/support/undo-guarding.ts";
import { createToken } from "../sessions/token-format.ts";

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

describe("what apps take away before a reset is asked of the guard", () => {
	test("by the methods that mean something on each path; no other is handed on", async () => {
		for (const [path, allow] of [
			[backupPath, "GET, POST, OPTIONS"],
			[`${backupPath}/1`, "GET, PUT, DELETE, OPTIONS"],
			["v3/room_keys/keys", "DELETE, OPTIONS"],
			[dehydratedPath, "GET, PUT, DELETE, OPTIONS"],
			[dataAt(master), "GET, PUT, OPTIONS"],
			[`unstable/org.matrix.msc3391/${dataAt(master).replace("v3/", "")}`, "DELETE, OPTIONS"],
		] as const) {
			const { status, body, headers } = await world.ask(phone, `PATCH ${path}`);
			assert.deepEqual([status, body.errcode, headers.get("allow")], [405, "M_UNRECOGNIZED", allow]);
			assert.ok(body.error.length > 0);
			const preflight = await world.ask(undefined, `OPTIONS ${path}`);
			assert.equal(preflight.status, 204);
			assert.equal(preflight.headers.get("access-control-allow-methods"), allow);
		}
		assert.deepEqual(world.arrived(), []);
	});

	test("with a token that opens the client API", async () => {
		const openid = await world.signIn({ scope: "openid", deviceId: asDeviceId("OTHEROTHER") });
		for (const [token, errcode] of [
			[undefined, "M_MISSING_TOKEN"],
			[world.asToken, "M_UNKNOWN_TOKEN"],
			[openid.accessToken, "M_UNKNOWN_TOKEN"],
			[createToken("access", random), "M_UNKNOWN_TOKEN"],
		] as const)
			for (const line of [`GET ${backupPath}`, `DELETE ${backupPath}/1`]) {
				const { status, body } = await world.ask(token, line);
				assert.deepEqual([status, body.errcode], [401, errcode]);
			}
		assert.deepEqual(world.arrived(), []);
	});

	test("and a body that came once its session had ended changes nothing", async () => {
		const path = `/_matrix/client/${dataAt(master)}`;
		const held = await holdBack(world.port, phone, { method: "PUT", path, body: {} });
		const [session] = world.rows(
			"SELECT id FROM sessions WHERE device_id = 'PHONEPHONE' AND ended_at IS NULL",
		);
		await world.sessions.end({
			sessionId: asSessionId(String(session?.id)),
			...{ accountId: alice, reason: "signed-out", actor: byPerson },
		});
		const { status, body } = await held.release();
		assert.deepEqual([status, body.errcode], [401, "M_UNKNOWN_TOKEN"]);
		assert.deepEqual(world.arrived(), []);
	});

	test("looks at the token once, and once more where a body came after its head", async (t) => {
		const times = { looked: 0 };
		world.looksAtTokens.before = () => {
			times.looked += 1;
		};
		t.after(() => {
			world.looksAtTokens.before = () => {};
		});
		const path = `/_matrix/client/${dataAt(master)}`;
		const head = (method: string, body: string) => [
			`${method} ${path} HTTP/1.1`,
			`Host: 127.0.0.1:${world.port}`,
			`Authorization: Bearer ${phone}`,
			`Content-Length: ${body.length}`,
		];
		const looksAt = async (send: () => Promise<unknown>) => {
			times.looked = 0;
			await send();
			return times.looked;
		};
		const text = JSON.stringify(encrypted);
		assert.deepEqual(
			[
				await looksAt(() => rawRequest(world.port, head("PUT", text), text)),
				await looksAt(() => world.ask(phone, `DELETE ${backupPath}/1`)),
				await looksAt(() => world.ask(phone, `GET ${backupPath}`)),
				await looksAt(async () => {
					const held = await holdBack(world.port, phone, { method: "PUT", path, body: encrypted });
					return held.release();
				}),
			],
			[1, 1, 1, 2],
		);
		assert.deepEqual(world.arrived().filter((line) => line.startsWith("PUT")).length, 2);
	});

	test("with a token of a device: one of none may look and change nothing", async () => {
		const version = { algorithm: "a", auth_data: { of: "it" } };
		await world.ask(phone, `POST ${backupPath}`, { body: version });
		world.rows("UPDATE sessions SET device_id = NULL WHERE device_id = 'PHONEPHONE'");
		assert.equal((await world.ask(phone, `GET ${backupPath}`)).status, 200);
		world.arrived();
		for (const line of [`DELETE ${backupPath}/1`, `POST ${backupPath}`, `PUT ${dataAt(master)}`]) {
			const { status, body } = await world.ask(phone, line);
			assert.deepEqual([status, body.errcode], [403, "M_FORBIDDEN"], line);
		}
		assert.deepEqual(world.arrived(), []);
		assert.equal(await world.openHold(), undefined);
	});

	test("and a token is remembered with where it was used", async () => {
		await using own = await openUndoGuarding();
		await own.afresh();
		await own.ask(own.phone(), `GET ${backupPath}`, { headers: { "x-forwarded-for": "192.0.2.9" } });
		await own.sessions.close();
		const [session] = own.rows("SELECT last_address FROM sessions WHERE device_id = 'PHONEPHONE'");
		assert.equal(session?.last_address, "192.0.2.9");
	});

	test("a body is read as homeservers read it: the last of two members counts", async () => {
		const body = '{"device_id":"WET","device_id":"DRY"}';
		assert.equal((await world.ask(phone, `PUT ${dehydratedPath}`, { body })).status, 200);
		assert.equal(world.requests().at(-1)?.body, '{"device_id":"DRY"}');
	});

	test("a body is an object of a mebibyte at most", async () => {
		const long = `{"device_id":"DRY","x":"${"y".repeat(1024 * 1024 - 26)}"}`;
		for (const [body, status] of [
			["{", 400],
			["[]", 400],
			[long, 200],
			[`${long} `, 413],
		] as const)
			assert.equal((await world.ask(phone, `PUT ${dehydratedPath}`, { body })).status, status);
		assert.deepEqual(world.arrived(), [`PUT ${pathOf(`/_matrix/client/${dehydratedPath}`)}`]);
	});
});

describe("what is handed on", () => {
	test("goes in the name of its caller, without its query, and the answer comes back", async () => {
		behind.says.set("GET", { status: 429, body: { errcode: "M_LIMIT_EXCEEDED" }, retryAfter: "7" });
		const headers = { "user-agent": "Example App", "x-forwarded-for": "192.0.2.7", cookie: "a=b" };
		const {
			status,
			body,
			headers: answered,
		} = await world.ask(phone, `GET ${backupPath}?user_id=x&version=1`, { headers });
		assert.deepEqual(
			[status, body, answered.get("retry-after")],
			[429, { errcode: "M_LIMIT_EXCEEDED" }, "7"],
		);
		const [request, ...more] = world.requests();
		assert.deepEqual([request?.method, request?.url, more], ["GET", `/_matrix/client/${backupPath}`, []]);
		const { host: _, connection: __, ...sent } = request?.headers ?? {};
		assert.deepEqual(sent, {
			...{ authorization: `Bearer ${phone}`, accept: "application/json" },
			...{ "user-agent": "Example App", "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https" },
		});
		behind.says.clear();
		assert.equal((await world.ask(phone, `GET ${backupPath}`)).headers.get("retry-after"), null);
		await world.ask(phone, `PUT ${dehydratedPath}`, { body: { device_id: "DRY" } });
		assert.equal(world.homeserverBehind.arrived.at(-1)?.body, '{"device_id":"DRY"}');
	});

	test("with a service's token goes with for whom it acts, and nothing of it is held", async () => {
		behind.versions.add(1);
		const acts = "user_id=%40a%3Ah&device_id=D&org.matrix.msc3202.device_id=E";
		for (const line of [`GET ${backupPath}/1`, `DELETE ${backupPath}/1`, `PUT ${dataAt(master)}`])
			assert.equal((await world.ask("of-a-bridge", `${line}?ts=1&${acts}&version=3`)).status, 200);
		assert.equal((await world.ask("of-a-bridge", `DELETE v3/room_keys/keys?${acts}&version=3`)).status, 200);
		assert.deepEqual(
			world.requests().map(({ url, headers }) => [url.split("?")[1], headers.authorization]),
			[acts, acts, acts, `${acts}&version=3`].map((query) => [query, "Bearer of-a-bridge"]),
		);
		assert.equal(behind.versions.size, 0);
		assert.equal(await world.openHold(), undefined);
	});

	test("has no name of its query twice, of those that go on", async () => {
		for (const [token, line] of [
			["of-a-bridge", `GET ${backupPath}?user_id=a&user_id=a`],
			["of-a-bridge", `GET ${backupPath}?device_id=a&device_id=b`],
			["of-a-bridge", `GET ${backupPath}?org.matrix.msc3202.device_id=a&org.matrix.msc3202.device_id=b`],
			[phone, "DELETE v3/room_keys/keys?version=1&version=2"],
		] as const) {
			const { status, body } = await world.ask(token, line);
			assert.deepEqual([status, body.errcode], [400, "M_INVALID_PARAM"], line);
			assert.ok(body.error.length > 0);
		}
		assert.deepEqual(world.arrived(), []);
		assert.equal(
			(await world.ask(phone, `GET ${backupPath}?user_id=a&user_id=b&version=1&version=2`)).status,
			404,
		);
		assert.deepEqual(world.arrived(), ["GET room_keys/version"]);
	});
});

describe("a dehydrated device that a device takes away", () => {
	test("is gone to that device, and stands for all others", async () => {
		behind.dehydrated = "DRY";
		const removed = await world.ask(phone, `DELETE ${dehydratedPath}`);
		assert.deepEqual([removed.status, removed.body], [200, { device_id: "DRY" }]);
		for (const line of [`GET ${dehydratedPath}`, `DELETE ${dehydratedPath}`]) {
			const { status, body } = await world.ask(phone, line);
			assert.deepEqual(
				[status, body],
				[404, { errcode: "M_NOT_FOUND", error: "There is no dehydrated device" }],
			);
		}
		assert.equal((await world.ask(laptop, `GET ${dehydratedPath}`)).body.device_id, "DRY");
		assert.equal(behind.dehydrated, "DRY");
		const hold = await world.openHold();
		assert.deepEqual([hold?.dehydratedDevice, hold?.floor], ["DRY", 0]);
		behind.dehydrated = "NEW";
		assert.equal((await world.ask(phone, `GET ${dehydratedPath}`)).body.device_id, "NEW");
	});

	test("is not there, where it is not there: the homeserver says so", async () => {
		for (const says of [undefined, { status: 403, body: { device_id: "DRY" } }, { status: 200, body: {} }]) {
			if (says !== undefined) behind.says.set("GET", says);
			assert.equal((await world.ask(phone, `DELETE ${dehydratedPath}`)).status, says?.status ?? 404);
			assert.equal((await world.ask(phone, `GET ${dehydratedPath}`)).status, says?.status ?? 404);
		}
		assert.ok(world.arrived().every((line) => line.startsWith("GET ")));
		assert.equal(await world.openHold(), undefined);
	});

	test("does not come back once another one took its place", async () => {
		behind.dehydrated = "DRY";
		await world.ask(phone, `DELETE ${dehydratedPath}`);
		behind.says.set("PUT", { status: 400, body: { errcode: "M_BAD_JSON" } });
		assert.equal(
			(await world.ask(phone, `PUT ${dehydratedPath}`, { body: { device_id: "NEW" } })).status,
			400,
		);
		assert.equal((await world.openHold())?.dehydratedDevice, "DRY");
		behind.says.clear();
		assert.equal(
			(await world.ask(laptop, `PUT ${dehydratedPath}`, { body: { device_id: "NEW" } })).status,
			200,
		);
		const hold = await world.openHold();
		assert.ok(hold !== undefined && hold.dehydratedDevice === undefined);
	});
});

describe("account data that a device empties", () => {
	const read = async (type: string) => {
		const hold = await world.openHold();
		const rows = world.rows("SELECT type, before, written FROM held_account_data ORDER BY type");
		return [hold?.devices, rows.map((row) => ({ ...row })).find((row) => row.type === type)];
	};

	test("is copied first, and then written as it was sent", async () => {
		behind.data.set(master, encrypted);
		assert.deepEqual((await world.ask(phone, `PUT ${dataAt(master)}`)).body, {});
		assert.deepEqual(behind.data.get(master), {});
		const lines = world.arrived();
		assert.deepEqual(
			[lines[0], lines.at(-1)],
			["GET", "PUT"].map((method) => `${method} user/%40alice%3Alocalhost/account_data/${master}`),
		);
		const row = { type: master, before: JSON.stringify(encrypted), written: "{}" };
		assert.deepEqual(await read(master), [["PHONEPHONE"], row]);
		assert.equal((await world.ask(laptop, `GET ${dataAt(master)}`)).status, 200);
	});

	test("goes with a copy of what opens the backup, from the first of it on: what is written later crowds it out no more", async () => {
		const [backup, description] = ["m.megolm_backup.v1", "m.secret_storage.key.K1"];
		behind.data.set(master, encrypted).set(backup, encrypted).set(description, { mac: "m" });
		await world.ask(phone, `PUT ${dataAt(master)}`);
		for (const [type, before] of [
			[backup, JSON.stringify(encrypted)],
			[description, '{"mac":"m"}'],
		] as const)
			assert.deepEqual(await read(type), [["PHONEPHONE"], { type, before, written: before }]);
	});

	test("or deletes, where there is such a request", async () => {
		const removal = (userId = aliceId) =>
			`DELETE unstable/org.matrix.msc3391/user/${encodeURIComponent(userId)}/account_data/${master}`;
		behind.data.set(master, encrypted);
		behind.says.set("DELETE", { status: 200, body: {} });
		assert.equal((await world.ask(phone, removal("@bob:localhost"))).status, 200);
		assert.deepEqual(
			[world.arrived(), await world.openHold()],
			[[`DELETE org.matrix.msc3391/user/%40bob%3Alocalhost/account_data/${master}`], undefined],
		);
		assert.equal((await world.ask(phone, removal())).status, 200);
		const lines = world.arrived();
		assert.deepEqual(
			[lines[0], lines.at(-1)],
			[
				`GET user/%40alice%3Alocalhost/account_data/${master}`,
				`DELETE org.matrix.msc3391/user/%40alice%3Alocalhost/account_data/${master}`,
			],
		);
		const row = { type: master, before: JSON.stringify(encrypted), written: "{}" };
		assert.deepEqual(await read(master), [["PHONEPHONE"], row]);
	});

	test("and whatever the same device writes on the way, but no other", async () => {
		const key = "m.secret_storage.key.K1";
		behind.data.set(master, encrypted).set(key, { name: "old" });
		await world.ask(phone, `PUT ${dataAt(master)}`);
		world.arrived();
		await world.ask(laptop, `PUT ${dataAt(key)}`, { body: { name: "laptop" } });
		assert.deepEqual(world.arrived(), [`PUT user/%40alice%3Alocalhost/account_data/${key}`]);
		await world.ask(phone, `PUT ${dataAt(key)}`, { body: { name: "new" } });
		const row = { type: key, before: '{"name":"laptop"}', written: '{"name":"new"}' };
		assert.deepEqual(await read(key), [["PHONEPHONE"], row]);
	});

	test("is of the caller alone: what is somebody else's is left to the homeserver", async () => {
		behind.data.set(master, encrypted);
		await world.ask(phone, `PUT ${dataAt(master, "@bob:localhost")}`);
		assert.deepEqual(world.arrived(), [`PUT user/%40bob%3Alocalhost/account_data/${master}`]);
		assert.equal(await world.openHold(), undefined);
	});

	test("was empty before, or never there: there is nothing to hold", async () => {
		behind.data.set(master, {});
		for (const type of [master, "m.cross_signing.self_signing", "m.secret_storage.key.K1"]) {
			assert.equal((await world.ask(phone, `PUT ${dataAt(type)}`)).status, 200);
			assert.deepEqual(behind.data.get(type), {});
		}
		assert.equal(await world.openHold(), undefined);
	});

	test("stays where the homeserver does not say what it is", async () => {
		behind.data.set(master, encrypted);
		behind.says.set("GET", { status: 403, body: { errcode: "M_FORBIDDEN" } });
		assert.equal((await world.ask(phone, `PUT ${dataAt(master)}`)).status, 403);
		assert.deepEqual(behind.data.get(master), encrypted);
	});

	test("is not what is merely written: that costs no question", async () => {
		await world.ask(phone, `PUT ${dataAt(master)}`, { body: encrypted });
		assert.equal(world.arrived().length, 1);
		const type = "m.secret_storage.default_key";
		await world.ask(phone, `PUT ${dataAt(type)}`, { body: { key: "K1" } });
		assert.equal(world.arrived().length, 1);
		assert.deepEqual(behind.data.get(type), { key: "K1" });
		assert.equal(await world.openHold(), undefined);
	});

	test("a renewed recovery key leaves what was kept: whoever has a token can write one", async () => {
		const type = "m.secret_storage.default_key";
		behind.versions.add(1);
		behind.data.set(type, { key: "K1" });
		await world.ask(phone, `DELETE ${backupPath}/1`);
		await world.ask(phone, `POST ${backupPath}`);
		assert.equal((await world.storage.read.holds.kept(alice)).length, 1);
		await world.ask(phone, `PUT ${dataAt(type)}`, { body: { key: "K2" } });
		assert.equal((await world.storage.read.holds.kept(alice)).length, 1);
	});
});
