import { isRecord, member } from "@countersign/protocol";
import type { Asked } from "../approval.ts";
import type { Identity } from "./identity.ts";
import type { KeyPair } from "./key-pairs.ts";
import type { StorageKey } from "./secret-storage.ts";

/** How far a reset is, as far as nobody else can tell. */
export type PendingState =
	/** The keys are made; nothing was sent. */
	| { readonly at: "prepared" }
	/** Somebody was asked to approve; nothing has changed. */
	| { readonly at: "challenged"; readonly asked: Asked }
	/** The homeserver has shown the new identity. */
	| { readonly at: "accepted" }
	/** And the caller has the new recovery key. */
	| { readonly at: "recovery-saved" };

/** A reset under way: everything that is needed to go on with the same keys, and so with the same approval. */
export interface PendingReset {
	readonly userId: string;
	readonly deviceId: string;
	readonly identity: Identity;
	/** The master key that was published when the keys were made. */
	readonly replaces: string | undefined;
	/** What gets the new identity back on another device; undefined where the caller wants none. */
	readonly recovery: Recovery | undefined;
	readonly state: PendingState;
}

/** The new recovery key, the new backup, and what becomes of the old one. */
export interface Recovery {
	readonly key: StorageKey;
	readonly backup: KeyPair;
	/** The newest backup when the keys were made, and what becomes of it. */
	readonly old: { readonly version: string; readonly fate: "keep" | "delete-after-success" } | undefined;
}

const format = 1;

/** As it is kept. */
export function serializeRecord(record: PendingReset): string {
	return JSON.stringify({ format, ...record });
}

/**
 * Reads what {@link serializeRecord} wrote; undefined for anything else, and for the session of somebody else.
 * The store is trusted: only its age and owner are judged.
 */
export function parseRecord(
	text: string,
	{ userId, deviceId }: Pick<PendingReset, "userId" | "deviceId">,
): PendingReset | undefined {
	const value = parseJson(text);
	if (!isRecord(value) || member(value, "format") !== format) return undefined;
	if (member(value, "userId") !== userId || member(value, "deviceId") !== deviceId) return undefined;
	const { format: _, ...record } = value;
	return record as unknown as PendingReset;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
