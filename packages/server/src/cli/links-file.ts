import { isSubject } from "../identifiers/index.ts";
import { cellsOf, readCsv } from "./people-file.ts";

/** As whom a service knows somebody, as a line of a file says it. */
export interface ListedLink {
	/** The number of the line, from 1. */
	readonly line: number;
	readonly name: string;
	readonly provider: string;
	readonly subject: string;
	/** What the link is called. */
	readonly label?: string;
}

export type LinksFile =
	| { readonly ok: true; readonly links: readonly ListedLink[] }
	/** A line for each line that is wrong. */
	| { readonly ok: false; readonly problems: readonly string[] };

/** The file that was named, read whole. */
export function readLinksFile(path: string): LinksFile {
	const read = readCsv(path);
	return read.ok ? parseLinks(read.text) : { ok: false, problems: [read.problem] };
}

/**
 * A name, a service's id, who they are there and what the link is called on each line, with commas between; the last may
 * be missing. A first line that begins with the word `name` is a heading.
 */
export function parseLinks(text: string): LinksFile {
	const problems: string[] = [];
	const links: ListedLink[] = [];
	const seen = new Map<string, number>();
	for (const [at, written] of text.split(/\r\n|\n|\r/).entries()) {
		const line = at + 1;
		if (written.trim() === "") continue;
		const cells = cellsOf(written)?.map((cell) => cell.trim());
		if (line === 1 && cells?.[0]?.toLowerCase() === "name") continue;
		const [name = "", provider = "", subject = "", label = "", ...more] = cells ?? [];
		const problem = problemOf({ cells, name, provider, subject, label, more });
		const key = JSON.stringify([provider, subject]);
		const before = seen.get(key);
		if (problem !== undefined) problems.push(`line ${line}: ${problem}`);
		else if (before !== undefined) problems.push(`line ${line}: this one is in line ${before}, too`);
		seen.set(key, before ?? line);
		links.push({ line, name, provider, subject, ...(label !== "" && { label }) });
	}
	if (links.length === 0) problems.push("nobody is in it");
	return problems.length > 0 ? { ok: false, problems } : { ok: true, links };
}

function problemOf({
	cells,
	name,
	provider,
	subject,
	label,
	more,
}: Omit<Required<ListedLink>, "line"> & {
	readonly cells: readonly string[] | undefined;
	readonly more: readonly string[];
}): string | undefined {
	if (cells === undefined) return "a quotation mark is open, or stands in the middle of a cell";
	if (more.length > 0)
		return `${cells.length} cells; expected name, service, subject, what the link is called`;
	if (name.includes(";")) return "cells stand between semicolons; expected commas";
	if (name === "") return "the name is missing";
	if (provider === "") return "the service is missing";
	if (subject === "") return "the subject is missing: who they are at the service";
	if (!isSubject(subject)) return "nobody can be that subject";
	if (label.length > 100 || /\p{C}/u.test(label)) return "what the link is called cannot be shown";
	return undefined;
}
