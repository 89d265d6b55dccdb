import { rm } from "node:fs/promises";
import { replaceFile } from "@countersign/client/node";
import type { Done } from "../report/index.ts";
import type { StateFolder } from "./folder.ts";
import { readObject } from "./json-file.ts";

/** How a reset is to end, for whoever resumes it. */
export interface Wishes {
	/** The file for the recovery key. */
	readonly saveRecoveryKey: string | undefined;
	/** Which words it ends with. */
	readonly what: Extract<Done, "set-up" | "reset">;
}

export async function readWishes(folder: StateFolder): Promise<Wishes> {
	const found = await readObject(folder, folder.wishes);
	const file = found?.get("saveRecoveryKey");
	return {
		saveRecoveryKey: typeof file === "string" ? file : undefined,
		what: found?.get("what") === "set-up" ? "set-up" : "reset",
	};
}

/** Undefined: there is nothing to end any more. */
export function writeWishes(folder: StateFolder, wishes: Wishes | undefined): Promise<void> {
	return wishes === undefined
		? rm(folder.wishes, { force: true })
		: replaceFile(folder.wishes, `${JSON.stringify(wishes)}\n`);
}
