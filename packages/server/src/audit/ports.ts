import type { AccountId, IdentityActor, IdentityEvent, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";

/** A line of the person's security log. */
export interface SecurityEvent extends Omit<IdentityEvent, "kind" | "actor"> {
	readonly kind: SecurityEventKind;
	readonly actor: Actor;
}

/** Who did it. */
export type Actor =
	| IdentityActor
	| Operator
	/** An application service of the homeserver, with a token that is none of ours. */
	| { readonly kind: "service" }
	/** Somebody who proved nothing. */
	| { readonly kind: "somebody" };

/**
 * Who runs the server: `operator` by a command, by the name that their system has for them; through the admin API an
 * `administrator`, by their user id, or a `program`, by its name and id.
 */
export interface Operator {
	readonly kind: "operator" | "administrator" | "program";
	readonly name: string;
}

/** A line as it is read. */
export interface LoggedEvent extends Omit<SecurityEvent, "actor"> {
	/** Absent in lines of a time in which nobody wrote it down. */
	readonly actor?: Actor;
	/** What the app calls itself, where it is the actor and still known: a claim. */
	readonly appName?: string;
}

export type SecurityEventKind =
	| IdentityEvent["kind"]
	| "account-registered"
	| "terms-agreed"
	| "signed-in"
	| "sign-in-refused"
	| "browser-signed-out"
	| "password-changed"
	| "password-removed"
	| "password-refused"
	| "password-reset"
	| "password-link-made"
	| "password-set-by-link"
	| "passkey-added"
	| "passkey-removed"
	| "passkey-copied"
	| "proof-reset"
	| "requests-ended"
	| "factors-lost-asked"
	| "factors-lost-begun"
	| "factors-lost-soon"
	| "factors-lost-stopped"
	| "factors-lost-taken"
	| "codes-added"
	| "codes-removed"
	| "code-refused"
	| "recovery-codes-made"
	| "recovery-code-used"
	| "password-link-mailed"
	| "password-set-by-mail"
	| "address-added"
	| "address-removed"
	| "link-added"
	| "link-removed"
	| "notice-objected"
	| "account-locked"
	| "account-unlocked"
	| "account-deactivated"
	| "account-reactivated"
	| "admin-granted"
	| "admin-withdrawn"
	| "program-allowed"
	| "program-revoked"
	| "token-issued"
	| "token-made"
	| "token-replaced"
	| "token-ends-soon"
	| "app-idle-soon"
	| "app-ends-soon"
	| "device-gave-way"
	| "device-allowed"
	| "device-refused"
	| "device-signed-in"
	| "device-signed-out"
	| "refresh-token-late"
	| "refresh-token-reused"
	| "reset-data-opened"
	| "reset-data-deleted"
	| "reset-window-asked"
	| "reset-window-opened"
	| "reset-window-closed"
	| "identity-replaced-by-service";

/** The log that each person can read. Append-only. */
export interface SecurityEvents {
	record(event: SecurityEvent): Promise<void>;
	/**
	 * Newest first, at most `limit`, behind the line `after` (default: from the newest). Lines of one time are in the
	 * order of their ids, so that pages neither skip nor repeat any. Of these `kinds` only, or of this device only,
	 * where that is asked for; no kinds are no lines.
	 */
	list(accountId: AccountId, page: SecurityLogPage): Promise<readonly LoggedEvent[]>;
	/** What an administrator or a program did, to whomever: in the same order, and in pages as the others. */
	listBy(
		actor: Operator,
		page: Pick<SecurityLogPage, "limit" | "after" | "kinds">,
	): Promise<readonly (LoggedEvent & { readonly localpart: string })[]>;
	/**
	 * The sessions that go on now and whose token, this one or one before it, an administrator or a program issued, with
	 * the time of the first such line: all of them, however much else they did, and however long ago.
	 */
	issuedBy(actor: Operator): Promise<readonly IssuedSession[]>;
}

export interface IssuedSession {
	readonly accountId: AccountId;
	readonly sessionId: SessionId;
	readonly at: number;
}

export interface AuditCleanUp {
	readonly events: {
		/**
		 * Deletes one batch of lines of all security logs. Who issued the token of a session that goes on is said by lines
		 * that stay.
		 */
		deleteBefore(before: number): Promise<number>;
	};
}

export interface SecurityLogPage {
	readonly limit: number;
	readonly after?: Pick<SecurityEvent, "at" | "id">;
	readonly kinds?: readonly SecurityEventKind[];
	readonly deviceId?: DeviceId;
}
