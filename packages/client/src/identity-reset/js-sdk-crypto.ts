import { decodeBase64 } from "@countersign/protocol";
import { systemSleep } from "../platform.ts";
import type { HomeserverSession } from "./homeserver.ts";
import type { SecretsBundle } from "./identity.ts";
import type { BackupAccess, IdentityCrypto, PendingStore } from "./ports.ts";
import { type IdentityReset, prepareIdentityReset, type ResetWishes } from "./prepare.ts";
import type { ResetOutcome, RunOptions } from "./run.ts";

/** The part of matrix-js-sdk's `CryptoApi` that is used; all of it is public in 43. */
export interface JsSdkCryptoApi {
	getCrossSigningKeyId(): Promise<string | null>;
	userHasCrossSigningKeys(userId: string, downloadUncached: boolean): Promise<boolean>;
	importSecretsBundle?(secrets: SecretsBundle): Promise<void>;
	crossSignDevice(deviceId: string): Promise<void>;
	getActiveSessionBackupVersion(): Promise<string | null>;
	storeSessionBackupPrivateKey(key: Uint8Array<ArrayBuffer>, version: string): Promise<void>;
	checkKeyBackupAndEnable(): Promise<unknown>;
	importRoomKeysAsJson(keys: string): Promise<void>;
	startDehydration?(opts: { createNewKey: boolean; onlyIfKeyCached: boolean }): Promise<void>;
}

/** The part of matrix-js-sdk's `MatrixClient` that is used. */
export interface JsSdkClient {
	getCrypto(): JsSdkCryptoApi | undefined;
	getHomeserverUrl(): string;
	getUserId(): string | null;
	getDeviceId(): string | null;
	getAccessToken(): string | null;
	whoami(): Promise<unknown>;
	readonly secretStorage?: { getDefaultKeyId(): Promise<string | null> };
}

/** So often a client is asked whether it has heard of the new key of secret storage, and what lies between, in ms. */
const [patience, pauseMs] = [20, 250];

/**
 * The crypto of an app with matrix-js-sdk 43 (rust crypto), by its public API alone.
 *
 * @throws `TypeError` for a client without crypto, or that is not signed in
 */
export function jsSdkCrypto(client: JsSdkClient): IdentityCrypto {
	const { crypto, userId, deviceId } = partsOf(client);
	return {
		async heldMasterKey() {
			return (await crypto.getCrossSigningKeyId()) ?? undefined;
		},
		async importIdentity(secrets) {
			if (crypto.importSecretsBundle === undefined)
				throw new TypeError("matrix-js-sdk 43 or newer is needed");
			await crypto.userHasCrossSigningKeys(userId, true);
			await crypto.importSecretsBundle(secrets);
		},
		signDevice: () => crypto.crossSignDevice(deviceId),
		async backupVersion() {
			return (await crypto.getActiveSessionBackupVersion()) ?? undefined;
		},
		async useBackup({ secret, version }: BackupAccess) {
			await crypto.storeSessionBackupPrivateKey(decodeBase64(secret) ?? new Uint8Array(), version);
			await crypto.checkKeyBackupAndEnable();
		},
		// It sends them to the backup once more, which keeps what it has.
		importRoomKeys: (keys) => crypto.importRoomKeysAsJson(JSON.stringify(keys)),
		// It asks the client's `getSecretStorageKey` for the new key, under which it stores the device's own.
		async renewDehydratedDevice({ keyId }) {
			for (let looks = 0; (await client.secretStorage?.getDefaultKeyId()) !== keyId; looks++) {
				// A client that does not sync does not hear of it, and would store the device's key under the old one.
				if (looks === patience) return;
				await systemSleep(pauseMs, new AbortController().signal);
			}
			await crypto.startDehydration?.({ createNewKey: true, onlyIfKeyCached: true });
		},
	};
}

/** The session of a client, its tokens refreshed by the client itself. */
export function jsSdkSession(client: JsSdkClient): HomeserverSession {
	const { userId, deviceId } = partsOf(client);
	return {
		...{ homeserver: client.getHomeserverUrl(), userId, deviceId },
		async accessToken(hint) {
			// The client refreshes when a request of its own is refused; this one asks for nothing else.
			if (hint !== undefined && hint.rejected === client.getAccessToken())
				await client.whoami().catch(() => {});
			return client.getAccessToken() ?? "";
		},
	};
}

/** What {@link safeResetEncryption} needs. */
export interface SafeResetOptions extends ResetWishes, RunOptions {
	/** Where the reset outlives a crash. */
	readonly store: PendingStore;
}

/**
 * In place of matrix-js-sdk's `resetEncryption`, which deletes backups and secret storage before it asks. A reset that
 * was begun before goes on.
 *
 * @param client of matrix-js-sdk 43, signed in, its rust crypto running
 * @throws `IdentityResetError`, and what `prepareIdentityReset` throws
 */
export async function safeResetEncryption(
	client: JsSdkClient,
	options: SafeResetOptions,
): Promise<ResetOutcome> {
	const parts = { session: jsSdkSession(client), crypto: jsSdkCrypto(client) };
	const reset: IdentityReset = await prepareIdentityReset({ ...options, ...parts });
	return reset.run(options);
}

function partsOf(client: JsSdkClient) {
	const [crypto, userId, deviceId] = [client.getCrypto(), client.getUserId(), client.getDeviceId()];
	if (crypto === undefined || userId === null || deviceId === null)
		throw new TypeError("the client has to be signed in, with its crypto running");
	return { crypto, userId, deviceId };
}
