import { isRecord, isStringArray, member } from "@countersign/protocol";
import type { JsonObject } from "./ports.ts";

/**
 * Whether a filter lets account data of this type through: `types` names what may pass, `not_types` what may not,
 * with `*` for any characters. A list that is not one of strings does not filter.
 * @see https://spec.matrix.org/v1.17/client-server-api/#filtering
 */
export function passesAccountData(filter: JsonObject, type: string): boolean {
	const section = member(filter, "account_data");
	if (!isRecord(section)) return true;
	const [wanted, unwanted] = [member(section, "types"), member(section, "not_types")];
	if (isStringArray(unwanted) && unwanted.some((pattern) => matches(pattern, type))) return false;
	return !isStringArray(wanted) || wanted.some((pattern) => matches(pattern, type));
}

/** By hand, piece by piece: a pattern of the app's choosing must not become an expression that takes for ever. */
function matches(pattern: string, type: string): boolean {
	const [first = "", ...rest] = pattern.split("*");
	const last = rest.pop();
	if (last === undefined) return pattern === type;
	if (!type.startsWith(first)) return false;
	let at = first.length;
	for (const piece of rest) {
		const found = type.indexOf(piece, at);
		if (found < 0) return false;
		at = found + piece.length;
	}
	return type.length - last.length >= at && type.endsWith(last);
}
