import { z } from "zod";
import type { Answer, Call } from "./operation.ts";
import type { Listed, Page } from "./ports.ts";
import { refuseInput } from "./refusals.ts";
import { word } from "./shapes.ts";

/** More than this many are asked for in several pages. */
const mostPerPage = 1000;
const firstPage = 10;

const size = z
	.string()
	.regex(/^[1-9]\d{0,5}$/, "must be a number")
	.transform(Number)
	.pipe(z.number().int().min(1).max(mostPerPage));

/** The parameters that every list has. */
export const pageQuery = {
	"page[after]": word.optional(),
	"page[before]": word.optional(),
	"page[first]": size.optional(),
	"page[last]": size.optional(),
	count: z.enum(["true", "false", "only"]).optional(),
} as const;

const pageQueryObject = z.object(pageQuery);

/** How a list is made out of rows. */
export interface Listing<Filter, Row> {
	readonly listed: Pick<Listed<Filter, Row>, "list" | "count">;
	readonly filter: Filter;
	/** What the API calls a row, which is its key and its cursor too. */
	readonly idOf: (row: Row) => string;
	readonly show: (row: Row) => Resource;
}

export interface Resource {
	readonly type: string;
	readonly id: string;
	readonly attributes: Readonly<Record<string, unknown>>;
	readonly links: { readonly self: string };
}

/**
 * One page of a list, in the order of ids, by cursors: what is added or removed meanwhile neither repeats nor hides
 * anything else, and the last page costs what the first does.
 */
export async function listAnswer<Filter, Row>(
	{ query, path, search }: Pick<Call<z.output<typeof pageQueryObject>, unknown>, "query" | "path" | "search">,
	{ listed, filter, idOf, show }: Listing<Filter, Row>,
): Promise<Answer> {
	const { "page[first]": first, "page[last]": last, count = "true" } = query;
	if (first !== undefined && last !== undefined)
		return refuseInput("page[first] and page[last] exclude each other");
	const isFromEnd = last !== undefined;
	const size = first ?? last ?? firstPage;
	const linkTo = (page: Readonly<Record<string, string>>) => linkOf(path, search, page);
	const self = `${path}${search.size === 0 ? "" : `?${search}`}`;
	if (count === "only")
		return { status: 200, body: { meta: { count: await listed.count(filter) }, links: { self } } };
	const [after, before] = [query["page[after]"], query["page[before]"]];
	const bounds = {
		after: after === undefined ? undefined : [after],
		before: before === undefined ? undefined : [before],
	};
	const page: Page = { ...bounds, take: size + 1, isFromEnd };
	const found = await listed.list(filter, page);
	const hasMore = found.length > size;
	const rows = isFromEnd ? found.slice(hasMore ? 1 : 0) : found.slice(0, size);
	const isWhole = !hasMore && after === undefined && before === undefined;
	// Who is on one page is counted there: to count those of a name all names are looked at once more.
	const total = count === "false" ? undefined : isWhole ? rows.length : await listed.count(filter);
	const ends = { first: rows[0], last: rows.at(-1) };
	const hasNext = isFromEnd ? before !== undefined : hasMore;
	const hasPrevious = isFromEnd ? hasMore : after !== undefined;
	return {
		status: 200,
		body: {
			...(total !== undefined && { meta: { count: total } }),
			data: rows.map((row) => ({ ...show(row), meta: { page: { cursor: idOf(row) } } })),
			links: {
				self,
				first: linkTo({ "page[first]": String(size) }),
				last: linkTo({ "page[last]": String(size) }),
				...(hasNext &&
					ends.last !== undefined && {
						next: linkTo({ "page[after]": idOf(ends.last), "page[first]": String(size) }),
					}),
				...(hasPrevious &&
					ends.first !== undefined && {
						prev: linkTo({ "page[before]": idOf(ends.first), "page[last]": String(size) }),
					}),
			},
		},
	};
}

/** The same list with another page. */
function linkOf(path: string, search: URLSearchParams, page: Readonly<Record<string, string>>): string {
	const others = [...search].filter(([name]) => !name.startsWith("page["));
	return `${path}?${new URLSearchParams([...others, ...Object.entries(page)])}`;
}
