import type { PendingReset } from "./record.ts";

/** What the homeserver and the app's crypto show. */
export interface Sight {
	/** The master key everybody sees. */
	readonly masterKey: string | undefined;
	/** Whether this device has published its keys, without which no identity can vouch for it. */
	readonly devicePublished: boolean;
	/** Whether everybody sees that the identity vouches for this device. */
	readonly deviceSigned: boolean;
	/** The master key whose secrets the app holds. */
	readonly heldMasterKey: string | undefined;
	/** The key that secret storage goes by. */
	readonly defaultKeyId: string | undefined;
	/** The newest backup. */
	readonly backup: { readonly version: string; readonly publicKey: string | undefined } | undefined;
	/** The backup that the app sends keys to. */
	readonly usedBackup: string | undefined;
	/** Whether the backup from before the reset is there; false also where nobody asked for its end. */
	readonly oldBackupToDelete: boolean;
	/** Dehydrated devices that the identity does not vouch for. */
	readonly staleDehydrated: readonly string[];
}

/** What is left to do, in the order in which it is done. */
export type ResetStep =
	| "upload"
	| "import"
	| "sign-device"
	| "save-recovery-key"
	| "store-recovery"
	| "create-backup"
	| "use-backup"
	| "delete-old-backup"
	| "replace-dehydrated-device";

/**
 * The one thing to do next; `replaced`: somebody published another identity meanwhile. `await-device`: apps publish the
 * keys of a new device in their own time, and until then nobody is asked for anything.
 */
export type NextStep = ResetStep | "await-device" | "replaced" | "done";

/**
 * Decides the next step by what is true, not by what was done: a step that a crash, a lost answer or another client
 * undid comes up again.
 *
 * Nothing that the old identity needs is touched by a step that can come before the homeserver shows the new one.
 */
export function nextStep({ identity, replaces, state, recovery }: PendingReset, sight: Sight): NextStep {
	if (sight.masterKey !== identity.master.publicKey) {
		const untouched = sight.masterKey === replaces && (state.at === "prepared" || state.at === "challenged");
		if (!untouched) return "replaced";
		return sight.devicePublished ? "upload" : "await-device";
	}
	if (sight.heldMasterKey !== identity.master.publicKey) return "import";
	if (!sight.deviceSigned) return "sign-device";
	const last = sight.staleDehydrated.length > 0 ? "replace-dehydrated-device" : "done";
	if (recovery === undefined) return last;
	if (state.at !== "recovery-saved") return "save-recovery-key";
	if (sight.defaultKeyId !== recovery.key.keyId) return "store-recovery";
	if (sight.backup?.publicKey !== recovery.backup.publicKey) return "create-backup";
	if (sight.usedBackup !== sight.backup.version) return "use-backup";
	return sight.oldBackupToDelete ? "delete-old-backup" : last;
}
