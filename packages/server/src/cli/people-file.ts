import { readFileSync } from "node:fs";
import { type ReadAddress, readAddress } from "../identifiers/index.ts";
import { displayNameFault, longestDisplayName } from "../operating/index.ts";
import { codeOf } from "./code-of.ts";

/** Somebody as a line of a file names them. */
export interface ListedPerson {
	/** The number of the line, from 1. */
	readonly line: number;
	readonly name: string;
	readonly displayName?: string;
	readonly email?: ReadAddress;
}

export type PeopleFile =
	| { readonly ok: true; readonly people: readonly ListedPerson[] }
	/** A line for each line that is wrong. */
	| { readonly ok: false; readonly problems: readonly string[] };

/** The file that was named, read whole. */
export function readPeopleFile(path: string): PeopleFile {
	const read = readCsv(path);
	return read.ok ? parsePeople(read.text) : { ok: false, problems: [read.problem] };
}

/** The text of a file, which is UTF-8. */
export function readCsv(
	path: string,
): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string } {
	let bytes: Uint8Array;
	try {
		bytes = readFileSync(path);
	} catch (error) {
		return { ok: false, problem: `${path} cannot be read (${codeOf(error)})` };
	}
	try {
		return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return { ok: false, problem: `${path} is not UTF-8; save it as CSV UTF-8` };
	}
}

/**
 * A name, a display name and an e-mail address on each line, with commas between; the latter two may be missing. Cells
 * may stand between quotation marks. A first line that begins with the word `name` is a heading.
 * @see https://www.rfc-editor.org/rfc/rfc4180#section-2
 */
export function parsePeople(text: string): PeopleFile {
	const problems: string[] = [];
	const people: ListedPerson[] = [];
	for (const [at, written] of text.split(/\r\n|\n|\r/).entries()) {
		const line = at + 1;
		if (written.trim() === "") continue;
		const cells = cellsOf(written)?.map((cell) => cell.trim());
		if (line === 1 && cells?.[0]?.toLowerCase() === "name") continue;
		const problem = problemOf(cells);
		if (problem !== undefined) problems.push(`line ${line}: ${problem}`);
		const [name = "", displayName = "", email = ""] = cells ?? [];
		const address = readAddress(email);
		people.push({
			line,
			name,
			...(displayName !== "" && { displayName }),
			...(address !== undefined && { email: address }),
		});
	}
	if (people.length === 0) problems.push("nobody is in it");
	return problems.length > 0 ? { ok: false, problems } : { ok: true, people };
}

export const displayNameFaults = {
	"display-name-too-long": `The display name is longer than ${longestDisplayName} characters.`,
	"display-name-not-shown": "The display name holds a character that cannot be shown.",
} as const;

function problemOf(cells: readonly string[] | undefined): string | undefined {
	if (cells === undefined) return "a quotation mark is open, or stands in the middle of a cell";
	const [name = "", displayName = "", email = "", ...more] = cells;
	if (more.length > 0) return `${cells.length} cells; expected name, display name, e-mail address`;
	if (name === "") return "the name is missing";
	if (name.includes(";")) return "cells stand between semicolons; expected commas";
	const fault = displayNameFault(displayName);
	if (fault !== undefined) return displayNameFaults[fault];
	if (email !== "" && readAddress(email) === undefined)
		return `${JSON.stringify(email)} is not an e-mail address`;
	return undefined;
}

/** Undefined where a quotation mark is not closed on its line, or begins in the middle of a cell. */
export function cellsOf(line: string): readonly string[] | undefined {
	const cells: string[] = [];
	const rest = `,${line}`;
	// Each begins with the comma before it, so that an empty one is not found twice.
	const next = /,(?:\s*"((?:[^"]|"")*)"\s*|([^",]*))(?=,|$)/y;
	while (next.lastIndex < rest.length) {
		const found = next.exec(rest);
		if (found === null) return undefined;
		cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
	}
	return cells;
}
