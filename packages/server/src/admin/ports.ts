import type { AccountId, Holds, LiveSessions, ResetRequests, SessionId } from "@countersign/core";
import type { DeviceId } from "@countersign/protocol";
import type { LoggedEvent, Operator } from "../audit/index.ts";
import type {
	Administrators,
	Invite,
	MakeAccount,
	OperatorAddresses,
	OperatorIdentities,
	OperatorLinks,
	OperatorPeople,
	OperatorRequests,
	OperatorSessions,
} from "../operating/index.ts";
import type { Accounts } from "../people/ports.ts";
import type { RegistrationTokens } from "../registration-tokens/index.ts";
import type { LastingTokens } from "../sessions/index.ts";

/** What may be done through the API: the functions of the commands, each with its line in the person's log. */
export interface Deeds {
	readonly makeAccount: MakeAccount;
	readonly people: Pick<OperatorPeople, "lock" | "unlock" | "reactivate" | "deactivate" | "setPassword">;
	readonly administrators: Pick<Administrators, "promote" | "demote">;
	readonly addresses: OperatorAddresses;
	readonly identities: OperatorIdentities;
	readonly sessions: OperatorSessions;
	readonly requests: OperatorRequests;
	readonly registrationTokens: Pick<RegistrationTokens, "make" | "change" | "revoke" | "restore">;
	readonly tokens: LastingTokens;
	readonly links: OperatorLinks;
	readonly invite: Invite;
}

/** Asked within the transaction of each deed. */
export type StillHeld = (unit: AuthorityUnit) => Promise<boolean>;

/**
 * The deeds of somebody whose right is asked for within each transaction: where it is gone they throw `AuthorityGone`, and
 * `NobodyLeft` where nobody would be left who administers.
 */
export type DeedsOf = (isHeld: StillHeld) => Deeds;

/** What has to be read to know whether somebody still may. */
export interface AuthorityUnit {
	readonly sessions: LiveSessions;
	readonly tokens: {
		/** By the hash of an access token. */
		findAccess(hash: string): Promise<
			| {
					readonly admin: boolean;
					readonly scope: string;
					/** Absent: as long as its session. */
					readonly expiresAt?: number;
			  }
			| undefined
		>;
	};
	readonly programs: { find(id: string): Promise<Program | undefined> };
}

/** A client of the operator's that acts for itself. */
export interface Program {
	readonly id: string;
	readonly name: string;
	/** Of its secret. */
	readonly secretHash: string;
}

/** Where in a list, by keys as the list is ordered by. */
export interface Page {
	readonly after: readonly string[] | undefined;
	readonly before: readonly string[] | undefined;
	/** At most so many. */
	readonly take: number;
	/** Those nearest to the end; they come in the order of the list all the same. */
	readonly isFromEnd: boolean;
}

/** A list in storage, in the order of its keys. Each method is one statement, or a few where somebody comes first or is looked for. */
export interface Listed<Filter, Row> {
	list(filter: Filter, page: Page): Promise<readonly Row[]>;
	count(filter: Filter): Promise<number>;
	find(...key: readonly string[]): Promise<Row | undefined>;
}

/** Every list of the API. */
export interface AdministeredReads {
	/** With a search for a name, whoever has exactly that one comes first. */
	readonly users: Listed<UserFilter, UserRow>;
	readonly emails: Listed<EmailFilter, EmailRow>;
	readonly browsers: Listed<BrowserFilter, BrowserRow>;
	readonly appSessions: Listed<AppSessionFilter, AppSessionRow>;
	readonly clients: Listed<ClientFilter, ClientRow>;
	readonly registrationTokens: Listed<RegistrationTokenFilter, RegistrationTokenRow>;
	readonly upstreamLinks: Listed<UpstreamLinkFilter, UpstreamLinkRow>;
}

export interface UserFilter {
	readonly isAdmin?: boolean | undefined;
	readonly status?: "active" | "locked" | "deactivated" | undefined;
	/** A part of the user name, or the beginning of an e-mail address that is confirmed as theirs. */
	readonly search?: string | undefined;
	/** Signed in with one of these now. */
	readonly activeClients?: readonly string[] | undefined;
	readonly hasOAuthSession?: boolean | undefined;
	readonly hasCompatSession?: boolean | undefined;
	/** Nobody is one here. */
	readonly isGuest?: boolean | undefined;
}

export interface UserRow {
	readonly id: AccountId;
	readonly localpart: string;
	readonly isAdmin: boolean;
	readonly createdAt: number;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
}

export interface EmailFilter {
	readonly accountId?: string | undefined;
	/** As the one text of all its spellings. */
	readonly key?: string | undefined;
}

export interface EmailRow {
	/** What the API calls it: a ULID. */
	readonly toldId: string;
	readonly accountId: AccountId;
	readonly key: string;
	readonly address: string;
	readonly addedAt: number;
}

interface Times {
	readonly createdBefore?: number | undefined;
	readonly createdAfter?: number | undefined;
	readonly usedBefore?: number | undefined;
	readonly usedAfter?: number | undefined;
}

export interface BrowserFilter extends Times {
	readonly accountId?: string | undefined;
	readonly isLive?: boolean | undefined;
	readonly now: number;
}

export interface BrowserRow {
	/** What the API calls it: a ULID. */
	readonly toldId: string;
	readonly idHash: string;
	readonly accountId: AccountId;
	readonly createdAt: number;
	readonly lastSeenAt: number;
	readonly expiresAt: number;
	readonly address: string | null;
	readonly userAgent: string | null;
}

/** How an app came to its session: by OAuth, by the login API of before, or by a token that was handed to it. */
export type AppKind = "oauth" | "compat" | "token";

export interface AppSessionFilter extends Times {
	readonly kind: AppKind;
	/** The one, by its own id. */
	readonly id?: SessionId | undefined;
	readonly accountId?: string | undefined;
	readonly clientIds?: readonly string[] | undefined;
	/** Registered by itself, or by the operator. */
	readonly isStatic?: boolean | undefined;
	/** Each of these is in the scope. */
	readonly scopes?: readonly string[] | undefined;
	readonly isLive?: boolean | undefined;
	/** Made by this person themselves. */
	readonly ownerId?: string | undefined;
	/** Whether it ends by itself, and when. */
	readonly hasEnd?: boolean | undefined;
	readonly endsBefore?: number | undefined;
	readonly endsAfter?: number | undefined;
}

export interface AppSessionRow {
	/** What the API calls it: a ULID. */
	readonly toldId: string;
	readonly id: SessionId;
	readonly accountId: AccountId;
	readonly clientId: string;
	readonly kind: AppKind;
	readonly clientName: string | null;
	readonly deviceId: DeviceId | null;
	readonly scope: string;
	readonly createdAt: number;
	readonly lastUsedAt: number;
	readonly lastAddress: string | null;
	readonly userAgent: string | null;
	readonly endedAt: number | null;
	/** When it ends by itself. */
	readonly endsAt: number | null;
	/** When its token was made, of those that are handed over: it may be another one since the session began. */
	readonly madeAt: number;
	/** A token that its person made. */
	readonly isOwn: boolean;
}

export interface ClientFilter {
	readonly isStatic?: boolean | undefined;
	readonly name?: string | undefined;
	readonly uri?: string | undefined;
	readonly grantType?: string | undefined;
	readonly hasSessions?: boolean | undefined;
}

export interface ClientRow {
	readonly id: string;
	readonly isStatic: boolean;
	readonly name: string | null;
	readonly uri: string | null;
	readonly logo: string | null;
	readonly redirectUris: readonly string[];
	readonly grantTypes: readonly string[];
}

export interface RegistrationTokenFilter {
	readonly isUsed?: boolean | undefined;
	readonly isRevoked?: boolean | undefined;
	readonly isExpired?: boolean | undefined;
	readonly isValid?: boolean | undefined;
	readonly now: number;
}

export interface RegistrationTokenRow {
	readonly id: string;
	readonly name: string;
	readonly uses: number | null;
	readonly used: number;
	readonly createdAt: number;
	readonly expiresAt: number | null;
	readonly revokedAt: number | null;
}

export interface UpstreamLinkFilter {
	readonly accountId?: string | undefined;
	readonly provider?: string | undefined;
	readonly subject?: string | undefined;
	/** A part of what it is called there, in either case. */
	readonly name?: string | undefined;
}

export interface UpstreamLinkRow {
	/** What the API calls it: a ULID. */
	readonly toldId: string;
	readonly provider: string;
	readonly subject: string;
	readonly accountId: AccountId;
	/** What it is called there. */
	readonly name: string | null;
	/** When it was linked or, where that is not known, when the account was made. */
	readonly createdAt: number;
}

/** What the API reads besides. */
export interface AdminReads {
	readonly administered: AdministeredReads;
	readonly accounts: Pick<Accounts, "find">;
	readonly programs: AuthorityUnit["programs"];
	readonly requests: Pick<ResetRequests, "ofAccount">;
	readonly holds: Pick<Holds, "kept">;
	readonly events: {
		list(
			accountId: AccountId,
			page: { readonly limit: number; readonly after?: Pick<LoggedEvent, "at" | "id"> },
		): Promise<readonly LoggedEvent[]>;
		listBy(
			actor: Operator,
			page: { readonly limit: number; readonly after?: Pick<LoggedEvent, "at" | "id"> },
		): Promise<readonly LoggedEvent[]>;
	};
}
