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

/** Every text is read once, here, so that a broken one shows at the start and not on the page. */
export function createLanguage(
	tag: string,
	catalogue: Catalogue,
	direction: Language["direction"] = "ltr",
): Language {
	const plurals = new Intl.PluralRules(tag);
	const numbers = new Intl.NumberFormat(tag, { useGrouping: false });
	const amounts = createAmounts(tag);
	const relative = new Intl.RelativeTimeFormat(tag, { numeric: "always" });
	const texts = new Map<string, Forms>(
		Object.entries(catalogue).flatMap(([area, entries]) =>
			Object.entries(entries).map(([name, entry]): [string, Forms] => [`${area}.${name}`, formsOf(entry)]),
		),
	);
	return {
		tag,
		direction,
		parts(key, count) {
			const forms = texts.get(key);
			const counted = count === undefined ? undefined : forms?.get(plurals.select(count));
			const form = counted ?? forms?.get("other");
			if (form === undefined) throw new TypeError(`no text for ${key} in ${tag}`);
			return form;
		},
		number: (value) => numbers.format(value),
		amount: (count, unit) => amounts(unit).format(count),
		relative: (count, unit) => relative.format(count, unit),
	};
}

/** Formatters by unit, each made once: making one takes longer than all else that a page says. */
function createAmounts(tag: string): (unit: string) => Intl.NumberFormat {
	const known = new Map<string, Intl.NumberFormat>();
	return (unit) => {
		const format =
			known.get(unit) ??
			new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long", useGrouping: false });
		known.set(unit, format);
		return format;
	};
}

type Forms = ReadonlyMap<string, readonly Part[]>;

function formsOf(entry: Entry): Forms {
	const forms = typeof entry === "string" ? { other: entry } : entry;
	return new Map(Object.entries(forms).map(([form, text]) => [form, parseText(text)]));
}
