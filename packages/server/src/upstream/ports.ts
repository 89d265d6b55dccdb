import type { AccountId, SessionId, SignedInBrowsers } from "@countersign/core";
import type { SecurityEvents } from "../audit/index.ts";

/** What signing in elsewhere needs of the storage. */
export interface UpstreamUnit {
	readonly upstreamSignIns: UpstreamSignIns;
	readonly upstreamArrivals: UpstreamArrivals;
	readonly upstreamStays: UpstreamStays;
	readonly accountLinks: AccountLinks;
	readonly accounts: {
		find(by: { readonly id: AccountId } | { readonly localpart: string }): Promise<LinkedAccount | undefined>;
		/** A service takes away what it gave alone. False where nothing changed. */
		setAdmin(id: AccountId, admin: boolean, by: string): Promise<boolean>;
	};
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
	| {
			readonly kind: "prove" | "link";
			readonly accountId: AccountId;
			readonly browser: string;
			/** Of the account when this side was shown: what has thrown people out since has ended this, too. */
			readonly generation: number;
	  };

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
	put(arrival: KeptArrival): Promise<void>;
	/** Undefined where it is over at `now`. */
	find(browserHash: string, now: number): Promise<Arrival | undefined>;
	/** Uses it up, and nothing of it stays: of many one has it. Undefined where it is somebody else's by now. */
	use(of: ArrivalOf & { readonly now: number }): Promise<KeptArrival | undefined>;
	/** Nothing of it stays. */
	forget(of: ArrivalOf): Promise<void>;
}

interface KeptArrival extends Arrival {
	readonly browserHash: string;
	readonly expiresAt: number;
}

interface ArrivalOf {
	readonly browserHash: string;
	readonly provider: string;
	readonly subject: string;
}

/** Who somebody is at a provider, and what it says of them. */
export interface Arrival {
	readonly provider: string;
	/** Of the ID token. */
	readonly issuer: string;
	readonly subject: string;
	readonly said: Said;
	/** When they last showed there who they are; as good as never where it does not say. */
	readonly provedAt: number;
	/** Their session there, where its end is told here. */
	readonly stay?: string;
	readonly resume: string;
}

/**
 * Stays: people's sessions at other services, as far as something here began by them and their end is told here. Each
 * method is one statement.
 */
export interface UpstreamStays {
	begin(stay: UpstreamStay & { readonly id: string; readonly expiresAt: number }): Promise<void>;
	/** Whether the service said, before this came, that this one was over. */
	isOver(stay: UpstreamStay): Promise<boolean>;
	/** A browser session that began by another one there goes with this one from now on. */
	follow(browser: string, stay: string): Promise<void>;
}

export interface UpstreamStay {
	readonly provider: string;
	readonly issuer: string;
	/** As the service calls the person, whatever a link is made of. */
	readonly subject: string;
	/** As the service calls the session. Absent: it does not. */
	readonly sid?: string | undefined;
	/** When the person showed there who they are, as far as it says so; else when they came here. */
	readonly since: number;
}

/** What a service says that is over: one session, or all of somebody's. */
export interface UpstreamEnd {
	readonly provider: string;
	readonly issuer: string;
	readonly subject?: string | undefined;
	readonly sid?: string | undefined;
	/** Those that began later are not meant. */
	readonly until: number;
}

/** What the storage does when a service says that people signed out there. Each method is one statement. */
export interface UpstreamEnds {
	/** Keeps that it was said. False where this word came before. */
	note(end: UpstreamEnd & { readonly wordHash: string; readonly expiresAt: number }): Promise<boolean>;
	/** Ends the stays that are meant, for one caller, which gets their ids: nothing begins by them any more. */
	endStays(end: UpstreamEnd): Promise<readonly string[]>;
	/** Who came by them and has no account here is forgotten. */
	forgetArrivals(stays: readonly string[]): Promise<void>;
	/** Signs out the browsers that signed in by them. An account for each. */
	endBrowsers(stays: readonly string[]): Promise<readonly AccountId[]>;
	/** Live apps that were let in from these browsers. */
	apps(
		stays: readonly string[],
	): Promise<readonly { readonly sessionId: SessionId; readonly accountId: AccountId }[]>;
}

/** What is taken over of it. */
export interface Said {
	/** As in the user id, and whether the person may choose another. Absent: they choose. */
	readonly localpart?: { readonly value: string; readonly isFixed: boolean };
	readonly displayName?: string;
	/** One that the provider says is confirmed; `isVouched`: by the operator's will it is so here. */
	readonly email?: {
		readonly address: string;
		readonly key: string;
		readonly isRequired: boolean;
		readonly isVouched: boolean;
	};
	/** What they are called there. */
	readonly accountName?: string;
	/** Whether they administer this server by it. Absent: no. */
	readonly administers?: true;
}

/** Whom another service knows a person as. Each method is one statement. */
export interface AccountLinks {
	ownerOf(provider: string, subject: string): Promise<LinkOwner | undefined>;
	/** Of one for which nobody has signed in yet: whose word it is, kept once. False where it is another's by now, or gone. */
	noteIssuer(link: Pick<Arrival, "provider" | "subject" | "issuer">): Promise<boolean>;
	/** In the order of provider and subject. */
	list(accountId: AccountId): Promise<readonly AccountLink[]>;
	/** False where somebody has it, whoever that is: of two at once one gets it. */
	add(link: AccountLink & LinkOwner): Promise<boolean>;
	/** Those of the account that were added at that very moment: what a line of the log is about. */
	removeAddedAt(accountId: AccountId, at: number): Promise<void>;
	/** True for the one caller that removed it. Only when it is that account's. */
	remove(link: {
		readonly accountId: AccountId;
		readonly provider: string;
		readonly subject: string;
	}): Promise<boolean>;
}

interface LinkOwner {
	readonly accountId: AccountId;
	/** Who said that they are this subject. Absent: it came along from elsewhere or from an administrator, and nobody has signed in by it. */
	readonly issuer?: string;
}

export interface AccountLink {
	readonly provider: string;
	/** As in `LinkOwner`. */
	readonly issuer?: string;
	readonly subject: string;
	readonly name?: string | undefined;
	/** Absent: it came along from elsewhere. */
	readonly linkedAt?: number | undefined;
}

export interface UpstreamCleanUp {
	readonly upstreamStays: {
		/** Deletes one batch of those by which no browser can be signed in any more, and no app is. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly upstreamEnds: {
		/** Deletes one batch of those that are over. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly upstreamSignIns: {
		/** Deletes one batch of those that are over. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly upstreamArrivals: {
		/** Deletes one batch of those that are over. */
		deleteExpired(before: number): Promise<number>;
	};
}
