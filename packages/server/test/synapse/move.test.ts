/** Ten people move from a real Synapse to Countersign beside it and back again, and their apps notice nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { tokenHash } from "../../src/sessions/index.ts";
import { createFormBrowser } from "../support/form-browser.ts";
import { startSdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { jsSdk } from "../support/js-sdk-library.ts";
import { openEncryptedRoom, sendSecret } from "../support/js-sdk-room.ts";
import { startLoad } from "../support/load-at-stop.ts";
import {
	type MovingDevice,
	makeDatabaseOfSynapse,
	movingPassword,
	openMoveWorld,
} from "../support/move-world.ts";
import { skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { call } from "../support/server.ts";
import { needsSynapse, needsSynapseOnPostgres } from "../support/synapse.ts";
import { makeTenPeople } from "../support/ten-people.ts";
import { until } from "../support/until.ts";

/** As a proxy answers while nobody is behind it. */
const closed = { status: 503, body: "{}" };

for (const [dialect, skip, openCluster] of [
	["SQLite", needsSynapse.skip || jsSdk.skip, undefined],
	["PostgreSQL", needsSynapseOnPostgres.skip || jsSdk.skip || skipWithoutPostgres, startCluster],
] as const)
	test(`from a running Synapse with ${dialect} to Countersign and back: apps go on, and nobody signs in anew`, {
		skip,
	}, async (t) => {
		const cluster = await openCluster?.();
		t.after(() => cluster?.stop());
		await using world = await openMoveWorld(cluster && (await makeDatabaseOfSynapse(cluster)));
		const { synapse } = world;
		const yaml = join(synapse.dataDirectory, "homeserver.yaml");
		const move = (...words: readonly string[]) =>
			world.command("move", "from-synapse", words[0] ?? "", yaml, ...words.slice(1));
		const whoami = (device: Pick<MovingDevice, "accessToken">) =>
			call(world.url, device.accessToken, { method: "GET", path: "account/whoami" });
		const statusOf = async (accessToken: string) => (await whoami({ accessToken })).status;
		const refresh = (token: string | undefined) =>
			call(world.url, "", { method: "POST", path: "refresh", body: { refresh_token: token } });
		const people = await makeTenPeople(world);
		const { devices, tokens, admin } = people;
		const start = (device: MovingDevice) => startSdkApp({ url: world.url }, device, { sync: true });
		await using alice = await start(devices.alice);
		await using desktop = await start(devices.desktop);
		await using bert = await start(devices.bert);
		await using bob = await start(devices.bob);
		await using carol = await start(devices.carol);
		const apps = [alice, desktop, bert, bob, carol];
		await alice.crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (upload) => upload(null) });
		const roomId = await openEncryptedRoom(alice, [bert, bob, carol]);
		const talk = async (when: string) => {
			for (const [from, to] of [
				[alice, bert],
				[bert, desktop],
				[desktop, bob],
				[bob, carol],
				[carol, alice],
			] as const)
				await sendSecret(from, to, { roomId, text: `${when}, from ${from.device.userId}` });
		};
		await talk("before");
		// Its answer was lost: which of the two tokens the app has, nobody knows.
		const lost = await refresh(devices.half.refreshToken);
		assert.equal(lost.status, 200);
		const accepted = ["--accept", "locked"];

		await t.test("what would happen is said, and what nobody agreed to stops it", async () => {
			const { code, said } = await move("check");
			assert.equal(code, 1);
			assert.match(said, /--accept locked/);
			assert.doesNotMatch(said, /--accept (?!locked)/);
			assert.equal((await world.command("move", "status")).code, 1, "nothing was made");
		});

		await t.test(
			"it is rehearsed and begun while Synapse runs, and the switch waits for its stop",
			async () => {
				const rehearsed = await move("rehearse", ...accepted);
				assert.match(rehearsed.said, /Moved: 4 people\nMoved, with a note: 5 people\nNot moved: 1 person\n/);
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
			const logout = { method: "POST", path: "logout" };
			assert.equal((await call(world.url, devices.left.accessToken, logout)).status, 200);
		});
		const late = await world.signIn("bert", { deviceId: "LATELATELATE" });

		// Apps are in the middle of what they do when it stops: what they asked for happens, and no answer comes.
		const load = startLoad(world.url, [devices.busy, devices.busier]);
		await load.refreshed(2);
		world.between.decide(() => "cut-after");
		await load.lost(3);
		await world.stopSynapse();
		world.between.decide(() => closed);
		const before = await world.rows("SELECT * FROM access_tokens ORDER BY id");
		const sealFile = join(synapse.dataDirectory, "seal.pem");
		const switched = await move("run", "--switch", "--seal", sealFile, ...accepted);
		assert.equal(switched.code, 0, switched.said);
		assert.deepEqual(await world.rows("SELECT * FROM access_tokens ORDER BY id"), before);
		assert.match((await world.command("move", "status")).said, /^People were switched over/);
		const compared = await move("compare");
		const alone =
			/different: 0\. [^\n]+\nCountersign does not answer \([^\n]+\): its data alone were asked\.\n$/;
		assert.deepEqual([compared.code, alone.test(compared.said)], [0, true], compared.said);
		const again = await move("run", ...accepted);
		assert.deepEqual([again.code, /would bring back/.test(again.said)], [1, true]);
		await world.startCountersign();
		await world.delegate();
		const served = await move("compare");
		const answers =
			/different: 0\. Left[^\n]+\nAsked of the running Countersign: access tokens [12]\d; different: 0\.\n$/;
		assert.deepEqual([served.code, answers.test(served.said)], [0, true], served.said);
		const answered = async () => {
			const metrics = await (await fetch(new URL("metrics", world.accounts))).text();
			const count = (active: string) =>
				Number(new RegExp(`introspections_total\\{active="${active}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
			return [count("yes"), count("no")] as const;
		};
		const [activeBefore, inactiveBefore] = await answered();
		assert.ok(activeBefore > 0);
		world.between.decide(() => "pass");

		await t.test(
			"apps that lost answers at the stop go on, and Synapse hears of no live token that it is none",
			async () => {
				await load.refreshed(3);
				await talk("after");
				const refused = apps.flatMap(({ traffic }) => traffic.filter(({ status }) => status === 401));
				assert.deepEqual([refused, load.ends], [[], []]);
				const [active, inactive] = await answered();
				assert.ok(active > activeBefore);
				assert.equal(inactive, inactiveBefore, "as it was when nobody but the comparison had asked");
				assert.deepEqual(
					await world.ownRows("SELECT end_reason FROM sessions WHERE ended_at IS NOT NULL"),
					[],
				);
			},
		);

		await t.test("every device that was signed in still is, and none that was signed out", async () => {
			for (const name of [
				"alice",
				"desktop",
				"odd",
				"bert",
				"bob",
				"bobsOther",
				"bobsThird",
				"root",
			] as const) {
				const { status, body } = await whoami(devices[name]);
				assert.deepEqual([name, status, body.device_id], [name, 200, devices[name].deviceId]);
			}
			assert.equal((await whoami(late)).status, 200);
			for (const gone of [devices.left.accessToken, devices.gone.accessToken, tokens.puppet, tokens.guest])
				assert.equal(await statusOf(gone), 401);
		});

		await t.test("an administrator administers, nobody else, and a bridge goes on at Synapse", async () => {
			assert.equal((await admin("GET", "v2/users?guests=false")).status, 200);
			const asAlice = { method: "GET", path: "/_synapse/admin/v2/users?guests=false" };
			assert.equal((await call(world.url, devices.alice.accessToken, asAlice)).status, 403);
			assert.equal((await people.bridged()).body.user_id, "@bridge_one:localhost");
		});

		const browser = createFormBrowser(world.accounts);
		await t.test(
			"a bot's token without a device goes on, and its person ends the other at the account page",
			async () => {
				const { status, body } = await whoami({ accessToken: tokens.bot });
				assert.deepEqual([status, body.user_id, body.device_id], [200, "@bot:localhost", undefined]);
				const sync = { method: "GET", path: "sync?timeout=0" };
				assert.equal((await call(world.url, tokens.bot, sync)).status, 200);
				const upload = { method: "POST", path: "keys/device_signing/upload", body: {} };
				assert.equal((await call(world.url, tokens.bot, upload)).status, 403);
				const signedIn = { username: "bot", password: movingPassword };
				await browser.press(await browser.open("/login"), "Sign in", signedIn);
				const listed = await browser.open("/account/devices");
				assert.equal(listed.text.match(/An app without a device/g)?.length, 2);
				const ofOther = `SELECT session_id FROM access_tokens WHERE hash = '${tokenHash(tokens.botsOther)}'`;
				const [row] = await world.ownRows(ofOther);
				assert.ok(listed.text.includes(`/account/sessions/${row?.session_id}`));
				const page = await browser.open(`/account/sessions/${row?.session_id}?delete=1`);
				assert.equal((await browser.press(page, "Sign out")).url.pathname, "/account/devices");
				assert.equal(await statusOf(tokens.botsOther), 401);
				assert.equal(await statusOf(tokens.bot), 200);
			},
		);

		let token = devices.carol.refreshToken;
		const refreshCarol = async () => {
			const { status, body } = await refresh(token);
			assert.equal(status, 200);
			assert.match(body.refresh_token, /^syr_Y2Fyb2w_/);
			token = body.refresh_token;
			carol.client.setAccessToken(body.access_token);
		};
		await t.test("refresh tokens go on, time and again, and so does the app that has them", async () => {
			for (let turn = 0; turn < 3; turn += 1) await refreshCarol();
			await sendSecret(carol, alice, { roomId, text: "refreshed" });
			await sendSecret(alice, carol, { roomId, text: "to whoever refreshed" });
		});

		await t.test("of a refresh whose answer was lost at the stop either token goes on", async () => {
			const { status, body } = await refresh(devices.half.refreshToken);
			assert.equal(status, 200);
			assert.equal(await statusOf(body.access_token), 200);
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

		await t.test("an identity is replaced with a token that moved, by an approval", async () => {
			const first = await alice.crypto.getCrossSigningKeyId();
			await alice.crypto.bootstrapCrossSigning({
				setupNewCrossSigning: true,
				authUploadDeviceSigningKeys: async (upload) => {
					const own = createFormBrowser(world.accounts);
					let page = await own.open((await challengeOf(upload, null)).url);
					const proof = { username: "alice", password: movingPassword };
					if (page.url.pathname === "/login") page = await own.press(page, /^(Sign in|Continue)$/, proof);
					await own.press(page, /replace my digital identity$/i, { password: movingPassword });
					await upload(null);
				},
			});
			const second = await alice.crypto.getCrossSigningKeyId();
			assert.ok(first !== null && second !== null && first !== second);
		});

		await t.test(
			"a device that moved is signed out for good, by its app or at the account page",
			async () => {
				const { bob: bobs, bobsOther, bobsThird } = devices;
				const { accessToken } = bobsOther;
				assert.equal((await call(world.url, accessToken, { method: "POST", path: "logout" })).status, 200);
				const own = createFormBrowser(world.accounts);
				const signedIn = { username: "Bob.Old", password: movingPassword };
				await own.press(await own.open("/login"), "Sign in", signedIn);
				const page = await own.open(`/account/devices/${bobsThird.deviceId}?delete=1`);
				assert.equal((await own.press(page, "Sign out")).url.pathname, "/account/devices");
				for (const device of [bobsOther, bobsThird]) assert.equal(await statusOf(device.accessToken), 401);
				const ended = [bobsOther.deviceId, bobsThird.deviceId];
				await until(async () => {
					const { body } = await call(world.url, bobs.accessToken, { method: "GET", path: "devices" });
					const ids = body.devices.map(({ device_id: id }: { readonly device_id: string }) => id);
					return ids.includes(bobs.deviceId) && !ended.some((id) => ids.includes(id));
				});
			},
		);

		await t.test("a password that moved is changed at the account page", async () => {
			const own = createFormBrowser(world.accounts);
			await own.press(await own.open("/login"), "Sign in", { username: "alice", password: movingPassword });
			const change = async (current: string) => {
				const filled = { current, password: "a new password of hers" };
				return own.press(await own.open("/account/password"), "Change password", filled);
			};
			assert.equal((await change(`${movingPassword}x`)).status, 403);
			assert.equal((await change(movingPassword)).url.pathname, "/account/security");
			await assert.rejects(world.signIn("alice"), /M_FORBIDDEN/);
		});

		const since = {
			again: await world.signIn("bert", { deviceId: late.deviceId }),
			refreshing: await world.signIn("carol", { refresh: true }),
		};
		const once = await refresh(since.refreshing.refreshToken);
		assert.equal(once.status, 200);
		const busy = await load.stop();
		// Nobody goes back before Synapse has heard of all that ended.
		await until(async () => {
			const metrics = await (await fetch(new URL("metrics", world.accounts))).text();
			return /^countersign_homeserver_tasks\{state="waiting"\} 0$/m.test(metrics);
		});
		world.between.decide(() => closed);

		await t.test("the way back waits for both to stop, and says who would be signed out", async () => {
			const back = (...words: readonly string[]) =>
				world.command("move", "back", yaml, "--backup", world.backup, ...words);
			assert.match((await back()).said, /Countersign runs on these data/);
			await world.stopCountersign();
			assert.match((await back()).said, /Synapse has its database open/);
			await world.stopSynapse();
			const refused = await back();
			assert.equal(refused.code, 1);
			assert.match(refused.said, /@bert:localhost +LATELATELATE/);
			const returned = await back("--seal", sealFile);
			assert.equal(returned.code, 0, returned.said);
			assert.match((await world.command("move", "status")).said, /^People went back to Synapse/);
			assert.equal((await back("--seal", sealFile)).code, 1);
		});
		await world.undelegate();
		// Whoever refreshes does it once more: what their app has was made at Countersign.
		world.between.decide(({ path }) => (path.endsWith("/refresh") ? "pass" : closed));
		await refreshCarol();
		world.between.decide(() => "pass");

		await t.test("back at Synapse the same apps go on, and what ended meanwhile stays dead", async () => {
			await talk("back");
			for (const name of ["alice", "desktop", "odd", "bert", "bob", "root", "rootsOther"] as const)
				assert.deepEqual([name, await statusOf(devices[name].accessToken)], [name, 200]);
			assert.equal(await statusOf(tokens.bot), 200);
			for (const ended of [devices.left, devices.bobsOther, devices.bobsThird, late])
				assert.equal(await statusOf(ended.accessToken), 401, ended.deviceId);
			assert.equal(await statusOf(tokens.botsOther), 401, "one without a device");
			assert.equal((await people.bridged()).status, 200);
			assert.equal((await admin("GET", "v2/users?guests=false")).status, 200, "who administers still does");
		});

		await t.test("back at Synapse who signed in since goes on, by what was sealed", async () => {
			assert.equal(await statusOf(since.again.accessToken), 200);
			const { status, body } = await refresh(once.body.refresh_token);
			assert.equal(status, 200);
			assert.equal(await statusOf(body.access_token), 200);
			assert.ok((await refresh(since.refreshing.refreshToken)).status >= 400);
		});

		await t.test(
			"back at Synapse refresh tokens go on where they are, and the old ones are dead",
			async () => {
				const { status, body } = await refresh(token);
				assert.equal(status, 200);
				assert.equal(await statusOf(body.access_token), 200);
				assert.equal((await refresh(body.refresh_token)).status, 200);
				for (const device of busy)
					assert.equal((await refresh(device.refreshToken)).status, 200, device.deviceId);
				for (const old of [devices.carol, devices.half, devices.busy]) {
					assert.ok((await refresh(old.refreshToken)).status >= 400);
					assert.equal(await statusOf(old.accessToken), 401);
				}
			},
		);

		await t.test("back at Synapse the newest password counts", async () => {
			const newest = { password: "a new password of hers" };
			assert.equal((await world.signIn("alice", newest)).userId, "@alice:localhost");
			await assert.rejects(world.signIn("alice"), /M_FORBIDDEN/);
			assert.equal((await world.signIn("carol")).userId, "@carol:localhost");
		});
	});
