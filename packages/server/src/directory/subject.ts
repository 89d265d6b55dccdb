import type { LdapConfig } from "../config/index.ts";
import { isBinary } from "./filters.ts";

/**
 * The id of an entry as links have it; undefined where no entry has it. In hexadecimal, as most ids are written, a letter
 * means the same in either case, and whoever links people copies it from where another one is in use.
 */
export function subjectOf({ idAttribute }: Pick<LdapConfig, "idAttribute">, id: string): string | undefined {
	if (isBinary(idAttribute)) return /^[\da-f]{32}$/i.test(id) ? id.toLowerCase() : undefined;
	return /^[\da-f-]{32,}$/i.test(id) ? id.toLowerCase() : id;
}
