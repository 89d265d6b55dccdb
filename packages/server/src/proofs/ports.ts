import type { AccountId } from "@countersign/core";
import type { SecurityEvent } from "../audit/index.ts";

/** What proofs need of the storage. */
export interface ProofUnit {
	readonly accounts: {
		/**
		 * Locked and closed ones included. By name: who has exactly this one, else who has one that differs by case
		 * alone, if that is one person.
		 */
		find(by: { readonly id: AccountId } | { readonly name: string }): Promise<ProvableAccount | undefined>;
		/** Keeps the same password in another hash; where it is another password by now, nothing happens. */
		rehash(change: { readonly id: AccountId; readonly from: string; readonly to: string }): Promise<void>;
	};
	readonly browserSessions: {
		/** Notes that the password was entered again. False when there is no such live session. */
		prove(idHash: string, now: number): Promise<boolean>;
	};
	readonly refusals: {
		/**
		 * Adds the line to the security log of its account, where there is that account. Where there is none, the same
		 * statements are made and as much is written.
		 */
		note(event: SecurityEvent): Promise<void>;
	};
}

/** An account, as far as somebody can prove that it is theirs. */
export interface ProvableAccount {
	readonly id: AccountId;
	readonly localpart: string;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly passwordHash: string | null;
	readonly generation: number;
}
