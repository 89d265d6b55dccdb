import { isRecord, member } from "@countersign/protocol";
import { holdLifetimes, type OpenHold } from "./hold.ts";
import { asks, type HoldUnit, holdBack, noteWanted, openOf, type Taking, type Throttled } from "./settle.ts";

type Content = Readonly<Record<string, unknown>>;

/** Which key opens the others. Put back last: whoever reads it finds what it opens there already. */
export const defaultKeyType = "m.secret_storage.default_key";

/** So much of one person's account data is set aside at most. The secrets of an identity are some kilobytes. */
export const mostHeldBytes = 512 * 1024;

/** Of each type that opens the backup so much has room beside that: nothing else that is written pushes it out. */
export const mostOpeningBytes = 64 * 1024;

/** An app writes account data. */
export interface Writing extends Taking {
	readonly type: string;
	/** What is stored; undefined where nothing is. */
	readonly before: Content | undefined;
	readonly content: Content;
	/** Reads account data, where marks count as soon as they are written, and what opens the backup is not read yet. */
	readonly read?: (type: string) => Promise<Content | undefined>;
}

/**
 * Sets aside what an app overwrites on the way to a reset, before it does. Only a write that takes away opens a hold;
 * once there is one, whatever its devices overwrite is part of it. A renewed recovery key drops nothing that is kept:
 * that is how a person goes on after a reset, and whoever has a token can write one.
 */
export async function holdSecrets(unit: HoldUnit, writing: Writing): Promise<Throttled | undefined> {
	const { type, before, content } = writing;
	if (isSwitchedOff(type, content)) await noteWanted(unit, writing);
	if (!isHeld(type) || before === undefined) return undefined;
	if (takesAway(type, content) && !takesAway(type, before)) {
		if (await isRestOfWanted(unit, writing)) return undefined;
		const opening = writing.read && (await readOpening(writing.read));
		const held = await holdBack(unit, { ...writing, ...(opening !== undefined && { opening }) });
		if (held.kind === "throttled") return held;
	}
	const hold = await openOf(unit.holds, writing);
	if (hold !== undefined && (await isOfAttempt(unit, hold, writing)))
		await unit.holds.setAside(hold, { type, before, content });
	return undefined;
}

/** The Rust SDK says that no backup is wanted, and takes the secrets away only after that. */
async function isRestOfWanted(
	{ holds }: Pick<HoldUnit, "holds">,
	{ accountId, deviceId, now, read }: Writing,
): Promise<boolean> {
	if (read === undefined || (await holds.open(accountId)) !== undefined) return false;
	if (!(await holds.tookForGood({ accountId, deviceId }, now - holdLifetimes.quietMs))) return false;
	const marks = await Promise.all(
		markTypes.map(async (type) => isSwitchedOff(type, (await read(type)) ?? {})),
	);
	return marks.includes(true);
}

/**
 * While the person is asked for one device, another one of the hold may begin anew and write what is to last: that is
 * newer than what is held, and is not written over when it comes back.
 */
async function isOfAttempt(unit: HoldUnit, hold: OpenHold, writing: Writing): Promise<boolean> {
	const { accountId, deviceId, now, type, content } = writing;
	if (hold.state === "held" || takesAway(type, content)) return true;
	return asks(unit, { accountId, devices: [deviceId] }, now);
}

/** Secret storage, the secrets of the identity and of the key backup. */
function isHeld(type: string): boolean {
	return /^m\.(secret_storage|cross_signing)\./.test(type) || type === backupType;
}

/** In which secret storage keeps the key of a backup. */
export const backupType = "m.megolm_backup.v1";

/**
 * What opens a backup: its key as secret storage keeps it, and the descriptions of the keys that this is encrypted with.
 * Some apps write over it after the reset only, when nothing is held any more.
 */
export async function readOpening(
	read: (type: string) => Promise<Content | undefined>,
): Promise<readonly { readonly type: string; readonly content: Content }[]> {
	const secret = await read(backupType);
	if (secret === undefined) return [];
	const [, ...keys] = openingTypes(secret);
	const described = await Promise.all(keys.map(async (type) => ({ type, content: await read(type) })));
	if (keys.length === 0) return [];
	return [
		{ type: backupType, content: secret },
		...described.flatMap(({ type, content }) => (content === undefined ? [] : [{ type, content }])),
	];
}

/**
 * Which account data open a backup whose key is kept like this: the key first. None of the others that describe a key:
 * whoever has a token makes as many of those as they like.
 */
export function openingTypes(secret: Content): readonly string[] {
	const encrypted = member(secret, "encrypted");
	if (!isRecord(encrypted)) return [];
	const keys = Object.keys(encrypted).slice(0, mostKeys);
	return keys.length === 0 ? [] : [backupType, ...keys.map((keyId) => `m.secret_storage.key.${keyId}`)];
}

/** A secret is encrypted with one key, or with two while one takes the place of the other. */
const mostKeys = 4;

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
