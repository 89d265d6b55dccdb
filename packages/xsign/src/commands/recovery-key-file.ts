import { access, constants, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { replaceFile } from "@countersign/client/node";
import type { Asked } from "../command.ts";
import { Refusal } from "../refusal.ts";

/**
 * The file for the new recovery key, undefined where a person reads it off the screen.
 *
 * @throws `nowhere-to-save` before anything is done; `file-exists`, so that no other account's key is lost
 */
export async function recoveryKeyFileOf(asked: Asked): Promise<string | undefined> {
	const named = asked.option("save-recovery-key");
	if (named === undefined) {
		if (asked.isTerminal && !asked.flag("json")) return undefined;
		throw new Refusal("nowhere-to-save");
	}
	const file = resolve(named);
	if ((await readIfThere(file)) !== undefined) throw new Refusal("file-exists", { file });
	// Found out now, and not when the homeserver has the new keys.
	await access(dirname(file), constants.W_OK);
	return file;
}

/** Keeps the key; resolves once it is safe. It may come again after a crash, and is then the same. */
export async function keepRecoveryKey(
	{ report, isTerminal, askLine, ...asked }: Asked,
	recoveryKey: string,
	file: string | undefined,
): Promise<void> {
	if (file === undefined) {
		// Resumed by a program: nothing is shown that nobody reads, and the key is there again the next time.
		if (!isTerminal || asked.flag("json")) throw new Refusal("nowhere-to-save");
		report.tell({ event: "recovery-key", recoveryKey });
		await askLine("Press Enter once you have written it down. ");
		return;
	}
	const text = `${recoveryKey}\n`;
	const there = await readIfThere(file);
	if (there !== undefined && there !== text) throw new Refusal("file-exists", { file });
	if (there === undefined) await replaceFile(file, text);
	report.tell({ event: "recovery-key-saved", file });
}

async function readIfThere(file: string): Promise<string | undefined> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
}
