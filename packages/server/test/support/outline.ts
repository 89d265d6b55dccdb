import type { PageView } from "../../src/pages/index.ts";
import { inEnglish } from "./in-english.ts";

/** A page as somebody meets it who hears it: heading, words in order, `[links](to)`, `(buttons)`, fields and forms by name. */
export function outline({ title, body }: Pick<PageView, "title" | "body">): readonly string[] {
	const words = inEnglish(body)
		.replaceAll(/<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs, "[$2]($1)")
		.replaceAll(/<button [^>]*?(?:name="([^"]*)" value="([^"]*)")?>(.*?)<\/button>/gs, "\n($3) $1 $2\n")
		.replaceAll(/<form method="post" action="([^"]*)">/g, "\nto $1\n")
		.replaceAll(/<input [^>]*name="([^"]*)"[^>]*>/g, "\nfield $1\n")
		.replaceAll(/<\/(?:p|li|h2|dt|dd|strong|label)>|<br>/g, "\n")
		.replaceAll(/<[^>]*>/g, "");
	const lines = words.split("\n").map((line) => line.replaceAll(/\s+/g, " ").trim());
	return [inEnglish(title), ...lines.filter((line) => line !== "")];
}
