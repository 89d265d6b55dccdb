/**
 * Words: everything a person reads, by key and language.
 *
 * Owns the texts, what each needs to be told (typed: a key or a value that is missing does not compile), plurals, and
 * lengths of time. A text is a value in no language yet: it is chosen where it is known, and said when the page is
 * made. Texts are data: no code, and no markup but the names of tags, whose meaning the pages give.
 * Leaves to others: markup (pages), what is true (everybody else).
 *
 * Flow: `say(key, values)` -> a `Text` in a view -> `text.in(language)` when the page is made.
 */
export { english } from "./english/index.ts";
export type { Language, Part } from "./language.ts";
export { createLanguage } from "./language.ts";
export { type Key, type NamesIn, say, type TagsIn, type Text } from "./say.ts";
export { ago, duration } from "./time.ts";
