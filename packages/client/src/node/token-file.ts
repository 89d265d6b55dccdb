import { setTimeout as sleep } from "node:timers/promises";
import { isRecord, member } from "@countersign/protocol";
import type { SessionTokens } from "../token-holder.ts";
import { withFileLock } from "./file-lock.ts";
import { readIfThere, replaceFile } from "./whole-file.ts";

/** What `createTokenHolder` needs to share a session with other programs of this machine. */
export interface TokenFile {
	/** The tokens as last saved, by whichever program; `undefined` where there are none yet. */
	load(): Promise<SessionTokens | undefined>;
	save(tokens: SessionTokens): Promise<void>;
	/** Waits until no other program, and nobody else in this one, runs its own work. */
	exclusively<T>(work: () => Promise<T>): Promise<T>;
}

const lookAgainMs = 20;

/**
 * Keeps a session's tokens in a file that only its owner can read (0600), as whole after a crash as before it. Programs
 * that share the path refresh one after the other, and take over what another one refreshed. The lock of a program that
 * was killed is not in their way; what it had been answered and not saved, the server gives again.
 *
 * @param path of the file; `<path>.lock` is used beside it. The folder has to exist.
 * @throws from `load`: `TypeError` for a file that holds something else
 */
export function tokenFile(path: string): TokenFile {
	return {
		async load() {
			const text = await readIfThere(path);
			return text === undefined ? undefined : parseTokens(text);
		},
		save: (tokens) => replaceFile(path, `${JSON.stringify(tokens)}\n`),
		async exclusively(work) {
			for (;;) {
				const done = await withFileLock(`${path}.lock`, async () => ({ value: await work() }));
				if (done !== "taken") return done.value;
				await sleep(lookAgainMs);
			}
		},
	};
}

function parseTokens(text: string): SessionTokens {
	const stored = parse(text);
	const [accessToken, refreshToken, expiresAt] = isRecord(stored)
		? [member(stored, "accessToken"), member(stored, "refreshToken"), member(stored, "expiresAt")]
		: [];
	if (typeof accessToken !== "string" || typeof refreshToken !== "string") {
		throw new TypeError("the file holds no tokens");
	}
	return { accessToken, refreshToken, ...(typeof expiresAt === "number" ? { expiresAt } : {}) };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
