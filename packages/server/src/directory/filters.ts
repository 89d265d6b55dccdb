import type { LdapConfig } from "../config/index.ts";

type Filters = Pick<LdapConfig, "filter" | "requiredFilter" | "idAttribute">;

/** Whom this name means, of those who are let in. */
export function filterOfName({ filter, requiredFilter }: Filters, username: string): string {
	// No text of the name is looked at for what a replacement would mean, `$&` say.
	return both(
		filter.replaceAll("{username}", () => escapeValue(username)),
		requiredFilter,
	);
}

/** Who has this id, if they are let in. */
export function filterOfSubject({ requiredFilter, idAttribute }: Filters, subject: string): string {
	const value = isBinary(idAttribute) ? escapeBytes(Buffer.from(subject, "hex")) : escapeValue(subject);
	return both(`(${idAttribute}=${value})`, requiredFilter);
}

/** Everybody who is let in, and can be told from others. */
export function filterOfAnybody({ requiredFilter, idAttribute }: Omit<Filters, "filter">): string {
	return both(`(${idAttribute}=*)`, requiredFilter);
}

/** Active Directory's ids are sixteen bytes, and no text. */
export function isBinary(idAttribute: string): boolean {
	return idAttribute.toLowerCase() === "objectguid";
}

function both(filter: string, required: string | undefined): string {
	return required === undefined ? filter : `(&${filter}${required})`;
}

/**
 * A value in which no sign means anything to a filter: all but letters and digits are escaped, not only what has to be.
 * @see https://www.rfc-editor.org/rfc/rfc4515#section-3
 */
export function escapeValue(value: string): string {
	return value.replace(/[^A-Za-z0-9]/gu, (sign) => escapeBytes(Buffer.from(sign)));
}

function escapeBytes(bytes: Buffer): string {
	return [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
}
