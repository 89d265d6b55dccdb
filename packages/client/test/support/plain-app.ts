import { createKeyPair, keyPairOf, withSignature } from "../../src/identity-reset/key-pairs.ts";
import {
	type BackupAccess,
	type HomeserverSession,
	type IdentityCrypto,
	memoryPendingStore,
	type PendingStore,
	type SecretsBundle,
} from "../../src/index.ts";
import type { TestDevice, TestHomeserver } from "./servers/index.ts";

/** What an app without any crypto library keeps; a crash of the app leaves it as it is. */
export interface PlainApp {
	readonly device: TestDevice;
	readonly crypto: IdentityCrypto;
	readonly store: PendingStore;
	readonly session: HomeserverSession;
	/** Everything in its crypto store, for comparison. */
	dump(): string;
}

/** An app that signs in: its device keys are uploaded, and it holds no identity. */
export async function openPlainApp(
	server: Pick<TestHomeserver, "url" | "signIn">,
	changes: Partial<HomeserverSession> = {},
): Promise<PlainApp> {
	const device = server.signIn();
	const { userId, deviceId, accessToken } = device;
	const session = { homeserver: server.url, userId, deviceId, accessToken: async () => accessToken };
	const own = await createKeyPair("Ed25519");
	const keys = { user_id: userId, device_id: deviceId, algorithms: [] };
	const named = { ...keys, keys: { [`ed25519:${deviceId}`]: own.publicKey } };
	const { signatures } = await withSignature(named, userId, own);
	const byOwn = { [`ed25519:${deviceId}`]: Object.values(signatures[userId] ?? {})[0] };
	const deviceKeys = { ...named, signatures: { [userId]: byOwn } };
	await fetch(new URL("_matrix/client/v3/keys/upload", server.url), {
		method: "POST",
		headers: { authorization: `Bearer ${accessToken}` },
		body: JSON.stringify({ device_keys: deviceKeys }),
	});
	const kept: { secrets?: SecretsBundle; backup?: BackupAccess } = {};
	const crypto: IdentityCrypto = {
		async heldMasterKey() {
			const secret = kept.secrets?.cross_signing.master_key;
			return secret === undefined ? undefined : (await keyPairOf("Ed25519", secret)).publicKey;
		},
		async importIdentity(secrets) {
			kept.secrets = secrets;
		},
		async signDevice(post) {
			const secret = kept.secrets?.cross_signing.self_signing_key ?? "";
			const signed = await withSignature(named, userId, await keyPairOf("Ed25519", secret));
			const body = { [userId]: { [deviceId]: signed } };
			await post("keys/signatures/upload", JSON.stringify(body));
		},
		async backupVersion() {
			return kept.backup?.version;
		},
		async useBackup(backup) {
			kept.backup = backup;
		},
		async importRoomKeys() {
			// It reads no messages.
		},
	};
	return {
		...{ device, crypto, store: memoryPendingStore(), session: { ...session, ...changes } },
		dump: () => JSON.stringify(kept),
	};
}
