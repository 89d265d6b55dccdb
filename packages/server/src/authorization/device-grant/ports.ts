import type { AccountId, SessionId } from "@countersign/core";
import type { DeviceId, MatrixScope } from "@countersign/protocol";
import type { BrowserProof, ProofFor } from "../../proofs/index.ts";
import type { AskingClient } from "../client-claims.ts";

/** A device that waits to be signed in from a browser elsewhere. */
export type DeviceAuthorization = AskedByDevice & DeviceAuthorizationState;

export interface AskedByDevice {
	readonly clientId: string;
	/** As asked; it was judged before it was stored. */
	readonly scope: string;
	/** Where the device asked from, and what its app calls itself. */
	readonly address?: string;
	readonly userAgent?: string | undefined;
	/** Whom the device means, as it says it. */
	readonly loginHint?: string | undefined;
	/** At another service, of the browser in which it was answered. */
	readonly stay?: string;
	readonly createdAt: number;
	/** End of the present state's life: of waiting for an answer, or of waiting for the device to fetch it. */
	readonly expiresAt: number;
}

export type DeviceAuthorizationState =
	| { readonly state: "pending" }
	| { readonly state: "approved" | "refused"; readonly accountId: AccountId }
	| { readonly state: "spent"; readonly accountId: AccountId; readonly sessionId: SessionId };

/** Both codes are known by their hash alone. */
interface NewDeviceAuthorization extends AskedByDevice {
	readonly deviceCodeHash: string;
	readonly userCodeHash: string;
	readonly intervalMs: number;
}

export interface DeviceAuthorizations {
	/** False when another one has this user code. One statement. */
	add(authorization: NewDeviceAuthorization): Promise<boolean>;
	/** Expired and decided ones included: a device is told why it may stop asking. */
	find(
		by: { readonly deviceCodeHash: string } | { readonly userCodeHash: string },
	): Promise<DeviceAuthorization | undefined>;
	/**
	 * Notes that a waiting device asked, and judges whether it waited its interval since it was last in time; of two at
	 * once one did not. The first time is always right. Too soon, and the interval is `slowerByMs` longer from then on:
	 * once until it has been in time again, however often it asks, and never longer than `slowestMs`.
	 */
	notePoll(poll: {
		readonly deviceCodeHash: string;
		readonly now: number;
		readonly toleranceMs: number;
		readonly slowerByMs: number;
		readonly slowestMs: number;
	}): Promise<"in-time" | "too-soon">;
	/**
	 * A person's answer: one conditional update of what is pending and unexpired at `now`, unless the account is of
	 * another generation by then. Undefined when nothing was.
	 */
	decide(decision: {
		readonly userCodeHash: string;
		readonly accountId: AccountId;
		/** Of the account when its person was recognised. */
		readonly generation: number;
		/** The browser session that answers: what it began by elsewhere stays with the answer. */
		readonly browser: string;
		readonly to: "approved" | "refused";
		readonly now: number;
		/** End of the approval; a refusal is remembered as long. */
		readonly expiresAt: number;
	}): Promise<DeviceAuthorization | undefined>;
	/**
	 * Spends an approval that is unexpired at `now`, unless everybody has been thrown out of the account since it was
	 * given: one conditional update, true for exactly one caller.
	 */
	spend(spend: {
		readonly deviceCodeHash: string;
		readonly clientId: string;
		readonly sessionId: SessionId;
		readonly now: number;
	}): Promise<boolean>;
}

/** The half of the device grant that people see: the page where they enter the code. */
export interface DeviceLinks {
	/**
	 * The request behind a code that somebody typed. Wrong codes are counted per address, and after ten even the right
	 * one has to wait: `throttled`. Expired, answered and unknown codes are one answer.
	 */
	enter(typed: string, by: LinkVisitor): Promise<EnteredCode>;
	/** The same without counting, for who has entered it before. */
	waiting(code: string, accountId: AccountId): Promise<LinkRequest | undefined>;
	/**
	 * The person's answer. `not-open`: it was answered elsewhere or ran out, or the person has been thrown out
	 * meanwhile. `not-admin`: the app asks to administer the server and the person may not.
	 */
	decide(
		code: string,
		decision: LinkDecision,
	): Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: "not-open" | "not-admin" }>;
	/** What became of a code that this person answered; undefined for all others. */
	decided(code: string, accountId: AccountId): Promise<DecidedLink | undefined>;
}

/** Of a person in a browser: thrown out meanwhile, they decide nothing. Saying no is always safe. */
export type LinkDecision = { readonly address: string } & (
	| { readonly to: "approved"; readonly proof: ProofFor<"allow-device"> }
	| { readonly to: "refused"; readonly proof: BrowserProof }
);

interface LinkVisitor {
	readonly accountId: AccountId;
	/** Of the browser. */
	readonly address: string;
}

type EnteredCode =
	| { readonly ok: true; readonly request: LinkRequest }
	| { readonly ok: false; readonly reason: "unknown" }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

/** What the page shows of the device that waits. What the client says of itself is a claim. */
export interface LinkRequest {
	/** `BCDF-GHJK`. */
	readonly code: string;
	readonly client: AskingClient;
	readonly scope: MatrixScope;
	/** The person already has this device: allowing it replaces the session it has now. */
	readonly deviceKnown: boolean;
	readonly address?: string;
	readonly userAgent?: string;
	/** Whom the device means, which may be somebody else. */
	readonly loginHint?: string;
	readonly createdAt: number;
}

export interface DecidedLink {
	/** `missed`: allowed, but the device did not come for it in time. */
	readonly outcome: "approved" | "missed" | "signed-in" | "refused";
	readonly deviceId: DeviceId;
}
