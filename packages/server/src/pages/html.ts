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

function escaped(text: string): string {
	return text.replaceAll(/[&<>"']/g, (found) => special[found] ?? "");
}
