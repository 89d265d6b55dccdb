import { type Part, parseText } from "./parse-text.ts";

export type { Part } from "./parse-text.ts";

/** A text, or one for each plural form that the language has: `count` among its values chooses. */
type Entry = string | ({ readonly other: string } & Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>);

/** Texts by area and name. */
export type Catalogue = Readonly<Record<string, Readonly<Record<string, Entry>>>>;

export interface Language {
	/** BCP 47, for `lang` of the page. */
	readonly tag: string;
	readonly direction: "ltr" | "rtl";
	/** The text of a key in the form for this count. Throws on a key that the language does not have: a fault of ours. */
	parts(key: string, count: number | undefined): readonly Part[];
	number(value: number): string;
	/** "4 minutes". */
	amount(count: number, unit: TimeUnit): string;
	/** "4 minutes ago"; of positive counts "in 4 minutes". */
	relative(count: number, unit: TimeUnit): string;
}

export type TimeUnit = "second" | "minute" | "hour" | "day" | "month";

/**
 * Texts, and what makes them and their numbers this language's, are read where they are first said: all of them would
 * be a tenth of a start. That none is broken is a test.
 */
export function createLanguage(
	tag: string,
	catalogue: Catalogue,
	direction: Language["direction"] = "ltr",
): Language {
	const plurals = once(() => new Intl.PluralRules(tag));
	const numbers = once(() => new Intl.NumberFormat(tag, { useGrouping: false }));
	const relative = once(() => new Intl.RelativeTimeFormat(tag, { numeric: "always" }));
	const amounts = remembered(
		(unit: TimeUnit) =>
			new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long", useGrouping: false }),
	);
	const texts = remembered((key: string) => {
		const [area = "", name = ""] = key.split(".");
		const entry = catalogue[area]?.[name];
		return entry === undefined ? undefined : formsOf(entry);
	});
	return {
		tag,
		direction,
		parts(key, count) {
			const forms = texts(key);
			const counted = count === undefined ? undefined : forms?.get(plurals().select(count));
			const form = counted ?? forms?.get("other");
			if (form === undefined) throw new TypeError(`no text for ${key} in ${tag}`);
			return form;
		},
		number: (value) => numbers().format(value),
		amount: (count, unit) => amounts(unit).format(count),
		relative: (count, unit) => relative().format(count, unit),
	};
}

function once<Value extends object>(make: () => Value): () => Value {
	let made: Value | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

/** Each made once: making one takes longer than all else that a page says. */
function remembered<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
	const known = new Map<Key, Value>();
	return (key) => {
		const value = known.get(key) ?? make(key);
		known.set(key, value);
		return value;
	};
}

type Forms = ReadonlyMap<string, readonly Part[]>;

function formsOf(entry: Entry): Forms {
	const forms = typeof entry === "string" ? { other: entry } : entry;
	return new Map(Object.entries(forms).map(([form, text]) => [form, parseText(text)]));
}
