/** People move from a real Synapse to Countersign beside it, and their apps notice nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { startSdkApp } from "../support/js-sdk.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { openEncryptedRoom, sendSecret } from "../support/js-sdk-room.ts";
import { type MovingDevice, movingPassword, openMoveWorld } from "../support/move-world.ts";
import { call } from "../support/server.ts";
import { needsSynapse } from "../support/synapse.ts";

const skip = needsSynapse.skip || jsSdk.skip;

test("from a running Synapse to Countersign: apps go on syncing and decrypting, and nobody signs in anew", {
	skip,
}, async (t) => {
	await using world = await openMoveWorld();
	const { synapse } = world;
	const yaml = join(synapse.dataDirectory, "homeserver.yaml");
	const move = (...words: readonly string[]) =>
		world.command("move", "from-synapse", words[0] ?? "", yaml, ...words.slice(1));
	const whoami = (device: MovingDevice) =>
		call(world.url, device.accessToken, { method: "GET", path: "account/whoami" });
	const refresh = (token: string | undefined) =>
		call(world.url, "", { method: "POST", path: "refresh", body: { refresh_token: token } });

	for (const name of ["alice", "bert", "carol", "locky", "gone"]) await world.addPerson(name);
	await world.addPerson("root", { admin: true });
	const devices = {
		alice: await world.signIn("alice"),
		desktop: await world.signIn("alice", { deviceId: "an odd/device id ä" }),
		bert: await world.signIn("bert"),
		carol: await world.signIn("carol", { refresh: true }),
		half: await world.signIn("carol", { refresh: true }),
		root: await world.signIn("root"),
		left: await world.signIn("bert"),
	};
	const asRoot = (method: string, path: string, body?: unknown) =>
		call(world.url, devices.root.accessToken, { method, path: `/_synapse/admin/${path}`, body });
	assert.equal((await asRoot("PUT", "v2/users/@locky:localhost", { locked: true })).status, 200);
	assert.equal((await asRoot("POST", "v1/deactivate/@gone:localhost", {})).status, 200);
	await using alice = await startSdkApp({ url: world.url }, devices.alice, { sync: true });
	await using bert = await startSdkApp({ url: world.url }, devices.bert, { sync: true });
	const roomId = await openEncryptedRoom(alice, [bert]);
	await sendSecret(alice, bert, { roomId, text: "before" });
	// Its answer was lost: which of the two tokens the app has, nobody knows.
	const lost = await refresh(devices.half.refreshToken);
	assert.equal(lost.status, 200);

	await t.test("what would happen is said, and what nobody agreed to stops it", async () => {
		const { code, said } = await move("check");
		assert.equal(code, 1);
		assert.match(said, /--accept locked/);
		assert.doesNotMatch(said, /--accept (?!locked)/);
		assert.equal((await world.command("move", "status")).code, 1, "nothing was made");
	});

	await t.test(
		"it can be rehearsed and begun while Synapse runs, and the switch waits for its stop",
		async () => {
			const accepted = ["--accept", "locked"];
			assert.match(
				(await move("rehearse", ...accepted)).said,
				/Moved: 4 people\nMoved, with a note: 2 people/,
			);
			assert.equal((await world.command("move", "status")).code, 1, "nothing was kept");
			const shadow = await move("shadow");
			assert.deepEqual([shadow.code, /different: 0\./.test(shadow.said)], [0, true], shadow.said);
			const copied = await move("run", ...accepted);
			assert.equal(copied.code, 0, copied.said);
			const early = await move("run", "--switch", ...accepted);
			assert.deepEqual([early.code, /Synapse has its database open/.test(early.said)], [1, true]);
		},
	);

	await t.test("what changes after the copy counts", async () => {
		assert.equal(
			(await call(world.url, devices.left.accessToken, { method: "POST", path: "logout" })).status,
			200,
		);
	});
	const late = await world.signIn("bert", { deviceId: "LATELATELATE" });

	await synapse.stop();
	world.change(
		"INSERT INTO users (name, password_hash, creation_ts, admin, is_guest, deactivated) SELECT '@Bob.Old:localhost', password_hash, creation_ts, 0, 0, 0 FROM users WHERE name = '@bert:localhost'",
	);
	world.change("INSERT INTO profiles (user_id, full_user_id) VALUES ('Bob.Old', '@Bob.Old:localhost')");
	const before = world.rows("SELECT * FROM access_tokens ORDER BY id");
	const switched = await move("run", "--switch", "--accept", "locked");
	assert.equal(switched.code, 0, switched.said);
	assert.deepEqual(world.rows("SELECT * FROM access_tokens ORDER BY id"), before);
	assert.match((await world.command("move", "status")).said, /^People were switched over/);
	const compared = await move("compare");
	assert.deepEqual([compared.code, /different: 0\./.test(compared.said)], [0, true], compared.said);
	const again = await move("run", "--accept", "locked");
	assert.deepEqual([again.code, /would bring back/.test(again.said)], [1, true]);
	await world.startCountersign();
	await world.delegate();

	await t.test("running apps go on in their encrypted room", async () => {
		await sendSecret(alice, bert, { roomId, text: "after, from Alice" });
		await sendSecret(bert, alice, { roomId, text: "after, from Bert" });
		const unknown = [...alice.traffic, ...bert.traffic].filter(({ status }) => status === 401);
		assert.deepEqual(unknown, []);
	});

	await t.test("every device that was signed in still is, and none that was signed out", async () => {
		for (const name of ["alice", "desktop", "bert", "root"] as const) {
			const { status, body } = await whoami(devices[name]);
			assert.deepEqual([name, status, body.device_id], [name, 200, devices[name].deviceId]);
		}
		assert.equal((await whoami(late)).status, 200);
		assert.equal((await whoami(devices.left)).status, 401);
	});

	await t.test("an administrator administers", async () => {
		assert.equal((await asRoot("GET", "v2/users?guests=false")).status, 200);
		const asAlice = { method: "GET", path: "/_synapse/admin/v2/users?guests=false" };
		assert.equal((await call(world.url, devices.alice.accessToken, asAlice)).status, 403);
	});

	let token = devices.carol.refreshToken;
	await t.test("refresh tokens go on, time and again", async () => {
		for (let turn = 0; turn < 3; turn += 1) {
			const { status, body } = await refresh(token);
			assert.equal(status, 200, `turn ${turn}`);
			assert.match(body.refresh_token, /^syr_Y2Fyb2w_/);
			assert.equal((await whoami({ ...devices.carol, accessToken: body.access_token })).status, 200);
			token = body.refresh_token;
		}
	});

	await t.test("of a refresh whose answer was lost at the stop either token goes on", async () => {
		const { status, body } = await refresh(devices.half.refreshToken);
		assert.equal(status, 200);
		assert.equal((await whoami({ ...devices.half, accessToken: body.access_token })).status, 200);
		assert.equal((await refresh(body.refresh_token)).status, 200);
	});

	await t.test("people sign in with the passwords they have, in the case they are used to", async () => {
		assert.equal((await world.signIn("alice")).userId, "@alice:localhost");
		assert.equal((await world.signIn("Bob.Old")).userId, "@Bob.Old:localhost");
		assert.equal((await world.signIn("@bob.old:localhost")).userId, "@Bob.Old:localhost");
		await assert.rejects(world.signIn("alice", { password: `${movingPassword}x` }), /M_FORBIDDEN/);
		await assert.rejects(world.signIn("locky"), /M_USER_LOCKED/);
		await assert.rejects(world.signIn("gone"), /M_FORBIDDEN/);
	});

	await t.test("a device that moved is signed out for good", async () => {
		const { accessToken } = devices.desktop;
		assert.equal((await call(world.url, accessToken, { method: "POST", path: "logout" })).status, 200);
		assert.equal((await whoami(devices.desktop)).status, 401);
		const listed = await call(world.url, devices.alice.accessToken, { method: "GET", path: "devices" });
		const ids = listed.body.devices.map(({ device_id: id }: { readonly device_id: string }) => id);
		assert.ok(!ids.includes(devices.desktop.deviceId));
	});

	await world.signIn("bert", { deviceId: late.deviceId });
	await world.setPassword("alice", "a new password of hers");

	await t.test("the way back waits for both to stop, and says who would be signed out", async () => {
		const backup = join(synapse.dataDirectory, "before.db");
		const back = (...words: readonly string[]) =>
			world.command("move", "back", yaml, "--backup", backup, ...words);
		assert.match((await back()).said, /Countersign runs on these data/);
		await world.stopCountersign();
		assert.match((await back()).said, /Synapse has its database open/);
		await synapse.stop();
		const refused = await back();
		assert.equal(refused.code, 1);
		assert.match(refused.said, /@bert:localhost +LATELATELATE/);
		assert.equal((await back("--accept", "signed-out")).code, 0);
		assert.match((await world.command("move", "status")).said, /^People went back to Synapse/);
		assert.equal((await back("--accept", "signed-out")).code, 1);
	});
	await world.undelegate();

	await t.test("back at Synapse the same apps go on, and what ended meanwhile stays dead", async () => {
		await sendSecret(alice, bert, { roomId, text: "back, from Alice" });
		await sendSecret(bert, alice, { roomId, text: "back, from Bert" });
		for (const name of ["alice", "bert", "root"] as const)
			assert.deepEqual([name, (await whoami(devices[name])).status], [name, 200]);
		for (const ended of [devices.left, devices.desktop, late])
			assert.equal((await whoami(ended)).status, 401, ended.deviceId);
	});

	await t.test("back at Synapse refresh tokens go on where they are, and the old ones are dead", async () => {
		const { status, body } = await refresh(token);
		assert.equal(status, 200);
		assert.equal((await whoami({ ...devices.carol, accessToken: body.access_token })).status, 200);
		assert.equal((await refresh(body.refresh_token)).status, 200);
		for (const old of [devices.carol, devices.half]) {
			assert.ok((await refresh(old.refreshToken)).status >= 400);
			assert.equal((await whoami(old)).status, 401);
		}
	});

	await t.test("back at Synapse the newest password counts", async () => {
		assert.equal(
			(await world.signIn("alice", { password: "a new password of hers" })).userId,
			"@alice:localhost",
		);
		await assert.rejects(world.signIn("alice"), /M_FORBIDDEN/);
		assert.equal((await world.signIn("carol")).userId, "@carol:localhost");
	});
});
