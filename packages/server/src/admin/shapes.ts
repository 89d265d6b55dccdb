import { z } from "zod";

/** Every error, as MAS has them. */
export const errorBody = z.object({ errors: z.array(z.object({ title: z.string() })) });

/** An id, a cursor or a word to look for. No database takes a null byte for text. */
export const word = z
	.string()
	.max(1024)
	.refine((text) => !text.includes("\0") && text.isWellFormed(), "must be text without null bytes");

/** What everything is called here: programs that check answers take nothing else. @see https://github.com/ulid/spec */
export const ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);

/** RFC 3339. */
export const time = z.iso.datetime({ offset: true });

/** How a moment is told. */
export function timeOf(at: number): string {
	return new Date(at).toISOString();
}

export function timeOrNull(at: number | null | undefined): string | null {
	return at === null || at === undefined ? null : timeOf(at);
}

/** One of a list of parameters: `true` or `false`. */
export const flag = z
	.enum(["true", "false"])
	.transform((text) => text === "true")
	.pipe(z.boolean());

/** A moment in a parameter, as epoch milliseconds. */
export const moment = time
	.transform((text) => Date.parse(text))
	// The document tells of what is sent.
	.pipe(z.number().meta({ type: "string", format: "date-time" }));

/** A parameter that may be sent several times. */
export const words = z
	.union([word, z.array(word).max(100)])
	.transform((given) => (typeof given === "string" ? [given] : given))
	.pipe(z.array(z.string()));

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-3.3 */
export function isScopeToken(text: string): boolean {
	return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

const links = z.object({ self: z.string() });

/** One resource, by itself or in a list. */
export function resourceShape<Type extends string, Attributes extends z.ZodObject>(
	type: Type,
	attributes: Attributes,
) {
	return z.object({
		type: z.literal(type),
		id: ulid,
		attributes,
		links,
		meta: z.object({ page: z.object({ cursor: ulid }).optional() }).optional(),
	});
}

export function oneShape<Shape extends z.ZodType>(data: Shape) {
	return z.object({ data, links });
}

export function listShape<Shape extends z.ZodType>(data: Shape) {
	return z.object({
		data: z.array(data).optional(),
		meta: z.object({ count: z.number().int().optional() }).optional(),
		links: z.object({
			self: z.string(),
			first: z.string().optional(),
			last: z.string().optional(),
			next: z.string().optional(),
			prev: z.string().optional(),
		}),
	});
}
