import type { EnglishTexts } from "./english/texts.ts";
import type { Language, Part } from "./language.ts";

/** Something to be read, in no language yet. */
export interface Text {
	in(language: Language): string;
}

/** What may stand in a text. Only texts of ours are translated; strings are names, addresses and the like. */
type TextValue = string | number | Text;

type Areas = EnglishTexts;
/** Names of texts: `area.name`. */
export type Key = {
	[Area in keyof Areas & string]: `${Area}.${keyof Areas[Area] & string}`;
}[keyof Areas & string];

type EntryOf<K extends Key> = K extends `${infer Area}.${infer Name}`
	? Area extends keyof Areas
		? Name extends keyof Areas[Area]
			? Areas[Area][Name]
			: never
		: never
	: never;
type Forms<E> = E extends string ? E : E[keyof E] & string;
type Values<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
	? Name | Values<Rest>
	: never;
type Tags<T extends string> = T extends `${string}<${infer Tag}>${infer Rest}`
	? (Tag extends `/${string}` ? never : Tag) | Tags<Rest>
	: never;

/** The values a text needs; a text with plural forms needs `count`. */
export type NamesIn<K extends Key> =
	| Values<Forms<EntryOf<K>>>
	| (EntryOf<K> extends string ? never : "count");
/** The tags a text has. */
export type TagsIn<K extends Key> = Tags<Forms<EntryOf<K>>>;

type ValuesOf<K extends Key> = {
	readonly [Name in NamesIn<K>]: Name extends "count" ? number : TextValue;
};
/** Nothing where the text needs nothing. Texts with tags are for pages, which know what those mean. */
type Given<K extends Key> = [TagsIn<K>] extends [never]
	? [NamesIn<K>] extends [never]
		? readonly []
		: readonly [values: ValuesOf<K>]
	: readonly [this_text_has_tags: never];

/** The text of this key with these values, as plain words. */
export function say<K extends Key>(key: K, ...[values]: Given<K>): Text {
	const given: Readonly<Record<string, TextValue>> = values ?? {};
	const { count } = given;
	return {
		in(language) {
			const said = (part: Part): string => {
				if (typeof part === "string") return part;
				if ("tag" in part) return part.parts.map(said).join("");
				return valueIn(given[part.value] ?? "", language);
			};
			return language
				.parts(key, typeof count === "number" ? count : undefined)
				.map(said)
				.join("");
		},
	};
}

function valueIn(value: TextValue, language: Language): string {
	if (typeof value === "number") return language.number(value);
	return typeof value === "string" ? value : value.in(language);
}
