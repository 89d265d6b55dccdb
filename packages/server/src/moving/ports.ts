import type { DeviceId } from "@countersign/protocol";

/** What a move needs of our own storage, all of it in one transaction. */
export interface MovingUnit {
	readonly settings: {
		get(name: string): Promise<string | undefined>;
		set(name: string, value: string): Promise<void>;
	};
	readonly moved: MovedRecords;
	readonly clients: {
		/** What an app registered, whose id came along or was made here. */
		find(id: string): Promise<Pick<MovedApp, "id" | "metadata" | "createdAt"> | undefined>;
	};
}

/** People who moved in, in storage. */
export interface MovedRecords {
	/** What was last put for each of these people, by name; whoever moved in for the first time is left out. */
	digests(localparts: readonly string[]): Promise<ReadonlyMap<string, string>>;
	/** Takes away the addresses and links that were put for these people, before they are put again: they may have changed hands. */
	release(localparts: readonly string[]): Promise<void>;
	/**
	 * Puts a person with all that is theirs in the place of what was put before. Only while nobody is served: sessions
	 * are made anew. A link that somebody had who moved in is this person's now. False, and nothing happens, where the name is somebody's who did not move in.
	 */
	put(person: MovedPerson, how: { readonly digest: string; readonly newId: () => string }): Promise<boolean>;
	/** Puts apps under the ids they have, in the place of what was put before. */
	putApps(apps: readonly MovedApp[]): Promise<void>;
	/** Puts what is kept for later in the place of all that was. */
	putKept(kept: readonly Kept[]): Promise<void>;
	counts(): Promise<MovedCounts>;
	/** How many people have an account here who did not move in. */
	countOthers(): Promise<number>;
	/** How many open accounts have a password of each kind, with the hash of one of them. */
	passwordKinds(): Promise<readonly { readonly sample: string; readonly people: number }[]>;
	/** Of how many open accounts a password alone is not enough. */
	countTwoFactors(): Promise<number>;
	/** Forgets all first tokens. */
	dropSealed(): Promise<void>;
	/** What is here now of people of these names, or of those in the order of their ids who come behind `after`. */
	here(
		which: { readonly localparts: readonly string[] } | { readonly after: string; readonly limit: number },
	): Promise<readonly PersonHere[]>;
}

/** A person after a while here, as far as a server has to know it to which they go back. */
export interface PersonHere {
	readonly id: string;
	readonly localpart: string;
	readonly createdAt: number;
	readonly admin: boolean;
	readonly locked: boolean;
	readonly closed: boolean;
	readonly passwordHash: string | null;
	/** Live ones. */
	readonly sessions: readonly SessionHere[];
}

export interface SessionHere {
	readonly id: string;
	readonly clientId: string;
	/** What the registered metadata of the client call it. */
	readonly clientName: string | null;
	readonly scope: string;
	readonly createdAt: number;
	readonly lastUsedAt: number;
	readonly lastAddress: string | null;
	readonly userAgent: string | null;
	readonly deviceId: DeviceId | null;
	readonly deviceName: string | null;
	/** When the token of a program is over, which nothing renews. Null: it lasts, or is renewed. */
	readonly endsAt: number | null;
	/** Its first token, where that was sealed. */
	readonly sealed: string | null;
	/** Hashes. */
	readonly access: ReadonlySet<string>;
	/** By hash. */
	readonly refresh: ReadonlyMap<string, RefreshHere>;
}

export interface RefreshHere {
	readonly isUsed: boolean;
	/** What was handed out beside it has arrived: it was used. */
	readonly hasArrived: boolean;
}

export interface MovedCounts {
	readonly people: number;
	readonly sessions: number;
	readonly accessTokens: number;
	readonly refreshTokens: number;
}

/** An app that people signed in with there, and go on with. */
export interface MovedApp {
	readonly id: string;
	readonly metadata: MovedAppMetadata;
	readonly createdAt: number;
	/** The operator set it up: it stays, whether it is used or not. */
	readonly isStatic: boolean;
}

/** As this server keeps what an app registered, past the rules for those that register here. */
export interface MovedAppMetadata {
	readonly application_type: "web" | "native";
	readonly client_uri: string;
	readonly client_name?: string;
	readonly logo_uri?: string;
	readonly tos_uri?: string;
	readonly policy_uri?: string;
	readonly redirect_uris: readonly string[];
	readonly response_types: readonly string[];
	readonly grant_types: readonly string[];
	readonly token_endpoint_auth_method: "none" | "client_secret_basic" | "client_secret_post";
	/** SHA-256 of the secret, base64url. */
	readonly client_secret_hash?: string;
	readonly id_token_signed_response_alg?: string;
	readonly localized: Readonly<Record<string, string>>;
}

/** What came along and does nothing here yet. */
export interface Kept {
	readonly kind: "upstream-provider" | "registration-token";
	readonly id: string;
	readonly body: Readonly<Record<string, unknown>>;
}

/** A person as they are to be here. Times in epoch milliseconds. */
export interface MovedPerson {
	/** The id that apps know them by (`sub`). Absent: one of ours. */
	readonly id?: string;
	readonly localpart: string;
	readonly displayName: string | null;
	readonly admin: boolean;
	readonly createdAt: number;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly passwordHash: string | null;
	readonly emails: readonly { readonly address: string; readonly addedAt: number }[];
	readonly links: readonly { readonly provider: string; readonly subject: string }[];
	readonly sessions: readonly MovedSession[];
}

export interface MovedSession {
	/** Absent: one of ours. */
	readonly id?: string;
	/** Absent: an app of the older login API. With metadata it is made for this session alone. */
	readonly client?: { readonly id: string; readonly metadata?: Readonly<Record<string, unknown>> };
	/** Null for a token that is of no device. */
	readonly deviceId: DeviceId | null;
	readonly deviceName: string | null;
	readonly scope: string;
	readonly createdAt: number;
	readonly lastUsedAt: number;
	readonly lastAddress: string | null;
	readonly userAgent: string | null;
	readonly access: readonly MovedAccess[];
	readonly refresh: readonly MovedRefresh[];
}

export interface MovedAccess {
	readonly hash: string;
	/** Of the refresh token it was handed out beside. */
	readonly refreshHash?: string;
	readonly createdAt: number;
	/** Absent: as long as its session. */
	readonly expiresAt?: number;
	readonly used: boolean;
}

export interface MovedRefresh {
	readonly hash: string;
	/** The other half of a pair of which either may be used, and then not the other. */
	readonly sibling?: string;
	readonly createdAt: number;
}

/** Where Synapse has its data. */
export type SynapsePlace = { readonly kind: "sqlite"; readonly file: string } | PostgresPlace;

export interface PostgresPlace {
	readonly kind: "postgres";
	/** A name, an address, or the folder of a socket. Default: the usual folder. */
	readonly host?: string;
	readonly port?: number;
	readonly user: string;
	readonly password?: string;
	readonly database: string;
	/** `any`: encrypted, whoever is at the other end. */
	readonly ssl: "none" | "any" | "verified";
}

/** A Synapse database, read only; everything within one snapshot. */
export interface SynapseSource {
	/** Of its tables. */
	readonly schemaVersion: number;
	/** People in the order of their user ids, those behind `after` first, with everything that is theirs. */
	people(page: { readonly after: string; readonly limit: number }): Promise<readonly SynapsePerson[]>;
	close(): Promise<void>;
}

/** The same of a Synapse that is stopped, to be written. Nothing is, until `commit`. */
export interface SynapseTarget extends SynapseSource {
	write(userId: string, changes: ChangesThere): Promise<void>;
	/**
	 * Writes. A SQLite file is copied to `backup` before, which must not be there unless it is that copy; of PostgreSQL a
	 * backup has to be there. Throws where that is not so. False where nothing had to change, and nothing was copied.
	 */
	commit(backup: string): Promise<boolean>;
}

/** What has to change at Synapse for one person. */
export interface ChangesThere {
	/** Access tokens, as they are there. */
	readonly deleteAccess: readonly string[];
	/** Ids of refresh tokens; what was handed out beside them goes along. */
	readonly deleteRefresh: readonly number[];
	readonly addRefresh: readonly RefreshThere[];
	/** As long as they are not ended. */
	readonly addAccess: readonly {
		readonly deviceId: string;
		readonly token: string;
		/** When it is over. Default: it lasts. */
		readonly until?: number;
	}[];
	/** Columns of `users`. */
	readonly account?: {
		readonly passwordHash: string | null;
		readonly admin: boolean;
		readonly locked: boolean;
	};
}

/** The token that an app has, and the one before, where the answer with the newer one may have been lost. */
export interface RefreshThere {
	readonly deviceId: string;
	readonly token: string;
	readonly before?: string;
}

/** Rows of Synapse as they are, in its words; truth values as such. */
export interface SynapsePerson {
	readonly userId: string;
	readonly passwordHash: string | null;
	/** Epoch seconds. */
	readonly createdAtSeconds: number;
	readonly admin: boolean;
	readonly isGuest: boolean;
	readonly appServiceId: string | null;
	readonly deactivated: boolean;
	readonly shadowBanned: boolean;
	readonly locked: boolean;
	/** Null where nobody has to approve new people. */
	readonly approved: boolean | null;
	readonly displayName: string | null;
	readonly devices: readonly SynapseDevice[];
	readonly accessTokens: readonly SynapseAccess[];
	readonly refreshTokens: readonly SynapseRefresh[];
	readonly threepids: readonly {
		readonly medium: string;
		readonly address: string;
		readonly addedAt: number;
	}[];
	readonly externalIds: readonly { readonly provider: string; readonly subject: string }[];
}

interface SynapseDevice {
	readonly deviceId: string;
	readonly displayName: string | null;
	readonly lastSeen: number | null;
	readonly ip: string | null;
	readonly userAgent: string | null;
}

export interface SynapseAccess {
	readonly token: string;
	readonly deviceId: string | null;
	readonly validUntil: number | null;
	readonly puppets: string | null;
	readonly lastValidated: number | null;
	readonly refreshTokenId: number | null;
	readonly used: boolean;
}

export interface SynapseRefresh {
	readonly id: number;
	readonly token: string;
	readonly deviceId: string;
	readonly nextId: number | null;
	readonly expiresAt: number | null;
	readonly sessionEndsAt: number | null;
}

/** A token that opens something at the source, and what is said of it there. */
export interface LiveToken {
	readonly role: "access" | "refresh";
	readonly hash: string;
	/** Absent where only its hash is known. */
	readonly text?: string;
	readonly localpart: string;
	/** The id that apps know the person by; absent where it is not told. */
	readonly sub?: string;
	readonly deviceId: string | null;
	/** The app alone that may use a refresh token; absent for those of the older login API. */
	readonly clientId?: string;
	readonly isLocked: boolean;
	readonly admin: boolean;
	/** Epoch milliseconds; null: as long as its session. */
	readonly expiresAt: number | null;
}

/** The tokens by which somebody is signed in at the source. */
export interface LiveTokens {
	readonly live: readonly LiveToken[];
	/** How many more there are, for which there is no place here. */
	readonly left: number;
}
