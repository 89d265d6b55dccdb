import type { z } from "zod";
import type { Answer } from "../operation.ts";
import type { Resource } from "../paging.ts";
import { listShape, oneShape, resourceShape } from "../shapes.ts";

/** Where MAS has the same. */
export const base = "/api/admin/v1";
/** What MAS does not have. */
export const ownBase = "/api/countersign/v1";

/** A kind of resource: its name in answers, where it is, and what is told of each. */
export function resourceKind<Type extends string, Attributes extends z.ZodObject>(
	type: Type,
	path: string,
	attributes: Attributes,
) {
	const shape = resourceShape(type, attributes);
	const show = (id: string, told: z.output<Attributes>): Resource => ({
		...{ type, id, attributes: told },
		links: { self: `${path}/${encodeURIComponent(id)}` },
	});
	return {
		path,
		show,
		/** As the answer to a request for this one. */
		one(id: string, told: z.output<Attributes>, status = 200): Answer {
			const data = show(id, told);
			return { status, body: { data, links: data.links } };
		},
		/** What the document says of these answers. */
		oneTold: (about: string) => ({ about, body: oneShape(shape) }),
		listTold: (about: string) => ({ about, body: listShape(shape) }),
	};
}
