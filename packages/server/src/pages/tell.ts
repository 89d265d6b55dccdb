import type { Key, Language, NamesIn, Part, TagsIn } from "../words/index.ts";
import { type Html, type HtmlValue, html, markupOf } from "./html.ts";

/** What the tags that every text may use mean. */
const plainTags = {
	strong: (words) => html`<strong>${words}</strong>`,
	code: (words) => html`<code>${words}</code>`,
} as const satisfies Readonly<Record<string, Tag>>;

type Tag = (words: Html) => Html;
type OwnTags<K extends Key> = Exclude<TagsIn<K>, keyof typeof plainTags>;
type Told<K extends Key> = {
	readonly [Name in NamesIn<K>]: Name extends "count" ? number : HtmlValue;
} & { readonly [Name in OwnTags<K>]: Tag };

/**
 * The text of this key on a page: its values may be markup, and each tag it names is given here, so that a translation
 * says which words lead somewhere and never where to.
 */
export function tell<K extends Key>(
	key: K,
	...[given]: [NamesIn<K> | OwnTags<K>] extends [never] ? readonly [] : readonly [given: Told<K>]
): Html {
	const values: Readonly<Record<string, HtmlValue | Tag>> = given ?? {};
	const { count } = values;
	return {
		markup: (language) => {
			const parts = language.parts(key, typeof count === "number" ? count : undefined);
			return markupOf(marked(parts, values, language), language);
		},
	};
}

function marked(
	parts: readonly Part[],
	values: Readonly<Record<string, HtmlValue | Tag>>,
	language: Language,
): HtmlValue {
	return parts.map((part): HtmlValue => {
		if (typeof part === "string") return part;
		if ("tag" in part) return tagOf(part.tag, values)(html`${marked(part.parts, values, language)}`);
		const value = values[part.value];
		if (typeof value === "number") return language.number(value);
		return typeof value === "function" ? undefined : value;
	});
}

function tagOf(name: string, values: Readonly<Record<string, HtmlValue | Tag>>): Tag {
	const own = values[name];
	if (typeof own === "function") return own;
	const known: Readonly<Record<string, Tag>> = plainTags;
	const plain = known[name];
	if (plain === undefined) throw new TypeError(`nothing says what <${name}> means`);
	return plain;
}

/** The words as a link to a page of ours. */
export function link(href: string): Tag {
	return (words) => html`<a href="${href}">${words}</a>`;
}
