import type { Language, Text } from "../words/index.ts";

/** Markup in which every inserted text is escaped, made when its language is known. Only the `html` tag makes it. */
export interface Html {
	markup(language: Language): string;
}

/** What may stand in a template: strings and texts are escaped, `undefined` and `false` vanish, lists are joined. */
export type HtmlValue = string | number | boolean | undefined | Text | Html | readonly HtmlValue[];

/** Tagged template for markup. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
	return {
		markup: (language) => strings.map((piece, index) => piece + markupOf(values[index], language)).join(""),
	};
}

/** A constant of ours that is markup, style or script already. Not for anything that came from outside. */
export function constantMarkup(text: string): Html {
	return { markup: () => text };
}

/** The markup of one value. */
export function markupOf(value: HtmlValue, language: Language): string {
	if (value === undefined || value === false) return "";
	if (typeof value !== "object") return escaped(String(value));
	if ("markup" in value) return value.markup(language);
	if ("in" in value) return escaped(value.in(language));
	return value.map((each) => markupOf(each, language)).join("");
}

const special: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

/**
 * Every string that reaches a page, in its text, its attributes and what its fields hold, goes through here: markup
 * becomes text, and what would reorder the words around it or is not to be seen at all is taken out, so that no name can
 * make a sentence of ours read otherwise. Letters that run from right to left stay; `claimed` keeps them to themselves.
 */
function escaped(text: string): string {
	return text.replaceAll(reordering, "").replaceAll(/[&<>"']/g, (found) => special[found] ?? found);
}

/** Marks, embeddings, overrides and isolates of the bidirectional algorithm, and control characters but line ends and tabs. */
const reordering = /[\p{Bidi_Control}[\p{Cc}--[\t\n\r]]]/gv;
