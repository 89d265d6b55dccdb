import type { PageView } from "../../src/pages/index.ts";
import { inEnglish } from "./in-english.ts";

/**
 * A page as somebody meets it who hears it: its heading, and its words in their order. What can be used stands among
 * them as `[link](where)`, `(button) name value`, `field name = value` and `to path` for a form. A button that waits for
 * a script is not there.
 */
export function outline({ title, body }: Pick<PageView, "title" | "body">): readonly string[] {
	const words = inEnglish(body)
		.replaceAll(/<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs, "[$2]($1)")
		.replaceAll(/<button [^>]* hidden>.*?<\/button>/gs, "")
		.replaceAll(/<button [^>]*?(?:name="([^"]*)" value="([^"]*)")?>(.*?)<\/button>/gs, "\n($3) $1 $2\n")
		.replaceAll(/<form [^>]*action="([^"]*)">/g, "\nto $1\n")
		.replaceAll(/<input ([^>]*)>/g, (_, attributes: string) => `\n${fieldOf(attributes)}\n`)
		.replaceAll(/<option value="([^"]*)" (selected)?[^>]*>/g, "\noption $1 $2: ")
		.replaceAll(/<\/(?:p|li|h2|dt|dd|label|summary|option)>|<\/strong><p>|<br>/g, "\n")
		.replaceAll(/<[^>]*>/g, "");
	const lines = words.split("\n").map((line) => line.replaceAll(/\s+/g, " ").trim());
	return [inEnglish(title), ...lines.filter((line) => line !== "")];
}

function fieldOf(attributes: string): string {
	const [name, value] = ["name", "value"].map(
		(each) => new RegExp(`\\b${each}="([^"]*)"`).exec(attributes)?.[1],
	);
	const marks = ["required", "checked", "readonly", "autofocus", "aria-invalid"].filter((mark) =>
		new RegExp(`\\s${mark}\\b`).test(attributes),
	);
	return [`field ${name} = ${value}`, ...marks].join(", ");
}
