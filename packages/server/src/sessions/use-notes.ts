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
	 * All of them or none: first uses as `TokenRecords.noteFirstUse`, last ones as `SessionRecords.touch`, but that one of
	 * a session which somebody has in hand in this moment may be lost. Each session stands here once.
	 */
	write(notes: {
		readonly tokens: readonly FirstUse[];
		readonly sessions: readonly SessionUse[];
	}): Promise<void>;
}
