/** Somebody about to reset, with all that an app removes before it asks, and a second device that goes on. */

import type { FormBrowser } from "./form-browser.ts";
import { type SdkApp, startSdkApp } from "./js-sdk.ts";
import { exportedRoomKey } from "./megolm.ts";
import type { RunningServer } from "./server.ts";
import { until } from "./until.ts";

const roomId = "!room:localhost";

/** Either homeserver, as far as apps and people meet it. */
export type UndoServer = Pick<RunningServer, "register" | "loginDevice" | "call"> & {
	/** Where apps reach it. */
	readonly url: string;
};

export interface UndoWorld {
	readonly server: UndoServer;
	readonly browser: FormBrowser;
	readonly phone: SdkApp;
	/** Verified by the recovery key, and writing to the backup. */
	readonly laptop: SdkApp;
	readonly recoveryKey: string;
	readonly signIn: () => Promise<SdkApp>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** Alice with an identity, a recovery key, a backup of one key, and a second device that is verified. */
export async function openUndoWorld(server: UndoServer): Promise<UndoWorld> {
	const browser = await server.register("alice");
	const signIn = async () =>
		startSdkApp(server, await server.loginDevice({ localpart: "alice", browser }), { sync: true });
	const phone = await signIn();
	await phone.crypto.bootstrapCrossSigning({ authUploadDeviceSigningKeys: (ask) => ask(null) });
	const recoveryKey = await phone.setUpRecovery();
	await phone.crypto.resetKeyBackup();
	await addKey(phone);
	await backedUp({ server }, phone, 1);
	const laptop = await signIn();
	await laptop.crypto.userHasCrossSigningKeys(undefined, true);
	await laptop.enterRecovery(recoveryKey);
	await laptop.crypto.bootstrapCrossSigning({});
	await laptop.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	await laptop.crypto.checkKeyBackupAndEnable();
	for (const app of [phone, laptop]) await app.settle();
	return {
		...{ server, browser, phone, laptop, recoveryKey, signIn },
		async [Symbol.asyncDispose]() {
			for (const app of [phone, laptop]) await app[Symbol.asyncDispose]();
		},
	};
}

/** The app learns a key to a room, as if it had been sent one. Returns its session. */
export async function addKey(app: SdkApp): Promise<string> {
	const key = exportedRoomKey(roomId);
	await app.crypto.importRoomKeys([key]);
	return key.session_id;
}

export async function backedUp(
	{ server }: Pick<UndoWorld, "server">,
	app: SdkApp,
	count: number,
): Promise<void> {
	await until(async () => (await server.call(app.device, "GET", "room_keys/version")).body.count === count);
}

/** Secret storage and what is in it, by type. */
export async function accountData({ server }: Pick<UndoWorld, "server">, { device }: SdkApp) {
	const { body } = await server.call(device, "GET", "sync?timeout=0");
	const events: readonly { readonly type: string; readonly content: unknown }[] = body.account_data.events;
	return Object.fromEntries(
		events
			.filter(({ type }) => /^m\.(secret_storage|cross_signing|megolm_backup)/.test(type))
			.map(({ type, content }) => [type, content]),
	);
}

/** How many message keys a third device reads with this recovery key. */
export async function restoredBy(world: Pick<UndoWorld, "signIn">, key: string): Promise<number> {
	return (await readBy(world, key)).length;
}

/** The sessions of which a third device reads the keys with this recovery key. */
export async function readBy(world: Pick<UndoWorld, "signIn">, key: string): Promise<readonly string[]> {
	await using third = await world.signIn();
	await third.crypto.userHasCrossSigningKeys(undefined, true);
	await third.enterRecovery(key);
	await third.crypto.bootstrapCrossSigning({});
	await third.crypto.loadSessionBackupPrivateKeyFromSecretStorage();
	const { imported } = await third.crypto.restoreKeyBackup();
	const exported: readonly { readonly session_id: string }[] = JSON.parse(
		await third.crypto.exportRoomKeysAsJson(),
	);
	if (exported.length !== imported) throw new Error(`${imported} imported, ${exported.length} there`);
	return exported.map(({ session_id }) => session_id);
}
