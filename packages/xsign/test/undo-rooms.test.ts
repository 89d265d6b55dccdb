/** An old message of an encrypted room on a real Synapse, and an app that removes the backup before it asks. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { type SdkApp, startSdkApp } from "../../server/test/support/js-sdk.ts";
import { challengeOf } from "../../server/test/support/js-sdk-challenge.ts";
import { jsSdk } from "../../server/test/support/js-sdk-library.ts";
import { openEncryptedRoom, sendSecret } from "../../server/test/support/js-sdk-room.ts";
import { eventually } from "../../server/test/support/js-sdk-traffic.ts";
import { approve, password } from "../../server/test/support/server.ts";
import {
	needsSynapseBehind,
	openSynapseWorld,
	type SynapseWorld,
} from "../../server/test/support/synapse-world.ts";
import { createMachine, type Machine } from "./support/xsign.ts";

const skip = needsSynapseBehind("nginx").skip || jsSdk.skip;

test("an old message is read after a refusal, and after the reset once its key was moved by the old recovery key", {
	skip,
	timeout: 300_000,
}, async () => {
	await using world = await openSynapseWorld();
	using machine = createMachine();
	const [alice, bob] = [await person(world, "alice"), await person(world, "bob")];
	const old = "from before";
	const roomId = await (async () => {
		await using phone = await alice.signIn();
		await using friend = await bob.signIn();
		await identify(friend);
		await identify(phone);
		alice.keys.push(await phone.setUpRecovery());
		await phone.crypto.resetKeyBackup();
		const room = await openEncryptedRoom(phone, [friend]);
		await sendSecret(friend, phone, { roomId: room, text: old });
		await eventually("its key is in the backup", async () => {
			const { body } = await world.call(phone.device, "GET", "room_keys/version");
			return body.count > 0;
		});
		return room;
	})();
	const [oldKey = ""] = alice.keys;

	// The key of no message is on this device, as on one of somebody who has lost the other.
	await using tablet = await alice.signIn();
	await assert.rejects(
		tablet.crypto.resetEncryption(async (makeRequest) => {
			const { url } = await challengeOf(makeRequest, null);
			const page = await alice.browser.open(url);
			await alice.browser.press(page, "This was not me: refuse", { password });
			await makeRequest(null);
		}),
	);
	assert.ok((await read(alice, { key: oldKey, roomId })).includes(old), "after the refusal");

	await tablet.settle();
	await tablet.crypto.resetEncryption(async (makeRequest) => {
		await approve(alice.browser, (await challengeOf(makeRequest, null)).url, "alice");
		await makeRequest(null);
	});
	const newKey = await tablet.setUpRecovery();
	assert.ok(!(await read(alice, { key: newKey, roomId })).includes(old), "nobody has its key any more");
	await undo(alice, machine, { oldKey, newKey, homeserver: world.homeserver });
	assert.ok((await read(alice, { key: newKey, roomId })).includes(old), "after the keys were moved");
});

async function person(world: SynapseWorld, localpart: string) {
	const browser = await world.register(localpart);
	const login = () => world.loginDevice({ localpart, browser });
	const keys: string[] = [];
	const signIn = async () => startSdkApp({ url: world.homeserver }, await login(), { sync: true });
	return { browser, keys, login, signIn };
}

type Person = Awaited<ReturnType<typeof person>>;

const identify = ({ crypto }: SdkApp) =>
	crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (makeRequest) => makeRequest(null) });

/** What a new device of hers shows of the room, with this recovery key and nothing else. */
async function read(alice: Person, { key, roomId }: { readonly key: string; readonly roomId: string }) {
	await using fresh = await alice.signIn();
	await fresh.settle();
	await fresh.crypto.userHasCrossSigningKeys(undefined, true);
	await fresh.enterRecovery(key);
	await fresh.crypto.bootstrapCrossSigning({});
	await fresh.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	await fresh.crypto.restoreKeyBackup();
	const room = await eventually("the room is there", async () => fresh.client.getRoom(roomId) ?? undefined);
	await fresh.client.scrollback(room, 50);
	const events = room.getLiveTimeline().getEvents();
	const secrets = events.filter((event) => event.getWireType() === "m.room.encrypted");
	assert.ok(secrets.length > 0);
	await Promise.all(secrets.map((event) => fresh.client.decryptEventIfNeeded(event)));
	return secrets.map((event): unknown => event.getContent().body);
}

/** A terminal of hers is given the new identity, is let read what is kept, and moves its keys. */
async function undo(
	alice: Person,
	machine: Machine,
	{ oldKey, newKey, homeserver }: Readonly<Record<"oldKey" | "newKey" | "homeserver", string>>,
): Promise<void> {
	const { accessToken } = await alice.login();
	const login = await machine.run(["login", "--token", homeserver], `${accessToken}\n`);
	assert.equal(login.exit, 0, login.complaint);
	await writeFile(machine.path("new"), newKey, { mode: 0o600 });
	await writeFile(machine.path("old"), oldKey, { mode: 0o600 });
	const restored = await machine.run(["restore", "--recovery-key-file", machine.path("new")]);
	assert.equal(restored.exit, 0, restored.complaint);
	const moving = machine.start(["undo", "--wait", "5", "--recovery-key-file", machine.path("old")]);
	const [address = ""] = await moving.says(/http\S+kept\S*/);
	await alice.browser.press(await alice.browser.open(address), "Let it read for ten minutes", { password });
	const { exit, out, complaint } = await moving.ended;
	assert.equal(exit, 0, out + complaint);
}
