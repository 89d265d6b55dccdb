import { z } from "zod";
import { pageQuery } from "../paging.ts";
import { moment, word } from "../shapes.ts";

/** The parameters that every list of sessions has. */
export const sessionQuery = {
	...pageQuery,
	"filter[user]": word.optional(),
	"filter[status]": z.enum(["active", "finished"]).optional(),
	"filter[created-before]": moment.optional(),
	"filter[created-after]": moment.optional(),
	"filter[last-active-before]": moment.optional(),
	"filter[last-active-after]": moment.optional(),
} as const;

const sessionQueryObject = z.object(sessionQuery);

/** The same as a filter. */
export function sessionFilter(query: z.output<typeof sessionQueryObject>) {
	const status = query["filter[status]"];
	return {
		accountId: query["filter[user]"],
		isLive: status === undefined ? undefined : status === "active",
		createdBefore: query["filter[created-before]"],
		createdAfter: query["filter[created-after]"],
		usedBefore: query["filter[last-active-before]"],
		usedAfter: query["filter[last-active-after]"],
	};
}
