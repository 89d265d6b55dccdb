import { chmod, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { withFileLock } from "@countersign/client/node";
import { Refusal } from "../refusal.ts";

/** Where one account's session, keys and unfinished reset are. */
export interface StateFolder {
	readonly path: string;
	/** The session, without its tokens. */
	readonly session: string;
	readonly tokens: string;
	readonly crypto: string;
	/** A reset under way. */
	readonly reset: string;
	/** What it is to end with. */
	readonly wishes: string;
	/**
	 * Runs `work` while no other program changes what is here, in a folder that only its owner can enter.
	 * @throws `state-busy` at once where one does
	 */
	exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** The folder that was named, else `XSIGN_STATE`, else the usual place for what programs keep. */
export function stateFolderOf(
	named: string | undefined,
	{
		environment,
		home,
	}: { readonly environment: Readonly<Record<string, string | undefined>>; readonly home: string },
): string {
	const own = named ?? environment.XSIGN_STATE;
	if (own !== undefined && own !== "") return resolve(own);
	return join(environment.XDG_STATE_HOME || join(home, ".local", "state"), "xsign");
}

export function openStateFolder(path: string): StateFolder {
	const file = (name: string) => join(path, name);
	return {
		path,
		session: file("session.json"),
		tokens: file("tokens.json"),
		crypto: file("crypto"),
		reset: file("reset.json"),
		wishes: file("wishes.json"),
		async exclusively(work) {
			await mkdir(path, { recursive: true, mode: 0o700 });
			await chmod(path, 0o700);
			const done = await withFileLock(file("lock"), async () => ({ value: await work() }));
			if (done === "taken") throw new Refusal("state-busy", { folder: path });
			return done.value;
		},
	};
}
