import { isRecord, member } from "@countersign/protocol";
import { readAccountData } from "./account-data.ts";
import { readBackup } from "./backup.ts";
import { type Caller, callerFor, type HomeserverSession } from "./homeserver.ts";
import type { IdentityCrypto } from "./ports.ts";
import { readPublishedKeys } from "./published-keys.ts";
import { keyEvent, readDefaultKeyId, secretNames } from "./recovery.ts";
import { parseKeyDescription } from "./secret-storage.ts";

/** What exists of a person's identity, and what this app has of it. */
export interface IdentityStatus {
	/** The published master key; undefined where there is no identity. */
	readonly masterKey: string | undefined;
	/** Whether this app holds its secrets. */
	readonly held: boolean;
	/** Whether others see that it vouches for this device. */
	readonly deviceTrusted: boolean;
	/** Further devices that it vouches for: each can hand it over to this one. */
	readonly otherTrustedDevices: readonly string[];
	/** Whether the secrets can be had by a recovery key; `passphrase`: by a passphrase as well. */
	readonly recovery: "none" | "recovery-key" | "passphrase";
	/** The newest backup of keys of messages, and whether this app works with it. */
	readonly backup: { readonly version: string; readonly count: number; readonly inUse: boolean } | undefined;
	/**
	 * What to do, the mildest that helps: `reset` only where the identity cannot be had any more. `set-up` and `reset`
	 * are both `prepareIdentityReset`.
	 */
	readonly advice: "nothing" | "set-up" | "restore" | "verify-with-another-device" | "reset";
}

/** Looks at everything, and changes nothing. @throws what every request may throw */
export async function identityStatus({
	session,
	crypto,
}: {
	readonly session: HomeserverSession;
	readonly crypto: IdentityCrypto;
}): Promise<IdentityStatus> {
	const call = callerFor(session, new AbortController().signal);
	const { masterKey, signedDevices, dehydrated } = await readPublishedKeys(call, session);
	const backup = await readBackup(call);
	const inUse = backup !== undefined && (await crypto.backupVersion()) === backup.version;
	const found = {
		masterKey,
		held: masterKey !== undefined && (await crypto.heldMasterKey()) === masterKey,
		deviceTrusted: signedDevices.includes(session.deviceId),
		otherTrustedDevices: signedDevices.filter((id) => id !== session.deviceId && !dehydrated.includes(id)),
		recovery: await readRecovery(call, session.userId),
		backup: backup && { version: backup.version, count: backup.count, inUse },
	};
	return { ...found, advice: adviceFor(found) };
}

async function readRecovery(call: Caller, userId: string): Promise<IdentityStatus["recovery"]> {
	const keyId = await readDefaultKeyId({ call, userId });
	if (keyId === undefined) return "none";
	const content = await readAccountData(call, userId, secretNames.master);
	const encrypted = content === undefined ? undefined : member(content, "encrypted");
	const described = parseKeyDescription(await readAccountData(call, userId, keyEvent(keyId)));
	if (!isRecord(encrypted) || !Object.hasOwn(encrypted, keyId) || described === undefined) return "none";
	return described.passphrase === undefined ? "recovery-key" : "passphrase";
}

function adviceFor(found: Omit<IdentityStatus, "advice">): IdentityStatus["advice"] {
	if (found.masterKey === undefined) return "set-up";
	if (found.held && found.deviceTrusted) return "nothing";
	if (found.recovery !== "none") return "restore";
	return found.otherTrustedDevices.length > 0 ? "verify-with-another-device" : "reset";
}

/** The status in sentences, in English: what exists, what is trusted, and what a reset would lose. */
export function describeStatus(status: IdentityStatus): readonly string[] {
	if (status.masterKey === undefined) return ["There is no digital identity yet."];
	const others = status.otherTrustedDevices.length;
	return [
		status.held
			? "This device holds your digital identity."
			: "You have a digital identity, but this device does not hold it.",
		status.deviceTrusted
			? "Others can see that this device is yours."
			: "Others cannot see that this device is yours.",
		others === 0
			? "No other device is trusted."
			: `${count(others, "other device is", "other devices are")} trusted.`,
		recoveryWords[status.recovery],
		...backupWords(status.backup),
		"A reset asks everybody you have verified to verify you again.",
	];
}

const recoveryWords: Readonly<Record<IdentityStatus["recovery"], string>> = {
	none: "There is no recovery key.",
	"recovery-key": "Your recovery key brings everything back; after a reset a new one takes its place.",
	passphrase:
		"Your recovery key or passphrase brings everything back; after a reset a new one takes its place.",
};

function backupWords(backup: IdentityStatus["backup"]): readonly string[] {
	if (backup === undefined) return ["There is no backup of message keys."];
	const size = `The backup holds ${count(backup.count, "message key", "message keys")}`;
	return [
		backup.inUse
			? `${size}, and this device reads them.`
			: `${size} that this device does not read: after a reset they need the old recovery key.`,
	];
}

function count(number: number, one: string, many: string): string {
	return `${number} ${number === 1 ? one : many}`;
}
