import type { AccountId, SignedInBrowsers } from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";
import type { AddressRecords } from "../identifiers/ports.ts";

/** What signing in elsewhere needs of the storage. */
export interface UpstreamUnit {
	readonly upstreamSignIns: UpstreamSignIns;
	readonly upstreamArrivals: UpstreamArrivals;
	readonly accountLinks: AccountLinks;
	readonly accounts: {
		find(by: { readonly id: AccountId } | { readonly localpart: string }): Promise<LinkedAccount | undefined>;
	};
	readonly addresses: Pick<AddressRecords, "ownerOf">;
	readonly browserSessions: Pick<SignedInBrowsers, "isSignedIn">;
	readonly events: Pick<SecurityEvents, "record">;
}

interface LinkedAccount {
	readonly id: AccountId;
	readonly localpart: string;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly passwordHash: string | null;
	readonly generation: number;
}

/**
 * Sign-ins that are under way at a provider, known by the hash of their state, and each one browser's. Each method is one
 * statement.
 */
export interface UpstreamSignIns {
	add(begun: BegunUpstream & { readonly stateHash: string; readonly browserHash: string }): Promise<void>;
	/** Uses it up: of many callers one has it. Undefined where it is over, used, another browser's or another provider's. */
	use(answer: UpstreamAnswer): Promise<BegunUpstream | undefined>;
	/** One that was used, until it would be over, for who is told again what became of it. */
	findUsed(answer: UpstreamAnswer): Promise<BegunUpstream | undefined>;
}

interface UpstreamAnswer {
	readonly stateHash: string;
	readonly browserHash: string;
	readonly provider: string;
	readonly now: number;
}

/** What a sign-in elsewhere is for. */
export type Intent =
	| { readonly kind: "sign-in" }
	/** Somebody signed in here shows once more that they are there, or that the account there is theirs. */
	| { readonly kind: "prove" | "link"; readonly accountId: AccountId; readonly browser: string };

export interface BegunUpstream {
	readonly provider: string;
	readonly intent: Intent;
	/** Where the person was going. */
	readonly resume: string;
	readonly createdAt: number;
	readonly expiresAt: number;
}

/** Who came back from a provider and has no account here, one for each browser. Each method is one statement. */
export interface UpstreamArrivals {
	/** In the place of an earlier one. */
	put(arrival: Arrival & { readonly browserHash: string; readonly expiresAt: number }): Promise<void>;
	/** Undefined where it is over at `now`, or was used. */
	find(browserHash: string, now: number): Promise<Arrival | undefined>;
	/** One of which an account was made since then. */
	findUsed(browserHash: string, since: number): Promise<Arrival | undefined>;
	/** Uses it up: of many one has it. Undefined where it is somebody else's by now. */
	use(of: ArrivalOf & { readonly now: number }): Promise<Arrival | undefined>;
	/** In the transaction of the use: nothing came of it. */
	giveBack(browserHash: string): Promise<void>;
	/** Nothing of it stays. */
	forget(of: ArrivalOf): Promise<void>;
}

interface ArrivalOf {
	readonly browserHash: string;
	readonly provider: string;
	readonly subject: string;
}

/** Who somebody is at a provider, and what it says of them. */
export interface Arrival {
	readonly provider: string;
	readonly subject: string;
	readonly said: Said;
	/** When they last showed there who they are; as good as never where it does not say. */
	readonly provedAt: number;
	readonly resume: string;
}

/** What is taken over of it. */
export interface Said {
	/** As in the user id, and whether the person may choose another. Absent: they choose. */
	readonly localpart?: { readonly value: string; readonly isFixed: boolean };
	readonly displayName?: string;
	/** One that the provider vouches for. */
	readonly email?: { readonly address: string; readonly key: string; readonly isRequired: boolean };
	/** What they are called there. */
	readonly accountName?: string;
}

/** Whom another service knows a person as. Each method is one statement. */
export interface AccountLinks {
	ownerOf(provider: string, subject: string): Promise<{ readonly accountId: AccountId } | undefined>;
	/** In the order of provider and subject. */
	list(accountId: AccountId): Promise<readonly AccountLink[]>;
	/** False where somebody has it, whoever that is: of two at once one gets it. */
	add(link: AccountLink & { readonly accountId: AccountId }): Promise<boolean>;
	/** Those of the account that were added at that very moment: what a line of the log is about. */
	removeAddedAt(accountId: AccountId, at: number): Promise<void>;
	/** True for the one caller that removed it. Only when it is that account's. */
	remove(link: {
		readonly accountId: AccountId;
		readonly provider: string;
		readonly subject: string;
	}): Promise<boolean>;
}

export interface AccountLink {
	readonly provider: string;
	readonly subject: string;
	readonly name?: string | undefined;
	/** Absent: it came along from elsewhere. */
	readonly linkedAt?: number | undefined;
}

export interface UpstreamCleanUp {
	readonly upstreamSignIns: {
		/** Deletes one batch of those that are over. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly upstreamArrivals: {
		/** Deletes one batch of those that are over. */
		deleteExpired(before: number): Promise<number>;
	};
}
