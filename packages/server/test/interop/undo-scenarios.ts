/** The unmodified matrix-js-sdk resets, at whichever homeserver: what it removed before it asked comes back, or not. */
import assert from "node:assert/strict";
import { challengeOf } from "../support/js-sdk-challenge.ts";
import { approve, password } from "../support/server.ts";
import { accountData, addKey, backedUp, restoredBy, type UndoWorld } from "../support/undo-world.ts";
import { until } from "../support/until.ts";

/** Refused: the backup, secret storage and the other device are as they were. */
export async function refused(world: UndoWorld): Promise<void> {
	const { server, browser, phone, laptop, recoveryKey } = world;
	const before = {
		version: (await server.call(laptop.device, "GET", "room_keys/version")).body.version,
		data: await accountData(world, laptop),
		active: await laptop.crypto.getActiveSessionBackupVersion(),
	};
	assert.equal(before.active, before.version);
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
}

/** Approved: the new backup is in force on every device. */
export async function approved(world: UndoWorld): Promise<void> {
	const { server, browser, phone, laptop } = world;
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
	assert.ok((await restoredBy(world, newKey)) > 0);
}
