import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccountId, DecisionUnit, SessionId, SignedInBrowsers, Transactions } from "@countersign/core";
import type { MatrixScope } from "@countersign/protocol";
import type { SecurityEvents } from "../audit/index.ts";
import type { Slices } from "../jobs/ports.ts";
import type { HowProved } from "../proofs/index.ts";
import type { AskingClient } from "./client-claims.ts";
import type { ClientMetadata } from "./client-metadata.ts";
import type { DeviceAuthorizations } from "./device-grant/ports.ts";

export type { AskingClient } from "./client-claims.ts";

export type * from "./device-grant/ports.ts";
export type { ClientMetadata };

/** What this folder stores itself. Sessions and tokens are the sessions folder's. */
export interface AuthorizationUnit extends Pick<DecisionUnit, "requests" | "holds"> {
	readonly clients: Clients;
	readonly engineRecords: EngineRecords;
	readonly deviceAuthorizations: DeviceAuthorizations;
	readonly events: DecisionUnit["events"] & Pick<SecurityEvents, "record">;
	readonly browserSessions: SignedInBrowsers;
	readonly settings: {
		get(name: string): Promise<string | undefined>;
		getOrKeep(name: string, value: string): Promise<string>;
	};
	readonly upstreamStays: {
		/** At another service, of the browser session of that id. */
		ofBrowser(browser: string): Promise<string | undefined>;
	};
}

/** What clean-up does with it. Each method deletes one batch. */
export interface AuthorizationCleanUp {
	readonly slices: Slices<"clients">;
	readonly engineRecords: {
		/** Those of this kind that expired, spent or not. */
		deleteExpired(kind: "Interaction" | "AuthorizationCode", before: number): Promise<number>;
	};
	readonly deviceAuthorizations: {
		/** Those that expired, whatever became of them. */
		deleteExpired(before: number): Promise<number>;
	};
	readonly clients: {
		/**
		 * Clients that nobody registered again since, and that no session, ended ones included, and no waiting device refers
		 * to. Looks only at those last registered at `since` or later.
		 */
		deleteUnused(before: number, since: number): Promise<number>;
	};
}

export type AuthorizationStorage = Transactions<AuthorizationUnit>;

/** A registered client. Immutable: other metadata make another client. */
export interface ClientRecord {
	/** Opaque; the same metadata always have the same id. */
	readonly id: string;
	readonly metadata: ClientMetadata;
	readonly createdAt: number;
}

export interface KnownClient extends ClientRecord {
	/** When it was registered last, as far as that was noted. */
	readonly lastUsedAt: number;
}

/** Registered clients. */
export interface Clients {
	find(id: string): Promise<KnownClient | undefined>;
	/** Keeps the first registration of an id and notes that it was used again. One statement. Returns what is kept. */
	register(client: ClientRecord): Promise<ClientRecord>;
}

/** What the engine keeps between two requests: an interaction with the person, and authorization codes. */
interface EngineRecord {
	readonly kind: string;
	/** SHA-256 of the id, base64url: a read of the database yields nothing that can be presented. */
	readonly idHash: string;
	/** JSON, without the id. */
	readonly payload: string;
	readonly expiresAt: number;
}

interface StoredRecord extends EngineRecord {
	readonly consumedAt?: number;
	/** The session that the code opened. */
	readonly sessionId?: SessionId;
}

export interface EngineRecords {
	/** The row, expired or consumed ones included: whether it is still good is the caller's question. */
	find(kind: string, idHash: string): Promise<StoredRecord | undefined>;
	put(record: EngineRecord): Promise<void>;
	/** True for the one caller that removed the row. */
	remove(kind: string, idHash: string): Promise<boolean>;
	/**
	 * Spends a record: one conditional update, true for exactly one caller. Refuses what is spent or expired at `now`.
	 * The session opened with it is written by the same statement, so that a replay knows what to end.
	 */
	consume(spend: {
		readonly kind: string;
		readonly idHash: string;
		readonly now: number;
		readonly sessionId?: SessionId;
		/** Refuse unless the account is still of the generation in which its person agreed. */
		readonly agreed?: { readonly accountId: AccountId; readonly generation: number };
	}): Promise<boolean>;
}

/** What a storage has that notes a request of an app more quickly than a unit of work does. */
export interface BegunRequests {
	/** Of a kind and id that nobody has used: as `EngineRecords.put`. */
	add(record: EngineRecord): Promise<void>;
}

/** The half of signing in that people see: the engine waits while a page asks. */
export interface Interactions {
	/**
	 * What the app asked for. The interaction is found by its cookie alone, which only lives under
	 * `/interaction/{uid}`. With `accountId` it is also said whether that person already has the device.
	 * Refuses with "gone" when it expired, was answered, or belongs to another browser.
	 */
	details(request: NodePair, accountId?: AccountId): Promise<InteractionDetails | InteractionGone>;
	/** Of the details only what the app steps up for, and refused as they are. */
	replaces(
		request: NodePair,
		accountId: AccountId,
	): Promise<(Pick<InteractionDetails, "uid" | "replaces"> & { readonly ok: true }) | InteractionGone>;
	/**
	 * The person agrees: the request is answered, and the code made, in one transaction. An ordinary person who asked
	 * for the admin scope gets `invalid_scope`. What was answered already in this browser is answered the same again,
	 * for a minute.
	 * Refuses with "signed-out" when the browser was, meanwhile: nothing is answered then, and the request waits on.
	 * Refuses with "proof-needed" when the app asked for a fresh sign-in (`prompt=login`, `max_age`) and `provedAt` is older.
	 */
	grant(request: NodePair, consent: Consent): Promise<InteractionOutcome>;
	/** The person says no: `access_denied` for the app. Repeated as above. */
	deny(request: NodePair, by: Answerer): Promise<InteractionOutcome>;
	/** What this browser answered in the last minute; undefined for every other one. */
	answered(request: NodePair, by: Pick<Answerer, "browser">): Promise<AnsweredInteraction | undefined>;
}

/** Who is signed in in the browser that sends a request. */
export type Recognise = (request: Pick<Request, "headers">) => Promise<AccountId | undefined>;

/** What a browser that asks for this address of ours is answered, with the cookies and the name of this one. */
export type ShowPage = (address: string, request: NodePair) => Promise<Response>;

/** Node's own objects, as `c.env` holds them: the engine reads its cookie from them. */
export interface NodePair {
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
}

/** Who answers an app, in which browser. */
export interface Answerer {
	/** The person signed in when the form was shown; the form's token has to be bound to that browser session. */
	readonly accountId: AccountId;
	/** Of the account, read together with the browser session: throwing everybody out ends both. */
	readonly generation: number;
	/** The browser session that answers: to it alone the answer is told again. */
	readonly browser: string;
}

export interface Consent extends Answerer {
	/** When that person last proved to be there, and by what. */
	readonly provedAt: number;
	readonly provedHow: HowProved;
	/** From where the person answers. */
	readonly address: string;
}

/** An answer that was given, for the browser that gave it. */
export interface AnsweredInteraction {
	readonly uid: string;
	readonly decision: "granted" | "refused";
	/** Leads to the app, with the code or the error. */
	readonly url: string;
	/** The app has come for its tokens: the address is worth nothing any more. */
	readonly used: boolean;
}

export interface InteractionDetails {
	readonly ok: true;
	readonly uid: string;
	readonly client: AskingClient;
	readonly redirectUri: string;
	/** What CSP `form-action` has to name beside 'self', or browsers block the way back to the app: an origin, or `scheme:`. */
	readonly redirectTarget: string;
	readonly scope: MatrixScope;
	/** The person already has this device: signing in replaces the session it has now. */
	readonly deviceKnown: boolean;
	/** "create": a new account, which nobody may be able to make. "login": the person must enter the password again. Otherwise "consent". */
	readonly prompt: "create" | "login" | "consent";
	/** A proof older than this is not accepted by `grant`. */
	readonly proofNeededSince?: number;
	/**
	 * The app steps up for a request to replace the person's identity: a yes approves it, for the access token that the
	 * yes buys, and nothing else.
	 */
	readonly replaces?: {
		readonly reference: string;
		/** It waits, and is of the session that this app has on this device. Otherwise the person can only refuse. */
		readonly isOpen: boolean;
	};
	/** The localpart or user id the app expects, a claim. */
	readonly loginHint?: string;
	readonly createdAt: number;
	readonly expiresAt: number;
}

export interface InteractionGone {
	readonly ok: false;
	readonly reason: "gone";
}

export type InteractionOutcome =
	| { readonly ok: true; readonly answered: AnsweredInteraction }
	| InteractionGone
	| { readonly ok: false; readonly reason: "proof-needed" | "signed-out" };

/** What has to be known of a person before a code or a scope is given. */
interface Person {
	readonly admin: boolean;
}

export type FindPerson = (accountId: AccountId) => Promise<Person | undefined>;

/** What a request to this path is answered at which the server itself failed. */
export type AnswerFailure = (error: unknown, path: string) => Response;

/** Shows a person that a request cannot go on. */
export type RenderError = (problem: {
	readonly status: number;
	/** An OAuth error code. */
	readonly error: string;
	/** For developers; may repeat what the request said. */
	readonly description: string;
	/** Leads to the app, which is told the error; where its address is one that it registered. */
	readonly back?: string;
}) => Response | Promise<Response>;
