import type { SessionId } from "@countersign/core";

export interface SessionUse {
	readonly sessionId: SessionId;
	readonly at: number;
	readonly address?: string | undefined;
}

/** Of an access token, by its hash. */
export interface FirstUse {
	readonly hash: string;
	readonly at: number;
}

/** What a storage has that writes notes of uses more quickly than a unit of work does. */
export interface UseNotes {
	/**
	 * All of them or none: first uses as `TokenRecords.noteFirstUse`, last ones as `SessionRecords.touch`, but for what
	 * somebody has in hand in this moment: the note of such a session is lost, and hashes of such tokens are returned, to
	 * be noted again. Each session stands here once.
	 */
	write(notes: {
		readonly tokens: readonly FirstUse[];
		readonly sessions: readonly SessionUse[];
	}): Promise<readonly string[]>;
}
