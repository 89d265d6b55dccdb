import { z } from "zod";

export const yesOrNo = z.union([z.boolean(), z.enum(["yes", "no"])], "yes or no");

export function group<Shape extends z.ZodRawShape>(shape: Shape) {
	return z.strictObject(shape, "settings by their names, indented").optional();
}

/** A whole number of days. */
export function days(least: number, most: number) {
	const range = `a number of days, ${least} to ${most}`;
	return z.number("a number of days").int("a whole number of days").min(least, range).max(most, range);
}

/** Of one address; from a tenth of what it is by default to ten times as much. */
export function limit(usual: number, time: string) {
	const range = `a number, ${usual / 10} to ${usual * 10} ${time}`;
	return z
		.number("a number")
		.int("a whole number")
		.min(usual / 10, range)
		.max(usual * 10, range);
}
