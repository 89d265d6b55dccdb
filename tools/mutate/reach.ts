import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Range {
	readonly startOffset: number;
	readonly endOffset: number;
	readonly count: number;
}

interface Script {
	readonly url: string;
	readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** What ran of a file in one process: ranges, of which the smallest around a place counts. */
type Account = readonly Range[];

/** A folder for V8's account of one run. Node drops the types in place, so its offsets are those of the source. */
export function coverageFolder(copy: string): { readonly path: string; read(): Reach; remove(): void } {
	const path = join(copy, "tmp", "coverage");
	mkdirSync(path, { recursive: true });
	return {
		path,
		read: () =>
			reachOf(
				copy,
				readdirSync(path).map((name) => readFileSync(join(path, name), "utf8")),
			),
		remove: () => rmSync(path, { recursive: true, force: true }),
	};
}

/** Whether a run came past a place of a file, in any of its processes. */
export type Reach = (file: string, offset: number) => boolean;

function reachOf(copy: string, texts: readonly string[]): Reach {
	const accounts = new Map<string, Account[]>();
	for (const text of texts) {
		const { result } = JSON.parse(text) as { readonly result: readonly Script[] };
		for (const { url, functions } of result) {
			const known = accounts.get(url) ?? [];
			known.push(functions.flatMap(({ ranges }) => ranges));
			accounts.set(url, known);
		}
	}
	return (file, offset) =>
		(accounts.get(pathToFileURL(join(copy, file)).href) ?? []).some((account) => ran(account, offset));
}

function ran(account: Account, offset: number): boolean {
	let smallest: Range | undefined;
	for (const range of account) {
		if (offset < range.startOffset || offset >= range.endOffset) continue;
		if (smallest === undefined || sizeOf(range) <= sizeOf(smallest)) smallest = range;
	}
	return smallest !== undefined && smallest.count > 0;
}

function sizeOf({ startOffset, endOffset }: Range): number {
	return endOffset - startOffset;
}
