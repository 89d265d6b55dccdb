import { readBackup } from "./backup.ts";
import type { Caller } from "./homeserver.ts";
import type { Sight } from "./next-step.ts";
import type { IdentityCrypto } from "./ports.ts";
import { readPublishedKeys } from "./published-keys.ts";
import type { PendingReset } from "./record.ts";
import { readDefaultKeyId } from "./recovery.ts";

/** Looks at everything the next step depends on. Reads only, and reads no more than that. */
export async function look(call: Caller, record: PendingReset, crypto: IdentityCrypto): Promise<Sight> {
	const { userId, deviceId, identity, recovery } = record;
	const { masterKey, devices, signedDevices, dehydrated } = await readPublishedKeys(call, record);
	const nothing = {
		...{ defaultKeyId: undefined, backup: undefined, usedBackup: undefined },
		...{ oldBackupToDelete: false, staleDehydrated: [] },
	};
	const devicePublished = devices.includes(deviceId);
	if (masterKey !== identity.master.publicKey)
		return { ...nothing, masterKey, devicePublished, deviceSigned: false, heldMasterKey: undefined };
	const deviceSigned = signedDevices.includes(deviceId);
	const heldMasterKey = await crypto.heldMasterKey();
	const staleDehydrated = dehydrated.filter((id) => !signedDevices.includes(id));
	const before = { masterKey, devicePublished, deviceSigned, heldMasterKey, staleDehydrated };
	if (recovery === undefined) return { ...nothing, ...before };
	const { old } = recovery;
	return {
		...before,
		defaultKeyId: await readDefaultKeyId({ call, userId }),
		backup: await readBackup(call),
		usedBackup: await crypto.backupVersion(),
		oldBackupToDelete:
			old?.fate === "delete-after-success" && (await readBackup(call, old.version)) !== undefined,
	};
}
