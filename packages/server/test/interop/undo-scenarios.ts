/** The unmodified matrix-js-sdk resets, at whichever homeserver: what it removed before it asked comes back, or not. */
import assert from "node:assert/strict";
import { clientErrorCode, restoreIdentity, restoreKeptMessages } from "@countersign/client";
import type { SdkApp } from "../support/js-sdk.ts";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { approve, password } from "../support/server.ts";
import { accountData, addKey, backedUp, readBy, restoredBy, type UndoWorld } from "../support/undo-world.ts";
import { until } from "../support/until.ts";
import { openWasmApp } from "../support/wasm-app.ts";

/** So many empty rounds of `/sync`, of half a minute each, both apps are watched for after a refusal. */
const watchedRounds = Number(process.env.COUNTERSIGN_WATCHED_ROUNDS ?? 0);
/** Both apps together ask for less than this from the first deletion to the end, however long they are watched. */
const askedAtMost = 40;

/** Refused: the backup, secret storage and the other device are as they were. */
export async function refused(world: UndoWorld): Promise<void> {
	const { server, browser, phone, laptop, recoveryKey } = world;
	const before = {
		version: (await server.call(laptop.device, "GET", "room_keys/version")).body.version,
		data: await accountData(world, laptop),
		active: await laptop.crypto.getActiveSessionBackupVersion(),
	};
	assert.equal(before.active, before.version);
	const askedBefore = asked(phone) + asked(laptop);
	const outcome = phone.crypto.resetEncryption(async (makeRequest) => {
		const { url } = await challengeOf(makeRequest, null);
		assert.equal((await server.call(phone.device, "GET", "room_keys/version")).status, 404);
		assert.deepEqual(
			(await server.call(laptop.device, "GET", "room_keys/version")).body.version,
			before.version,
		);
		assert.equal(await laptop.crypto.getActiveSessionBackupVersion(), before.active);
		await addKey(laptop);
		await backedUp(world, laptop, 2);
		const page = await browser.open(url);
		assert.match(page.text, /2 message keys, .* until you decide/);
		const refused = await browser.press(page, "This was not me: refuse", { password });
		assert.match(refused.text, /What your app had removed is back/);
		await makeRequest(null);
	});
	await assert.rejects(outcome);
	assert.deepEqual(await accountData(world, laptop), before.data);
	assert.equal((await server.call(phone.device, "GET", "room_keys/version")).body.version, before.version);
	assert.equal(await laptop.crypto.getActiveSessionBackupVersion(), before.active);
	assert.equal(await restoredBy(world, recoveryKey), 2);
	const syncs = laptop.traffic.filter(isSync).length;
	await waitFor(() => laptop.traffic.filter(isSync).length >= syncs + watchedRounds);
	const more = asked(phone) + asked(laptop) - askedBefore;
	assert.ok(more < askedAtMost, `they go on asking: ${more} requests`);
}

const isSync = ({ path }: { readonly path: string }) => path.endsWith("/sync");
const asked = ({ traffic }: SdkApp) => traffic.filter((one) => !isSync(one)).length;

/** Without a bound of its own: it is as long as it is wanted. */
async function waitFor(isSo: () => boolean): Promise<void> {
	while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 100));
}

/**
 * Approved: the new backup is in force on every device. What was only in the old one is brought into it by the old
 * recovery key, and read by an unmodified app.
 */
export async function approved(world: UndoWorld): Promise<void> {
	const { server, browser, phone, laptop } = world;
	const lost = await addKey(laptop);
	await backedUp(world, laptop, 2);
	await phone.crypto.resetEncryption(async (makeRequest) => {
		await approve(browser, (await challengeOf(makeRequest, null)).url, "alice");
		await makeRequest(null);
	});
	const newKey = await phone.setUpRecovery();
	const info = await phone.crypto.getKeyBackupInfo();
	assert.equal(info?.version, await phone.crypto.getActiveSessionBackupVersion());
	assert.equal((await server.call(laptop.device, "GET", "room_keys/version")).body.version, info?.version);
	await addKey(phone);
	await until(async () => (await server.call(laptop.device, "GET", "room_keys/version")).body.count > 0);
	assert.ok(!(await readBy(world, newKey)).includes(lost), "the phone never had it");
	assert.deepEqual(await moved(world, newKey), { total: 2, imported: 2 });
	assert.ok((await readBy(world, newKey)).includes(lost));
}

/**
 * Refused, and meanwhile the laptop has begun anew, as apps offer it where secret storage is gone: that stays. What was in
 * the old backup alone is brought into the new one by the old recovery key.
 */
export async function begunAnew(world: UndoWorld): Promise<void> {
	const { server, browser, phone, laptop, recoveryKey, signIn } = world;
	const lost = await onlyBackedUp(world);
	let newKey = "";
	const outcome = phone.crypto.resetEncryption(async (makeRequest) => {
		const { url } = await challengeOf(makeRequest, null);
		newKey = await laptop.setUpRecovery();
		await laptop.crypto.resetKeyBackup();
		const refused = await browser.press(await browser.open(url), "This was not me: refuse", { password });
		assert.match(refused.text, /what your old recovery key opens/);
		await makeRequest(null);
	});
	await assert.rejects(outcome);
	const active = await laptop.crypto.getActiveSessionBackupVersion();
	assert.equal((await server.call(laptop.device, "GET", "room_keys/version")).body.version, active);
	assert.ok(!(await readBy(world, newKey)).includes(lost), "it is in the old backup alone");
	assert.deepEqual(await moved(world, newKey), { total: 2, imported: 2 });
	assert.ok((await readBy(world, newKey)).includes(lost));
	await assert.rejects(readBy({ signIn }, recoveryKey));
}

/** A key that a third device, which is gone, has put into the backup. Returns its session. */
async function onlyBackedUp(world: UndoWorld): Promise<string> {
	await using third = await world.signIn();
	await third.crypto.userHasCrossSigningKeys(undefined, true);
	await third.enterRecovery(world.recoveryKey);
	await third.crypto.bootstrapCrossSigning({});
	await third.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	await third.crypto.checkKeyBackupAndEnable();
	const session = await addKey(third);
	await backedUp(world, third, 2);
	return session;
}

/**
 * Nobody resets: the phone begins a new backup for itself. That is in force at once, the recovery key opens it, and the
 * one before does not come back.
 */
export async function renewed(world: UndoWorld): Promise<void> {
	const { server, browser, phone, laptop, recoveryKey } = world;
	const before = await phone.crypto.getActiveSessionBackupVersion();
	await phone.crypto.resetKeyBackup();
	const version = await phone.crypto.getActiveSessionBackupVersion();
	assert.ok(version !== null && version !== before);
	await addKey(phone);
	await backedUp(world, laptop, 2);
	const seen = (path: string) => server.call(laptop.device, "GET", `room_keys/version${path}`);
	assert.equal((await seen("")).body.version, version);
	assert.equal((await seen(`/${before}`)).status, 404);
	assert.match((await browser.open("/account/kept")).text, /1 message key\b/);
	assert.equal(await restoredBy(world, recoveryKey), 2);
}

/**
 * Nobody resets: the phone switches the backup off, as Element's settings do, and says so by its mark. It stays off
 * when ten minutes are over, and is kept for its person.
 */
export async function switchedOff(world: UndoWorld, tenMinutesLater: () => void = () => {}): Promise<void> {
	const { server, browser, phone, signIn } = world;
	await phone.crypto.disableKeyStorage();
	const mark = `user/${encodeURIComponent(phone.device.userId)}/account_data/m.org.matrix.custom.backup_disabled`;
	assert.equal((await server.call(phone.device, "PUT", mark, { disabled: true })).status, 200);
	tenMinutesLater();
	await using third = await signIn();
	await until(
		async () => (await server.call(third.device, "GET", "room_keys/version")).body.errcode === "M_NOT_FOUND",
	);
	await until(async () => /1 message key\b/.test((await browser.open("/account/kept")).text));
	const { "m.secret_storage.default_key": key } = await accountData(world, third);
	assert.deepEqual(key, {});
}

/** A terminal of Alice's holds the new identity, is let read what is kept, and moves its keys. */
async function moved(world: UndoWorld, newKey: string) {
	const { server, browser, recoveryKey } = world;
	const device = await server.loginDevice({ localpart: "alice", browser });
	const { userId, deviceId, accessToken } = device;
	using app = await openWasmApp(server.url, device);
	const session = { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
	const mine = { session, crypto: app.crypto };
	await restoreIdentity({ ...mine, recovery: { kind: "recovery-key", recoveryKey: newKey } });
	let shown = 0;
	const move = (key: string) =>
		restoreKeptMessages({
			...mine,
			recovery: { kind: "recovery-key", recoveryKey: key },
			async present({ url, checkNow }) {
				shown += 1;
				const page = await browser.open(url);
				assert.match(page.text, /2 message keys/);
				const done = await browser.press(page, "Let it read for ten minutes", { password });
				assert.match(done.text, /An app can read it now/);
				checkNow();
			},
		});
	await assert.rejects(move(newKey), { code: clientErrorCode.recoveryKeyWrong });
	const outcome = await move(recoveryKey);
	assert.equal(shown, 1, "it is still let read");
	return outcome;
}
