import type { SecurityEvents } from "../audit/index.ts";

/** What proofs need of the storage. `Account` is what an account's row holds there besides. */
export interface ProofUnit<Account extends ProvableAccount = ProvableAccount> {
	readonly accounts: {
		/** Locked and closed ones included. */
		find(by: { readonly id: string } | { readonly localpart: string }): Promise<Account | undefined>;
	};
	readonly events: Pick<SecurityEvents, "record">;
}

/** An account, as far as somebody can prove that it is theirs. */
export interface ProvableAccount {
	readonly id: string;
	readonly localpart: string;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly passwordHash: string | null;
}
