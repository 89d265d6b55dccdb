import { isRecord, member } from "@countersign/protocol";
import { type HoldUnit, holdBack, noteWanted, openOf, type Taking, type Throttled } from "./settle.ts";

type Content = Readonly<Record<string, unknown>>;

/** Which key opens the others. Put back last: whoever reads it finds what it opens there already. */
export const defaultKeyType = "m.secret_storage.default_key";

/** So much of one person's account data is set aside at most. The secrets of an identity are some kilobytes. */
export const mostHeldBytes = 512 * 1024;

/** An app writes account data. */
export interface Writing extends Taking {
	readonly type: string;
	/** What is stored; undefined where nothing is. */
	readonly before: Content | undefined;
	readonly content: Content;
}

/**
 * Sets aside what an app overwrites on the way to a reset, before it does. Only a write that takes away opens a hold;
 * once there is one, whatever its devices overwrite is part of it. A key that replaces another by itself is a renewal
 * of the recovery key: what was kept for the old one goes.
 */
export async function holdSecrets(unit: HoldUnit, writing: Writing): Promise<Throttled | undefined> {
	const { type, before, content } = writing;
	if (isSwitchedOff(type, content)) await noteWanted(unit, writing);
	if (!isHeld(type) || before === undefined) return undefined;
	if (takesAway(type, content) && !takesAway(type, before)) {
		const held = await holdBack(unit, writing);
		if (held.kind === "throttled") return held;
	}
	const hold = await openOf(unit.holds, writing);
	if (hold !== undefined) await unit.holds.setAside(hold, { type, before, content });
	else if (isRenewal(type, before, content)) await unit.holds.dropKept(writing.accountId);
	return undefined;
}

/** Secret storage, the secrets of the identity and of the key backup. */
function isHeld(type: string): boolean {
	return /^m\.(secret_storage|cross_signing)\./.test(type) || type === "m.megolm_backup.v1";
}

/** An empty object is how apps take account data away; a secret without its encrypted part is none. */
export function takesAway(type: string, content: Content): boolean {
	if (Object.keys(content).length === 0) return true;
	if (type.startsWith("m.secret_storage.")) return false;
	const encrypted = member(content, "encrypted");
	return !isRecord(encrypted) || Object.keys(encrypted).length === 0;
}

/** The marks by which apps tell each other that a person does not want a key backup: Element's, and the Rust SDK's. */
export const markTypes = ["m.org.matrix.custom.backup_disabled", "m.key_backup"] as const;

/** Whether this is a mark, and says that a key backup is not wanted. */
export function isSwitchedOff(type: string, content: Content): boolean {
	return (
		(type === "m.org.matrix.custom.backup_disabled" && member(content, "disabled") === true) ||
		(type === "m.key_backup" && member(content, "enabled") === false)
	);
}

function isRenewal(type: string, before: Content, content: Content): boolean {
	const [old, next] = [member(before, "key"), member(content, "key")];
	return type === defaultKeyType && typeof old === "string" && typeof next === "string" && old !== next;
}
