import {
	accept,
	errcodes,
	isRecord,
	member,
	type Parsed,
	parseCanonical,
	parseOneTimeKeyId,
	refuse,
} from "@countersign/protocol";
import type { CountedKey } from "./ports.ts";
import { quotas } from "./quotas.ts";

/**
 * Reads `one_time_keys`: ids to keys, in the order sent. Each key is a text, or an object with a text under `key`.
 * Their signatures are for the one who receives them to check. Refuses with M_BAD_JSON or M_TOO_LARGE.
 * @see https://spec.matrix.org/v1.17/client-server-api/#one-time-keys
 */
export function parseOneTimeKeys(value: unknown): Parsed<readonly CountedKey[]> {
	return parseKeys("one_time_keys", value);
}

/** Reads `fallback_keys`: as one-time keys, but one of each algorithm. Refuses with M_BAD_JSON. */
export function parseFallbackKeys(value: unknown): Parsed<readonly CountedKey[]> {
	const keys = parseKeys("fallback_keys", value);
	if (keys.ok && new Set(keys.value.map((key) => key.algorithm)).size !== keys.value.length)
		return refuse(errcodes.badJson, "fallback_keys must hold at most one key of each algorithm");
	return keys;
}

function parseKeys(name: string, value: unknown): Parsed<readonly CountedKey[]> {
	if (value === undefined) return accept([]);
	if (!isRecord(value)) return refuse(errcodes.badJson, `${name} must map key ids to keys`);
	const keys: CountedKey[] = [];
	for (const [id, key] of Object.entries(value)) {
		const parsedId = parseOneTimeKeyId(id);
		if (!parsedId.ok) return parsedId;
		const text = isRecord(key) ? member(key, "key") : key;
		if (typeof text !== "string" || text === "")
			return refuse(errcodes.badJson, `${name} must hold texts, or objects with a text under "key"`);
		const canonical = parseCanonical(key);
		if (!canonical.ok) return canonical;
		if (Buffer.byteLength(canonical.value) > quotas.oneTimeKeyBytes)
			return refuse(errcodes.tooLarge, `A key of ${name} may have at most ${quotas.oneTimeKeyBytes} bytes`);
		keys.push({ ...parsedId.value, key: canonical.value });
	}
	return accept(keys);
}
