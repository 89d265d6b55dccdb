import { readFile } from "node:fs/promises";
import { Refusal } from "../refusal.ts";
import type { StateFolder } from "./folder.ts";

/** The members of the object in a file of ours; undefined where there is no file. @throws `state-damaged` */
export async function readObject(
	{ path: folder }: StateFolder,
	file: string,
): Promise<ReadonlyMap<string, unknown> | undefined> {
	let text: string;
	try {
		text = await readFile(file, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw new Refusal("state-damaged", { folder, file }, { cause: error });
	}
	const value = parseJson(text);
	if (typeof value !== "object" || value === null) throw new Refusal("state-damaged", { folder, file });
	return new Map(Object.entries(value));
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
