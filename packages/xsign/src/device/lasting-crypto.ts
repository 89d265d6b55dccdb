import type { IdentityCrypto, PostKeys } from "@countersign/client";

/**
 * Crypto whose changes are on the disk before anything is sent that depends on them, and before the next step is
 * taken: what a crash undoes was seen by nobody.
 */
export function lastingCrypto(crypto: IdentityCrypto, save: () => Promise<void>): IdentityCrypto {
	const afterSaving =
		(post: PostKeys): PostKeys =>
		async (path, body) => {
			await save();
			return post(path, body);
		};
	return {
		heldMasterKey: () => crypto.heldMasterKey(),
		backupVersion: () => crypto.backupVersion(),
		async importIdentity(secrets, post) {
			await crypto.importIdentity(secrets, afterSaving(post));
			await save();
		},
		async signDevice(post) {
			await crypto.signDevice(afterSaving(post));
			await save();
		},
		async useBackup(backup) {
			await crypto.useBackup(backup);
			await save();
		},
		async renewDehydratedDevice(renewal) {
			const request: typeof renewal.request = async (call) => {
				await save();
				return renewal.request(call);
			};
			await crypto.renewDehydratedDevice?.({ ...renewal, request });
			await save();
		},
		// Thousands of times nothing would be gained: what a crash loses of them is still in the backup.
		importRoomKeys: (keys, version) => crypto.importRoomKeys(keys, version),
	};
}
