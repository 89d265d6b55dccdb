import type { AccountId } from "@countersign/core";
import type { Generated } from "kysely";

export interface UpstreamTables {
	upstream_sign_ins: UpstreamSignInsTable;
	upstream_arrivals: UpstreamArrivalsTable;
	upstream_stays: UpstreamStaysTable;
	upstream_ends: UpstreamEndsTable;
	account_links: AccountLinksTable;
}

/** A browser that was sent to another service to sign in there. */
interface UpstreamSignInsTable {
	/** SHA-256 of the state, and of the cookie. */
	state_hash: string;
	browser_hash: string;
	provider: string;
	intent: "sign-in" | "prove" | "link";
	/** Of the browser session and its account, where somebody is signed in. */
	session_hash: string | null;
	account_id: AccountId | null;
	/** Of the account then. */
	generation: number | null;
	/** The page to which they were going. */
	resume: string;
	created_at: number;
	expires_at: number;
	used_at: number | null;
}

/** Somebody who came back from there and has no account here. */
interface UpstreamArrivalsTable {
	browser_hash: string;
	provider: string;
	/** Of the ID token. */
	issuer: Generated<string>;
	subject: string;
	/** JSON: what is taken over. */
	claims: string;
	proved_at: number;
	/** Their session there, where its end is told here. */
	stay: Generated<string | null>;
	resume: string;
	expires_at: number;
}

/** Somebody's session at another service, by which a browser was signed in here. */
interface UpstreamStaysTable {
	id: string;
	provider: string;
	/** Of the ID token, as is the subject, whatever a link is made of. */
	issuer: string;
	subject: string;
	/** What the service calls the session. Null: nothing. */
	sid: string | null;
	since: number;
	expires_at: number;
}

/** What a service said that was over, so that it counts once, and for who is on the way. */
interface UpstreamEndsTable {
	provider: string;
	/** SHA-256 of the id of the logout token. */
	word_hash: string;
	issuer: string;
	subject: string | null;
	sid: string | null;
	until: number;
	expires_at: number;
}

/** Whom another service knows the person as. */
interface AccountLinksTable {
	/** How the admin API calls it. */
	told_id: string;
	provider: string;
	/** Who said that they are this subject. Null: it came along from elsewhere, and nobody has signed in by it. */
	issuer: string | null;
	subject: string;
	account_id: AccountId;
	/** What they are called there. */
	name: string | null;
	/** Null: it came along from elsewhere. */
	linked_at: number | null;
}
