import { isRecord, parseJson } from "@countersign/protocol";
import type { Random } from "../config/ports.ts";
import type { QuickRotation } from "./ports.ts";

/** Under which keys refresh tokens are followed by others. */
export interface SuccessorKeys {
	readonly current: Uint8Array;
	/** The one of before, by which the last refresh before the change is answered again until then. */
	readonly before?: { readonly key: Uint8Array; readonly until: number };
}

interface KeysUnit {
	readonly settings: {
		get(name: string): Promise<string | undefined>;
		set(name: string, value: string): Promise<void>;
	};
}

export const successorKeysName: QuickRotation["keys"]["setting"] = "successor-keys";
/** How late an app may come that slept in the middle of a refresh when the key changed. */
const beforeKeptMs = 7 * 24 * 60 * 60_000;

/**
 * The keys that count in this transaction: of two servers on the same data neither knows an older one.
 * @param usual where none was ever drawn
 */
export async function readSuccessorKeys({ settings }: KeysUnit, usual: Uint8Array): Promise<SuccessorKeys> {
	return parseSuccessorKeys(await settings.get(successorKeysName), usual);
}

/** What the setting of that name says. */
export function parseSuccessorKeys(text: string | undefined, usual: Uint8Array): SuccessorKeys {
	if (text === undefined) return { current: usual };
	const parsed = parseJson(text);
	const value = parsed.ok && isRecord(parsed.value) ? parsed.value : {};
	const { current, before, until } = value;
	if (typeof current !== "string")
		throw new Error("the row that holds the keys of refresh tokens cannot be read");
	const isKept = typeof before === "string" && typeof until === "number";
	return { current: bytes(current), ...(isKept && { before: { key: bytes(before), until } }) };
}

/**
 * Draws a key that nothing else is derived from or into. Whoever knew the one of before, from a copy of the data or
 * otherwise, can compute no token that is handed out from now on.
 */
export async function drawSuccessorKey(
	unit: KeysUnit,
	{ usual, random, now }: { readonly usual?: Uint8Array; readonly random: Random; readonly now: number },
): Promise<void> {
	const drawn = { current: text(random.bytes(32)) };
	if (usual === undefined) return unit.settings.set(successorKeysName, JSON.stringify(drawn));
	const { current } = await readSuccessorKeys(unit, usual);
	const before = { before: text(current), until: now + beforeKeptMs };
	return unit.settings.set(successorKeysName, JSON.stringify({ ...drawn, ...before }));
}

/** Forgets the key of before, once its time is over. */
export async function forgetOldKey(unit: KeysUnit, now: number): Promise<void> {
	const { current, before } = await readSuccessorKeys(unit, new Uint8Array());
	if (before === undefined || before.until > now) return;
	await unit.settings.set(successorKeysName, JSON.stringify({ current: text(current) }));
}

function text(key: Uint8Array): string {
	return Buffer.from(key).toString("base64url");
}

function bytes(key: string): Uint8Array {
	return new Uint8Array(Buffer.from(key, "base64url"));
}
