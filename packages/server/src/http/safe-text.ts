/** Control, format (bidi, zero-width, tags), surrogate, private, unassigned and invisible characters, line ends. */
const unseen = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/gu;
/** More combining marks than any script stacks would climb over the neighbouring lines. */
const stackedMarks = /(\p{M}{2})\p{M}+/gu;

/**
 * A name that an app or device claims, fit to be shown: nothing invisible, nothing that reorders or overlaps the
 * text around it, one line, at most `limit` characters. It stays a claim; the page says so.
 */
export function safeText(claim: string, limit = 80): string {
	const clean = claim
		.slice(0, limit * 8)
		.normalize("NFC")
		.replaceAll(/[\t\n\r\v\f]/g, " ")
		.replaceAll(unseen, "")
		.replaceAll(stackedMarks, "$1")
		.replaceAll(/\s+/g, " ")
		.trim();
	const characters = [...clean];
	return characters.length <= limit ? clean : `${characters.slice(0, limit - 1).join("")}…`;
}
