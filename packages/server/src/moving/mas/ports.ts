import type { Kept, MovedApp } from "../ports.ts";

/** A database of MAS, read only; everything within one snapshot. Ids are ULIDs, times epoch milliseconds. */
export interface MasSource {
	/** Of its tables: when the newest change to them was made, as a number of fourteen digits. */
	readonly schemaVersion: number;
	/** People in the order of their ids, those behind `after` first, with everything that is theirs. */
	people(page: { readonly after: string; readonly limit: number }): Promise<readonly MasPerson[]>;
	clients(page: { readonly after: string; readonly limit: number }): Promise<readonly MasClient[]>;
	kept(): Promise<readonly Kept[]>;
	/** How much MAS has still to tell the homeserver: devices and accounts that ended. */
	waitingJobs(): Promise<number>;
	close(): Promise<void>;
}

/** The same of a MAS that is stopped, to be written. Nothing is, until `commit`. */
export interface MasTarget extends MasSource {
	/** Those of these ids who are there, as `people` has them. */
	peopleOf(ids: readonly string[]): Promise<readonly MasPerson[]>;
	/** Adds an app that registered since; one that is there stays as it is. */
	addApp(app: MovedApp): Promise<void>;
	write(userId: string, changes: ChangesAtMas): Promise<void>;
	/** Writes, once there is a backup: throws where there is none. False where nothing had to change. */
	commit(backup: string): Promise<boolean>;
}

type SessionKind = MasSession["kind"];

/** What has to change at MAS for one person. New rows have ids already. */
export interface ChangesAtMas {
	readonly at: number;
	/** Somebody who joined since. */
	readonly join?: { readonly username: string; readonly createdAt: number };
	readonly account?: { readonly admin: boolean; readonly locked: boolean; readonly closed: boolean };
	/** The newest. */
	readonly password?: { readonly version: number; readonly hash: string };
	readonly endSessions: readonly { readonly kind: SessionKind; readonly id: string }[];
	readonly addSessions: readonly NewAtMas[];
	/** Of sessions that go on. */
	readonly endAccess: readonly { readonly kind: SessionKind; readonly id: string }[];
	readonly addRefresh: readonly RefreshAtMas[];
	/** Those that were used; `nextId`: what followed, where the app may not have it. */
	readonly consume: readonly {
		readonly kind: "oauth" | "compat";
		readonly id: string;
		readonly nextId: string | null;
	}[];
}

export interface RefreshAtMas {
	readonly kind: "oauth" | "compat";
	readonly id: string;
	readonly sessionId: string;
	readonly token: string;
	/** It was used, and this followed: it is good only as long as the app may not have that. */
	readonly nextId: string | null;
}

/** A session that began since. */
export type NewAtMas = NewSessionAtMas &
	(
		| { readonly kind: "oauth"; readonly clientId: string; readonly scope: readonly string[] }
		| {
				readonly kind: "compat";
				readonly deviceId: string;
				readonly isSynapseAdmin: boolean;
				/** Its token, which lasts; null where it refreshes. */
				readonly token: string | null;
		  }
		/** `hash`: SHA-256 of its token, in base64url. */
		| {
				readonly kind: "personal";
				readonly scope: readonly string[];
				readonly hash: string;
				/** Null: the token lasts. */
				readonly expiresAt: number | null;
		  }
	);

interface NewSessionAtMas {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number;
	readonly lastActiveAt: number;
	readonly lastActiveAddress: string | null;
	readonly userAgent: string | null;
}

export interface MasPerson {
	readonly id: string;
	readonly username: string;
	readonly createdAt: number;
	readonly lockedAt: number | null;
	readonly deactivatedAt: number | null;
	readonly admin: boolean;
	readonly isGuest: boolean;
	/** The newest. */
	readonly password: { readonly version: number; readonly hash: string } | null;
	readonly emails: readonly { readonly address: string; readonly addedAt: number }[];
	readonly links: readonly { readonly provider: string; readonly subject: string }[];
	/** Whether there are addresses that are no e-mail addresses. */
	readonly hasPhone: boolean;
	/** Those that have not ended. */
	readonly sessions: readonly MasSession[];
}

export interface MasSession {
	readonly kind: "oauth" | "compat" | "personal";
	readonly id: string;
	/** Of OAuth sessions. */
	readonly clientId: string | null;
	/** Of those of the older login API; the others have it in their scope. */
	readonly deviceId: string | null;
	/** Empty for those of the older login API. */
	readonly scope: readonly string[];
	/** Whether one of the older login API administers the homeserver. */
	readonly isSynapseAdmin: boolean;
	readonly name: string | null;
	readonly createdAt: number;
	readonly lastActiveAt: number | null;
	readonly lastActiveAddress: string | null;
	readonly userAgent: string | null;
	/** Of personal sessions: whoever they belong to is locked or closed. */
	readonly isOwnerGone: boolean;
	/** Those that were not revoked. */
	readonly access: readonly MasAccess[];
	readonly refresh: readonly MasRefresh[];
}

export interface MasAccess {
	readonly id: string;
	/** As it is, or SHA-256 of it in base64url. */
	readonly token: { readonly text: string } | { readonly hash: string };
	readonly createdAt: number;
	readonly expiresAt: number | null;
	readonly used: boolean;
}

export interface MasRefresh {
	readonly id: string;
	readonly token: string;
	/** What was handed out beside it; null where that is cleaned away. */
	readonly accessId: string | null;
	/** What followed it, where that is known. */
	readonly nextId: string | null;
	readonly createdAt: number;
	readonly consumed: boolean;
}

export interface MasClient {
	readonly id: string;
	readonly name: string | null;
	readonly createdAt: number | null;
	readonly isStatic: boolean;
	readonly applicationType: string | null;
	readonly clientUri: string | null;
	readonly logoUri: string | null;
	readonly tosUri: string | null;
	readonly policyUri: string | null;
	readonly redirectUris: readonly string[];
	readonly grants: {
		readonly authorizationCode: boolean;
		readonly refreshToken: boolean;
		readonly deviceCode: boolean;
		readonly clientCredentials: boolean;
	};
	readonly authMethod: string | null;
	/** Under MAS's `secrets.encryption`. */
	readonly encryptedSecret: string | null;
	readonly idTokenAlgorithm: string | null;
}
