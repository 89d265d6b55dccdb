import type { AccountId, SessionId } from "@countersign/core";

/** Who wants to read what is kept. */
interface KeptReader {
	readonly accountId: AccountId;
	readonly sessionId: SessionId;
}

/** A version of the key backup from before a reset, and what its recovery key opens. */
interface KeptVersion {
	readonly version: number;
	/** When it is dropped. */
	readonly until: number;
	/** Account data by type, as they stood. */
	readonly secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What is kept, as far as its person lets this session read it at this time. */
export interface KeptReads {
	/** The oldest first. */
	readable(by: KeptReader, now: number): Promise<readonly KeptVersion[]>;
	/** Whether the keys of this version are among it. */
	isReadable(by: KeptReader, version: number, now: number): Promise<boolean>;
}
