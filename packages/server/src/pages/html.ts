import { html as template } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

/** Markup in which every inserted text was escaped. Only the `html` tag makes it. */
export type Html = HtmlEscapedString;
/** What may stand in a template: text is escaped, `undefined` and `false` vanish, lists are joined. */
export type HtmlValue = string | number | boolean | undefined | Html | readonly HtmlValue[];

/** Tagged template for markup. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
	const made = template(strings, ...values);
	if (made instanceof Promise) throw new TypeError("pages are made from values, not from promises");
	return made;
}
