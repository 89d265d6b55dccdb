import type { SessionId, Transactions } from "@countersign/core";
import { useNotes as notesOfUses } from "./lifetimes.ts";
import type { FirstUse, SessionRecords, SessionUse, StoredAccess, TokenRecords, UseNotes } from "./ports.ts";

interface ActivityUnit {
	readonly sessions: Pick<SessionRecords, "touch">;
	readonly tokens: Pick<TokenRecords, "noteFirstUse">;
}

interface SessionsFirstUse extends FirstUse {
	readonly sessionId: SessionId;
}

interface Notes {
	readonly tokens: readonly SessionsFirstUse[];
	readonly sessions: readonly SessionUse[];
}

/**
 * First uses of access tokens and last uses of sessions, collected in memory and written together: the hot path
 * must not cost a commit. A crash loses at most a second of them, which makes nobody lose a session: a first use
 * that is not known only lets a lost answer be asked for once more.
 */
export function createActivity(storage: Transactions<ActivityUnit>, useNotes?: UseNotes) {
	const firstUses = new Map<string, SessionsFirstUse>();
	const lastUses = new Map<string, SessionUse>();
	let timer: NodeJS.Timeout | undefined;

	function take(limit: number): Notes {
		const tokens = [...firstUses.values()].slice(0, limit);
		const sessions = [...lastUses.values()].slice(0, limit);
		for (const { hash } of tokens) firstUses.delete(hash);
		for (const { sessionId } of sessions) lastUses.delete(sessionId);
		return { tokens, sessions };
	}

	function restore(notes: Notes): void {
		for (const use of notes.tokens) firstUses.set(use.hash, use);
		for (const use of notes.sessions) {
			if (!lastUses.has(use.sessionId)) lastUses.set(use.sessionId, use);
		}
	}

	async function flush(): Promise<void> {
		while (firstUses.size + lastUses.size > 0) {
			const notes = take(notesOfUses.perTransaction);
			try {
				await (useNotes?.write(notes) ?? storage.write((unit) => writeNotes(unit, notes)));
			} catch (cause) {
				restore(notes);
				throw cause;
			}
		}
	}

	function arm(): void {
		timer ??= setTimeout(() => {
			timer = undefined;
			// A failing disk is reported by the writes that somebody waits for; these notes try again.
			flush().catch(arm);
		}, notesOfUses.collectMs);
		timer.unref();
	}

	return {
		/** Notes that the token was used, if storage does not know it yet or not lately. */
		note(
			hash: string,
			token: StoredAccess,
			use: { readonly at: number; readonly address?: string | undefined },
		) {
			const { at, address } = use;
			if (!token.used && !firstUses.has(hash)) {
				firstUses.set(hash, { hash, sessionId: token.sessionId, at });
			}
			const moved = address !== undefined && address !== token.lastAddress;
			if (moved || at - token.lastUsedAt >= notesOfUses.sessionEveryMs) {
				const known = address ?? lastUses.get(token.sessionId)?.address;
				lastUses.set(token.sessionId, { sessionId: token.sessionId, at, address: known });
			}
			arm();
		},

		/**
		 * Writes the first uses in a session seen so far within the caller's transaction, which is about to ask for
		 * them. They stay noted: the transaction may yet fail.
		 */
		async settle(unit: ActivityUnit, sessionId: SessionId): Promise<void> {
			for (const [hash, use] of firstUses) {
				if (use.sessionId === sessionId) await unit.tokens.noteFirstUse(hash, use.at);
			}
		},

		flush,

		async close(): Promise<void> {
			clearTimeout(timer);
			await flush();
		},
	};
}

export type Activity = ReturnType<typeof createActivity>;

async function writeNotes(unit: ActivityUnit, notes: Notes): Promise<void> {
	for (const { hash, at } of notes.tokens) await unit.tokens.noteFirstUse(hash, at);
	for (const use of notes.sessions) await unit.sessions.touch(use);
}
