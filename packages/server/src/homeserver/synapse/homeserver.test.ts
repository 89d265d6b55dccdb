import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, HomeserverUnavailable, type OpenHold } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { deviceKeys, signer, withSignature } from "../../../test/support/device-crypto.ts";
import { random } from "../../../test/support/people-world.ts";
import { seedPresence } from "../../../test/support/seed-proof.ts";
import { openTemporaryStorage } from "../../../test/support/storage.ts";
import { startSynapseOfWords } from "../../../test/support/synapse-of-words.ts";
import { until } from "../../../test/support/until.ts";
import { appServiceTokens } from "./app-service.ts";
import { createSynapseHomeserver } from "./homeserver.ts";

const now = 1_800_000_000_000;
const accountId = asAccountId("account-alice");
const userId = "@alice:example.org";
const localpart = "alice";
const secret = "hunter2";
const asUser = "user_id=%40alice%3Aexample.org";
const hold: OpenHold = {
	...{ reference: "h", accountId, floor: 3, devices: [asDeviceId("PHONE")] },
	...{ openedAt: now, lastAt: now, state: "held" },
};

async function opened() {
	const synapse = await startSynapseOfWords();
	const storage = await openTemporaryStorage("synapse");
	await storage.write((unit) =>
		unit.accounts.add({ id: accountId, localpart, passwordHash: "h", createdAt: 1 }),
	);
	const closedHere: string[] = [];
	const homeserver = createSynapseHomeserver({
		...{
			storage,
			random,
			serverName: "example.org",
			clock: () => now,
			guard: true,
			publicBase: synapse.base,
		},
		...{ synapse: synapse.base, secret, log: { info() {}, warn() {}, error() {} } },
		closeHere: async (id) => closedHere.push(id),
	});
	const by = await seedPresence(storage, { accountId, now });
	const words = () => synapse.heard.map(({ line }) => line);
	return {
		...{ synapse, storage, homeserver, by, words },
		async [Symbol.asyncDispose]() {
			await homeserver.close();
			await storage.close();
			await synapse[Symbol.asyncDispose]();
		},
	};
}

describe("devices as Synapse names them", () => {
	test("are asked for in the person's name, by the right of the application service", async () => {
		await using world = await opened();
		world.synapse.answer(() => [
			200,
			{
				devices: [
					{ device_id: "A", display_name: "Phone" },
					{ device_id: "B", display_name: null },
					{ device_id: 1 },
					"C",
				],
			},
		]);
		assert.deepEqual(
			await world.homeserver.deviceNames(accountId),
			new Map([
				["A", "Phone"],
				["B", undefined],
			]),
		);
		const [{ line, headers, body } = assert.fail()] = world.synapse.heard;
		assert.equal(line, `GET /_matrix/client/v3/devices?${asUser}`);
		assert.deepEqual(
			[headers.authorization, headers.accept, headers["content-type"], body],
			[`Bearer ${appServiceTokens(secret).asToken}`, "application/json", undefined, undefined],
		);
	});

	for (const answer of [
		[200, { devices: {} }],
		[403, { devices: [], errcode: "M_FORBIDDEN" }],
		[200, "[]"],
		[502, "<html>"],
	] as const)
		test(`are not known where it says ${answer.join(" ")}`, async () => {
			await using world = await opened();
			world.synapse.answer(() => answer);
			await assert.rejects(world.homeserver.deviceNames(accountId), HomeserverUnavailable);
		});

	test("are not asked for of somebody who is not there", async () => {
		await using world = await opened();
		for (const ask of [world.homeserver.deviceNames, world.homeserver.identityOf])
			await assert.rejects(ask(asAccountId("nobody")), HomeserverUnavailable);
		assert.deepEqual(world.words(), []);
	});
});

describe("an identity at Synapse", () => {
	const [master, selfSigning] = [signer("master"), signer("self-signing")];
	const key = ({ keyId, publicKey }: typeof master, usage: string) => ({
		user_id: userId,
		usage: [usage],
		keys: { [keyId]: publicKey },
	});
	const signed = withSignature(deviceKeys(userId, "SIGNED"), userId, selfSigning);
	const published = {
		master_keys: { [userId]: key(master, "master") },
		self_signing_keys: { [userId]: withSignature(key(selfSigning, "self_signing"), userId, master) },
		device_keys: { [userId]: { SIGNED: signed, UNSIGNED: deviceKeys(userId, "UNSIGNED"), ODD: "odd" } },
	};
	const backupPath = "/_matrix/client/v3/room_keys/version";

	type Prepared = "held" | "kept" | "alone";
	/** Asked about with these keys and this answer about the backup. */
	async function read(keys: object, backup: readonly [number, unknown], prepare?: Prepared) {
		await using world = await opened();
		if (prepare !== undefined)
			await world.storage.write(async (unit) => {
				await unit.holds.put(prepare === "alone" ? { ...hold, floor: 0, alone: [3] } : hold);
				if (prepare !== "held") await unit.holds.keep(hold, { until: now + 9, now });
			});
		world.synapse.answer((line) => (line.includes("room_keys") ? backup : [200, keys]));
		const truth = await world.homeserver.identityOf(accountId);
		return {
			truth,
			asked: world.words().sort(),
			query: world.synapse.heard.find(({ body }) => body !== undefined),
		};
	}

	test("is told with whom it vouches for, every signature checked", async () => {
		const { truth, asked, query } = await read(published, [200, { version: "4", count: 7 }]);
		assert.deepEqual(truth, {
			...{ masterKey: master.publicKey, signedDevices: ["SIGNED"], selfSigningValid: true },
			backup: { state: "there", keys: 7 },
		});
		assert.deepEqual(asked, [`GET ${backupPath}?${asUser}`, `POST /_matrix/client/v3/keys/query?${asUser}`]);
		assert.deepEqual(
			[query?.body, query?.headers["content-type"]],
			[{ device_keys: { [userId]: [] } }, "application/json"],
		);
	});

	test("vouches for nobody where the master key did not sign, or there is none", async () => {
		const unsigned = { ...published, self_signing_keys: { [userId]: key(selfSigning, "self_signing") } };
		const backup = [200, { version: "4", count: 7 }] as const;
		assert.equal((await read(unsigned, backup)).truth.selfSigningValid, false);
		const { master_keys: _, ...masterless } = published;
		const none = (await read(masterless, backup)).truth;
		assert.deepEqual(["masterKey" in none, none.selfSigningValid], [false, false]);
		assert.deepEqual((await read({}, backup)).truth.signedDevices, []);
	});

	test("has a backup that is there, that an app took away while nobody answered, or that is gone", async () => {
		const backupOf = async (answer: readonly [number, unknown], prepare?: Prepared) =>
			(await read({}, answer, prepare)).truth.backup;
		assert.deepEqual(await backupOf([404, { errcode: "M_NOT_FOUND" }]), { state: "gone" });
		assert.deepEqual(await backupOf([200, { version: "3", count: 7 }], "held"), { state: "held", keys: 7 });
		assert.deepEqual(await backupOf([200, { version: "4", count: 7 }], "held"), { state: "there", keys: 7 });
		assert.deepEqual(await backupOf([200, { version: "3", count: 7 }], "kept"), { state: "gone" });
		assert.deepEqual(await backupOf([200, { version: "3", count: 7 }], "alone"), { state: "gone" });
		assert.deepEqual(await backupOf([200, { version: "2", count: 7 }], "alone"), { state: "there", keys: 7 });
		assert.deepEqual(await backupOf([200, { version: "4", count: 7 }], "kept"), { state: "there", keys: 7 });
		const { asked } = await read({}, [200, { version: "3", count: 7 }], "held");
		assert.equal(asked[0], `GET ${backupPath}/3?${asUser}`, "that one, not the newest");
	});

	for (const answer of [
		[404, { errcode: "M_UNRECOGNIZED" }],
		[400, { errcode: "M_NOT_FOUND" }],
		[500, {}],
	] as const)
		test(`is not known where it is said of the backup ${answer[0]} ${JSON.stringify(answer[1])}`, async () => {
			await assert.rejects(read({}, answer), HomeserverUnavailable);
		});
});

describe("a name for Synapse", () => {
	test("is stored and told, up to 256 characters as people count them", async () => {
		await using world = await opened();
		const set = (displayName: string | undefined) =>
			world.homeserver.setDisplayName({ by: world.by, displayName });
		const longest = "👩".repeat(256);
		assert.deepEqual(await set(longest), { ok: true });
		assert.equal((await world.storage.read.accounts.find({ id: accountId }))?.displayName, longest);
		assert.deepEqual(world.synapse.heard.at(-1)?.body, { localpart, displayname: longest });
		assert.equal(world.synapse.heard.at(-1)?.line, "POST /_synapse/mas/set_displayname");
		assert.deepEqual(await set(`${longest}a`), { ok: false, reason: "too-long", atMost: 256 });
		assert.equal((await world.storage.read.accounts.find({ id: accountId }))?.displayName, longest);
		assert.deepEqual(await set(undefined), { ok: true });
		assert.equal(world.synapse.heard.at(-1)?.line, "POST /_synapse/mas/unset_displayname");
		assert.equal(world.synapse.heard.length, 2);
	});

	test("of a browser that was signed out changes nothing, of a person or of a device", async () => {
		await using world = await opened();
		await world.storage.write((unit) => unit.browserSessions.endAllOf(accountId));
		const { by } = world;
		const refused = { ok: false, reason: "signed-out" };
		assert.deepEqual(await world.homeserver.setDisplayName({ by, displayName: "A" }), refused);
		const device = { by, localpart, deviceId: asDeviceId("PHONE"), displayName: "Kitchen" };
		assert.deepEqual(await world.homeserver.renameDevice(device), refused);
		assert.equal((await world.storage.read.accounts.find({ id: accountId }))?.displayName, null);
		assert.deepEqual(world.words(), []);
	});

	test("of a device is told at once, and what Synapse has against it is said", async () => {
		await using world = await opened();
		const { by } = world;
		const rename = () =>
			world.homeserver.renameDevice({ by, localpart, deviceId: asDeviceId("PHONE"), displayName: "Kitchen" });
		assert.deepEqual(await rename(), { ok: true });
		assert.deepEqual(world.synapse.heard[0]?.body, {
			localpart,
			device_id: "PHONE",
			display_name: "Kitchen",
		});
		world.synapse.answer(() => [400, { errcode: "M_TOO_LARGE" }]);
		assert.deepEqual(await rename(), { ok: false, reason: "too-long", atMost: 100 });
		world.synapse.answer(() => [404, { errcode: "M_NOT_FOUND" }]);
		assert.deepEqual(await rename(), { ok: false, reason: "no-such-device" });
		world.synapse.answer(() => [403, { errcode: "M_FORBIDDEN" }]);
		await assert.rejects(rename(), {
			name: "HomeserverUnavailable",
			message: "secret-refused (M_FORBIDDEN)",
		});
	});
});

describe("a person at Synapse", () => {
	for (const [errcode, reason] of [
		["M_USER_IN_USE", "taken"],
		["M_INVALID_USERNAME", "invalid"],
		["M_EXCLUSIVE", "exclusive"],
	] as const)
		test(`may not be called what it refuses with ${errcode}`, async () => {
			await using world = await opened();
			assert.deepEqual(await world.homeserver.isLocalpartAvailable("new"), { ok: true });
			world.synapse.answer(() => [400, { errcode }]);
			assert.deepEqual(await world.homeserver.isLocalpartAvailable("new"), { ok: false, reason });
			world.synapse.answer(() => [400, { errcode: "M_OTHER" }]);
			await assert.rejects(world.homeserver.isLocalpartAvailable("new"), {
				message: "request-refused (M_OTHER)",
			});
		});

	test("is known by name, closed or not, or nobody", async () => {
		await using world = await opened();
		world.synapse.answer(() => [200, { is_deactivated: true, display_name: "A" }]);
		assert.deepEqual(await world.homeserver.findUser("a"), { deactivated: true, displayName: "A" });
		world.synapse.answer(() => [404, { errcode: "M_NOT_FOUND" }]);
		assert.equal(await world.homeserver.findUser("a"), undefined);
		world.synapse.answer(() => [401, { errcode: "M_UNKNOWN_TOKEN" }]);
		await assert.rejects(world.homeserver.findUser("a"), HomeserverUnavailable);
	});

	test("may have the protection of the identity lifted, and who waits hears where it was not", async () => {
		await using world = await opened();
		await world.homeserver.allowCrossSigningReset(localpart);
		assert.equal(world.words()[0], "POST /_synapse/mas/allow_cross_signing_reset");
		world.synapse.answer(() => [404, { errcode: "M_NOT_FOUND" }]);
		await assert.rejects(world.homeserver.allowCrossSigningReset(localpart), {
			message: "unknown-user (M_NOT_FOUND)",
		});
	});

	test("is told of what is committed without anybody asking", async () => {
		await using world = await opened();
		await world.homeserver.outbox.run();
		// Reads are answered in their order: when this one is, the outbox has looked, and found nothing.
		await world.storage.read.homeserverTasks.overview();
		await world.storage.write((unit) => unit.homeserver.setLocked(accountId, true, now));
		await until(() => world.synapse.heard.length > 0);
		assert.deepEqual(world.synapse.heard[0]?.body, { localpart, locked: true });
	});
});

describe("a device at Synapse", () => {
	const device = { accountId, localpart, deviceId: asDeviceId("PHONE") };

	test("has a name of at most a hundred characters, the person their own", async () => {
		await using world = await opened();
		await world.homeserver.setDisplayName({ by: world.by, displayName: "Alice" });
		let isKnown = false;
		world.synapse.answer((line) => {
			isKnown ||= line.endsWith("provision_user");
			return line.endsWith("query_user") || !isKnown ? [404, { errcode: "M_NOT_FOUND" }] : undefined;
		});
		const made = await world.homeserver.upsertDevice({ ...device, displayName: "👩".repeat(101) });
		assert.deepEqual(made, { ok: true });
		assert.deepEqual(
			world.synapse.heard.slice(2).map(({ body }) => body),
			[
				{ localpart, device_id: "PHONE", display_name: "👩".repeat(100) },
				{ localpart, set_displayname: "Alice" },
				{ localpart, device_id: "PHONE", display_name: "👩".repeat(100) },
			],
		);
	});

	for (const call of ["query_user", "upsert_device", "provision_user"])
		test(`is not made where ${call} is refused, and it is said with which code`, async () => {
			await using world = await opened();
			world.synapse.answer((line) => {
				if (line.endsWith(call)) return [400, { errcode: "M_ODD" }];
				if (line.endsWith("query_user")) return [200, { is_deactivated: false }];
				return [404, { errcode: "M_NOT_FOUND" }];
			});
			await assert.rejects(world.homeserver.upsertDevice(device), {
				...{ name: "HomeserverUnavailable", message: "request-refused (M_ODD)" },
			});
			assert.equal(await world.storage.read.homeserver.hasDevice(accountId, device.deviceId), false);
		});
});
