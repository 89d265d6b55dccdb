import type { Html } from "../../src/pages/index.ts";
import { english, type Text } from "../../src/words/index.ts";

/** What a person reads there: markup as a page holds it, a text as plain words. */
export function inEnglish(it: Html | Text | string): string {
	if (typeof it === "string") return it;
	return "markup" in it ? it.markup(english) : it.in(english);
}
