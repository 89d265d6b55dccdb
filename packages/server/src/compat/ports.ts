import type { AccountId, SignedInBrowsers } from "@countersign/core";

/**
 * An app of the older login API that sent a browser here to sign in: a page asks the person, and what they agree to
 * is exchanged by the app for a session. The request is one-shot twice over: one decision, one exchange.
 */
export interface SsoRequest {
	/** In the address of the page. Whoever knows it can do no more than show the page to themselves. */
	readonly id: string;
	/** Where the browser is sent with the login token, checked when the request was made. */
	readonly redirectUrl: string;
	/** Whether the app asked for a new account. */
	readonly action: "login" | "register";
	readonly createdAt: number;
	/** End of the present state's life: of waiting for a decision, or of the login token. */
	readonly expiresAt: number;
}

/** Which browser answered and when: it is told the same again, and no other is told anything. */
interface Answered {
	readonly id: string;
	/** The browser session, by the name that does not open it. */
	readonly browser: string;
	readonly now: number;
}

/** What became of a request that was answered. */
export interface AnsweredSso {
	readonly state: "approved" | "spent" | "denied";
	readonly redirectUrl: string;
	/** Of the login token, where one was given. */
	readonly expiresAt: number;
}

/** The person who agreed; `generation` is that of their account then. */
interface SsoApproval extends Answered {
	readonly accountId: AccountId;
	readonly generation: number;
	readonly loginTokenHash: string;
	/** Of the login token. */
	readonly expiresAt: number;
}

/** Requests to sign in through this site, in storage. Each method is one statement. */
export interface SsoRequests {
	add(request: SsoRequest): Promise<void>;
	/** The request that waits for a decision at `now`; undefined once it was decided or has expired. */
	findPending(id: string, now: number): Promise<SsoRequest | undefined>;
	/**
	 * Approves a request that still waits at `now`, unless the account is of another generation by then. Returns it to
	 * exactly one caller.
	 */
	approve(approval: SsoApproval): Promise<SsoRequest | undefined>;
	/** Refuses a request that still waits at `now`. True for exactly one caller. */
	deny(denial: Answered): Promise<boolean>;
	/** A request that this browser answered at `since` or later. */
	findAnswered(by: {
		readonly id: string;
		readonly browser: string;
		readonly since: number;
	}): Promise<AnsweredSso | undefined>;
	/** Whom an unspent login token would sign in at `now`. */
	findApproved(
		loginTokenHash: string,
		now: number,
	): Promise<{ readonly accountId: AccountId; readonly stay?: string } | undefined>;
	/**
	 * Spends a login token. True for exactly one caller, ever, and for nobody once the token has expired at `now` or its
	 * person has thrown everybody out since.
	 */
	spend(loginTokenHash: string, now: number): Promise<boolean>;
}

export interface CompatCleanUp {
	readonly ssoRequests: {
		/** Deletes one batch of those that expired, whatever became of them. */
		deleteExpired(before: number): Promise<number>;
	};
}

/** What the older login API stores itself. Sessions and tokens are the sessions folder's. */
export interface CompatUnit {
	readonly ssoRequests: SsoRequests;
	readonly browserSessions: SignedInBrowsers;
	readonly accounts: { find(by: { readonly id: AccountId }): Promise<Holder | undefined> };
}

interface Holder {
	readonly generation: number;
}
