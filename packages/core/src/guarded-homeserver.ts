import type { MatrixErrorBody, Utf8, VerifyEd25519 } from "@countersign/protocol";
import type { Sha256 } from "./claim/binding.ts";
import type {
	DecisionUnit,
	LiveSessions,
	NewKey,
	NewToken,
	RequestReading,
	StoredIdentity,
} from "./ports.ts";
import type { Transactions } from "./transactions.ts";

/** What everything that guards a homeserver works with. */
export interface GuardMeans<Unit extends DecisionUnit = DecisionUnit> {
	readonly storage: Transactions<Unit, RequestReading & { readonly sessions: LiveSessions }>;
	readonly homeserver: GuardedHomeserver;
	/** Epoch milliseconds. */
	readonly clock: () => number;
	readonly newToken: NewToken;
	readonly sha256: Sha256;
	readonly utf8: Utf8;
	readonly verify: VerifyEd25519;
}

/**
 * A homeserver with a storage of its own that asks nobody but us: it lets an upload of keys through where it needs no
 * approval, and from us. Each method throws `HomeserverUnavailable` where there was no answer, or none that can be
 * understood; then nobody knows what happened.
 */
export interface GuardedHomeserver {
	/** What it holds for the person now. The only truth about whether an upload arrived. */
	look(userId: string): Promise<HeldKeys>;
	/** Has it store these keys for the person, by our own right. Only ever for a request that is being spent. */
	store(userId: string, keys: readonly NewKey[]): Promise<StoreAnswer>;
	/** Hands the keys on in the caller's own name, so that the homeserver decides. */
	forward(caller: ForwardedCaller, keys: readonly NewKey[]): Promise<ForwardAnswer>;
}

export interface ForwardedCaller {
	readonly accessToken: string;
	readonly address?: string;
	readonly userAgent?: string;
}

export interface HeldKeys {
	readonly identity: StoredIdentity;
	/** Ids of devices that have keys; no cross-signing key may be called like one. */
	readonly deviceIds: readonly string[];
}

export type StoreAnswer =
	| { readonly answer: "stored" }
	/** It could not be reached: nothing of it can have arrived. */
	| { readonly answer: "not-sent" }
	/** It refuses these keys, and would again. */
	| { readonly answer: "refused"; readonly reason: string }
	/** It failed inside. It is done with this upload, and may have stored a part of it. */
	| { readonly answer: "broke"; readonly reason: string };

export type ForwardAnswer =
	| { readonly answer: "stored" }
	/** It asks for the approval that only we can give. */
	| { readonly answer: "approval-needed" }
	| { readonly answer: "passed-on"; readonly passedOn: PassedOn };

/** An answer of the homeserver's that the app is to see. */
export interface PassedOn {
	readonly status: number;
	readonly body: MatrixErrorBody;
	/** As the header says it. */
	readonly retryAfter?: string;
}
