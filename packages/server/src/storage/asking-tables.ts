import type { AccountId, SessionId } from "@countersign/core";
import type { Generated } from "kysely";

export interface AskingTables {
	device_authorizations: DeviceAuthorizationsTable;
	sso_requests: SsoRequestsTable;
}

/** A device that waits to be signed in from a browser elsewhere. */
export interface DeviceAuthorizationsTable {
	device_code_hash: string;
	user_code_hash: string;
	client_id: string;
	scope: string;
	state: string;
	/** How long the device has to wait between two requests, now. */
	interval_ms: number;
	/** When a request was last in time, and whether one since has made the interval longer. */
	last_polled_at: number | null;
	slowed: Generated<number>;
	created_at: number;
	/** End of the present state's life: of waiting, or of the approval. */
	expires_at: number;
	/** Where the device asked from. */
	address: string | null;
	user_agent: string | null;
	login_hint: string | null;
	/** Who answered, and the generation of their account then. */
	account_id: AccountId | null;
	generation: number | null;
	decided_at: number | null;
	/** The session that the approval opened. */
	session_id: SessionId | null;
	/** At another service, of the browser that answered. */
	stay: Generated<string | null>;
}

/** An app of the older login API that sent a browser to sign in. */
export interface SsoRequestsTable {
	id: string;
	redirect_url: string;
	action: string;
	state: "pending" | "approved" | "spent" | "denied";
	created_at: number;
	/** End of the present state's life: of waiting, or of the login token. */
	expires_at: number;
	/** Who agreed, and the generation of their account then. */
	account_id: AccountId | null;
	generation: number | null;
	login_token_hash: string | null;
	/** The browser session that answered, and when. */
	answered_by: string | null;
	answered_at: number | null;
	/** At another service, of that browser. */
	stay: Generated<string | null>;
}
