import {
	AndFilter,
	ApproximateFilter,
	EqualityFilter,
	ExtensibleFilter,
	type Filter,
	FilterParser,
	GreaterThanEqualsFilter,
	LessThanEqualsFilter,
	NotFilter,
	OrFilter,
	SubstringFilter,
} from "ldapts";

/**
 * The filter that a text means. An escape stands for a byte (RFC 4515 section 3), where the library takes it for a
 * character: `\c3\bc` would go out as four bytes, and an id that is no text as another one. So it is given one character
 * for each byte, and what it read is made the bytes that were meant. Throws where these are no text, and nothing equals them.
 * @see https://www.rfc-editor.org/rfc/rfc4515#section-3
 */
export function readFilter(text: string): Filter {
	return meant(FilterParser.parseString(Buffer.from(text).toString("latin1")));
}

function meant(filter: Filter): Filter {
	if (filter instanceof AndFilter || filter instanceof OrFilter) filter.filters.forEach(meant);
	else if (filter instanceof NotFilter) meant(filter.filter);
	else if (filter instanceof EqualityFilter && typeof filter.value === "string")
		filter.value = Buffer.from(filter.value, "latin1");
	else if (filter instanceof SubstringFilter) {
		filter.initial = textOf(filter.initial);
		filter.any = filter.any.map(textOf);
		filter.final = textOf(filter.final);
	} else if (isCompared(filter)) filter.value = textOf(filter.value);
	return filter;
}

function isCompared(
	filter: Filter,
): filter is ApproximateFilter | ExtensibleFilter | GreaterThanEqualsFilter | LessThanEqualsFilter {
	return [ApproximateFilter, ExtensibleFilter, GreaterThanEqualsFilter, LessThanEqualsFilter].some(
		(kind) => filter instanceof kind,
	);
}

function textOf(bytes: string): string {
	return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, "latin1"));
}
