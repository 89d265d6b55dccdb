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
	let underWay: Promise<void> | undefined;
	let isClosed = false;

	/** Whatever is noted by now. What comes meanwhile is collected again. */
	async function writeAll(): Promise<void> {
		const tokens = [...firstUses.values()];
		const sessions = [...lastUses.values()];
		const most = notesOfUses.perTransaction;
		for (let from = 0; from < Math.max(tokens.length, sessions.length); from += most) {
			const notes = { tokens: tokens.slice(from, from + most), sessions: sessions.slice(from, from + most) };
			const passedOver = new Set(await write(notes));
			// Until now: who asks for the first uses in a session meanwhile has to find them.
			for (const { hash } of notes.tokens) if (!passedOver.has(hash)) firstUses.delete(hash);
			for (const use of notes.sessions)
				if (lastUses.get(use.sessionId) === use) lastUses.delete(use.sessionId);
		}
	}

	async function write(notes: Notes): Promise<readonly string[]> {
		if (useNotes !== undefined) return useNotes.write(notes);
		await storage.write((unit) => writeNotes(unit, notes));
		return [];
	}

	/** One at a time: where the storage is slow, notes do not take its connections. Who waits fails with the one before. */
	function flush(): Promise<void> {
		const flushed = underWay === undefined ? writeAll() : underWay.then(writeAll);
		underWay = flushed;
		const over = () => {
			if (underWay !== flushed) return;
			underWay = undefined;
			arm();
		};
		flushed.then(over, over);
		return flushed;
	}

	function arm(): void {
		if (isClosed || underWay !== undefined || firstUses.size + lastUses.size === 0) return;
		timer ??= setTimeout(() => {
			timer = undefined;
			// Reported by the writes that somebody waits for, or by the storage; these notes try again.
			flush().catch(() => {});
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
			isClosed = true;
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
