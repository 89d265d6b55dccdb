import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { Generated } from "kysely";
import type { FirstShown, HowProved } from "../proofs/ports.ts";
import type { AskingTables } from "./asking-tables.ts";
import type { BegunRegistrationsTable } from "./begun-registrations-table.ts";
import type { EmbeddedTables } from "./embedded/tables.ts";
import type { MovingTables } from "./moving/tables.ts";
import type { TaskTables } from "./tasks/tables.ts";
import type { UpstreamTables } from "./upstream-tables.ts";

/**
 * Every table of the authorization server, as the two SQL dialects hold it: times are epoch milliseconds,
 * truth values are 0 or 1, JSON is text, and secrets (tokens, cookies, codes) are present as SHA-256 only.
 */
export interface Database extends EmbeddedTables, TaskTables, MovingTables, UpstreamTables, AskingTables {
	settings: SettingsTable;
	accounts: AccountsTable;
	browser_sessions: BrowserSessionsTable;
	address_codes: AddressCodesTable;
	password_links: PasswordLinksTable;
	passkeys: PasskeysTable;
	used_challenges: UsedChallengesTable;
	begun_sign_ins: BegunSignInsTable;
	one_time_codes: OneTimeCodesTable;
	recovery_codes: RecoveryCodesTable;
	recovery_askings: RecoveryAskingsTable;
	registration_tokens: RegistrationTokensTable;
	agreed_terms: AgreedTermsTable;
	factor_losses: FactorLossesTable;
	begun_registrations: BegunRegistrationsTable;
	notices: NoticesTable;
	clients: ClientsTable;
	engine_records: EngineRecordsTable;
	sessions: SessionsTable;
	access_tokens: AccessTokensTable;
	sealed_tokens: SealedTokensTable;
	refresh_tokens: RefreshTokensTable;
	reset_requests: ResetRequestsTable;
	security_events: SecurityEventsTable;
}

interface SettingsTable {
	name: string;
	value: string;
}

export interface AccountsTable {
	id: AccountId;
	localpart: string;
	display_name: string | null;
	avatar_url: string | null;
	admin: number;
	/** The service by which the person signs in that made them one. Null: people did. */
	admin_by: Generated<string | null>;
	created_at: number;
	locked_at: number | null;
	deactivated_at: number | null;
	password_hash: string | null;
	password_changed_at: number | null;
	/** Since when it is known to lack a second factor that is demanded of it. */
	factor_demanded_at: Generated<number | null>;
	/** 1: a link that was mailed set it, and nobody has shown a second factor beside it since. */
	password_mailed: Generated<number>;
	/** Raised when everybody is thrown out: what was agreed to in an earlier one opens no session. */
	generation: Generated<number>;
}

interface BrowserSessionsTable {
	/** SHA-256 of the cookie's value. */
	id_hash: string;
	/** How the admin API calls it. */
	told_id: string;
	account_id: AccountId;
	created_at: number;
	/** When the person last proved to be there, and by what. */
	proved_at: number;
	proved_how: Generated<HowProved>;
	/** At another service, by which it began. */
	stay: Generated<string | null>;
	last_seen_at: number;
	expires_at: number;
	address: string | null;
	user_agent: string | null;
}

/** An e-mail address that somebody says is theirs. */
interface AddressCodesTable {
	account_id: AccountId;
	address_key: string;
	address: string;
	/** Of what the code in the letter is derived. */
	seed: string;
	created_at: number;
	expires_at: number;
	/** How many codes were typed. */
	tries: Generated<number>;
}

/** A link with which the account's person sets a password. */
interface PasswordLinksTable {
	/** SHA-256 of the secret in its address. */
	secret_hash: string;
	account_id: AccountId;
	kind: "reset" | "invitation";
	/** The address to which it was sent. Null: an operator handed it over; of those an account has one. */
	address_key: string | null;
	/** Of the account when it was made. */
	generation: number;
	created_at: number;
	expires_at: number;
	/** When a password was set through it, and SHA-256 of the token of the form. */
	used_at: number | null;
	used_by: string | null;
}

export interface PasskeysTable {
	id: string;
	account_id: AccountId;
	credential_id: string;
	/** COSE, in base64url. */
	public_key: string;
	counter: number;
	/** How the browser reaches it, as a JSON list. */
	transports: string;
	/** The relying party it was made for, which is for ever. */
	host: string;
	name: string;
	created_at: number;
	last_used_at: number | null;
}

/** Challenges that were answered, until they would be over anyway. */
interface UsedChallengesTable {
	hash: string;
	expires_at: number;
}

/** A browser in which the first of two factors was shown. */
interface BegunSignInsTable {
	/** SHA-256 of the cookie's value. */
	id_hash: string;
	account_id: AccountId;
	generation: number;
	/** What was shown first. */
	how: Generated<FirstShown>;
	/** When that was. */
	at: Generated<number>;
	/** At another service, where it was shown there. */
	stay: Generated<string | null>;
	expires_at: number;
}

/** An app that shows one-time codes. */
interface OneTimeCodesTable {
	account_id: AccountId;
	/** Sealed. */
	secret: string;
	/** The time step of the last code that was used, or shown when it was set up. */
	last_step: number;
	created_at: number;
}

interface RecoveryCodesTable {
	/** SHA-256 over account and code. */
	hash: string;
	account_id: AccountId;
	used_at: number | null;
}

/** What somebody typed who wants a new password. */
interface RecoveryAskingsTable {
	id: string;
	typed: string;
	/** From where. */
	address: string;
	asked_at: number;
}

/** What somebody shows who may register. */
export interface RegistrationTokensTable {
	id: string;
	token_hash: string;
	name: string;
	/** How often it may be used, and was. Null: without end. */
	uses: number | null;
	used: number;
	/** The one name it is for. */
	localpart: string | null;
	/** As it was written, and as one text for all spellings. */
	address: string | null;
	address_key: string | null;
	/** Null: it came from MAS. */
	made_by: string | null;
	created_at: number;
	expires_at: number | null;
	revoked_at: number | null;
	/** Null: nobody has, or it came from MAS. */
	revoked_by: string | null;
	/** The last to change it or to take its revocation back. Null: nobody has. */
	changed_by: string | null;
	changed_at: number | null;
}

interface AgreedTermsTable {
	account_id: AccountId;
	version: string;
	agreed_at: number;
}

/** Somebody who says to have lost every second factor. */
export interface FactorLossesTable {
	account_id: AccountId;
	id: string;
	/** Of the account when it was asked for. */
	generation: number;
	asked_at: number;
	/** When the last letter about it was queued. */
	sent_at: number;
	/** When the waiting time began, when its end was told of, and when it was over. */
	begun_at: number | null;
	warned_at: number | null;
	told_at: number | null;
	/** When the factors were taken away. */
	done_at: number | null;
}

/** A line of a security log that its person is told of. */
interface NoticesTable {
	event_id: string;
	account_id: AccountId;
	at: number;
	/** When somebody said that it was not them. */
	objected_at: number | null;
}

export interface ClientsTable {
	id: string;
	metadata: string;
	created_at: number;
	last_used_at: number;
}

interface EngineRecordsTable {
	kind: string;
	id_hash: string;
	payload: string;
	/** The session that a spent authorization code opened: what a replay has to end. */
	session_id: SessionId | null;
	expires_at: number;
	consumed_at: number | null;
}

/** An OAuth session: one grant, one device. */
interface SessionsTable {
	id: SessionId;
	/** How the admin API calls it. */
	told_id: string;
	account_id: AccountId;
	client_id: string;
	/** Null in one that came along from a server that opens sessions without. */
	device_id: DeviceId | null;
	scope: string;
	created_at: number;
	last_used_at: number;
	signed_in_address: string | null;
	last_address: string | null;
	user_agent: string | null;
	ended_at: number | null;
	end_reason: string | null;
	/** Until when the device stays after the end, for whoever signs in on it. Null: it does not. */
	device_kept_until: number | null;
	/** When its token is over, of a program's. Null: it lasts, or is renewed. */
	ends_at: number | null;
	/** Of which end of its token, by idling or by its age its person was told. Null: of none. */
	token_end_told: number | null;
	idle_end_told: number | null;
	age_end_told: number | null;
	/** When a program's token took the place of an earlier one. Null: it is the first. */
	token_made_at: number | null;
	/** At another service, of the browser in which its person let it in. */
	stay: Generated<string | null>;
}

interface SealedTokensTable {
	session_id: SessionId;
	sealed: string;
}

interface AccessTokensTable {
	hash: string;
	session_id: SessionId;
	/** Hash of the refresh token handed out beside it; empty for a token that lasts as long as its session. */
	refresh_hash: string;
	created_at: number;
	expires_at: number;
	first_used_at: number | null;
	/** Of the proof that bought it, and when that was given; null for one that was bought by a refresh token. */
	acr: string | null;
	authenticated_at: number | null;
}

interface RefreshTokensTable {
	hash: string;
	session_id: SessionId;
	created_at: number;
	/** Set when the successor, derived from this token, was handed out. */
	consumed_at: number | null;
	/** When it first came too late to be answered again. */
	late_at: number | null;
	/** The other of a pair of which one may be used: Synapse had handed it out, and could not know whether it arrived. */
	sibling: string | null;
}

export interface ResetRequestsTable {
	/** Opaque reference in the approval URL. */
	reference: string;
	/** The UIA session id that clients echo. */
	uia_session: string;
	account_id: AccountId;
	session_id: SessionId;
	device_id: DeviceId;
	/** Digest of the exact keys, see core's binding. */
	digest: string;
	/** The keys as uploaded, JSON of `{master_key?, self_signing_key?, user_signing_key?}`. */
	keys: string;
	/** Master public key asked for: the one in the upload, else the stored one it is signed by. */
	master_key: string;
	state: string;
	created_at: number;
	last_upload_at: number;
	/** End of the present state's life: of waiting, of the approval, or of remembering a denial. */
	expires_at: number;
	decided_at: number | null;
	/** Of an approval: before it, nobody may use it. Null: at once. */
	usable_from: number | null;
	ended_at: number | null;
	end_reason: string | null;
	/** How often the homeserver said no to the approved upload. */
	failures: number;
	/** Hash of the one access token for which it was approved; null: any of the session. */
	only_token: string | null;
	/** A denial is told once as 403; this says that it was. */
	denial_told: number;
	/** While spending: until when one server alone may send the keys. */
	lease_until: Generated<number>;
	/** While spending: which keys had to be sent when the first was about to leave, as a JSON list. */
	sending: Generated<string>;
	address: string | null;
	user_agent: string | null;
}

export interface SecurityEventsTable {
	id: string;
	account_id: AccountId;
	at: number;
	kind: string;
	session_id: SessionId | null;
	device_id: DeviceId | null;
	address: string | null;
	detail: string;
	/** Who did it; null in rows of before 0028. */
	actor: string | null;
	/** Of an app its client id, of an operator the name, of the server why. */
	actor_detail: string | null;
}
