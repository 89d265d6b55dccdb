import type { MatrixErrorBody } from "@countersign/protocol";

/**
 * Why a call of this library ended. The values are stable: compare against them, never against messages.
 *
 * Arguments that no server could make right (an empty key set, a response whose body was already read) are a
 * `TypeError` instead: they are faults of the calling code.
 */
export const clientErrorCode = {
	/** The request could not be sent, its answer was lost, or it took longer than `timeoutMs`. `cause` is kept. */
	network: "network",
	/** The caller's `AbortSignal` fired. */
	aborted: "aborted",
	/** The server answered with a status this call does not expect: see `status`, and `matrix` where it said why. */
	httpStatus: "http-status",
	/** 429. `retryAfterMs` is set when the server named a time. */
	rateLimited: "rate-limited",
	/** The body is not what the specification promises for this status (a proxy's page, say), or is too large. */
	malformedAnswer: "malformed-answer",
	/** The name leads to no usable homeserver: a broken well-known document, or nothing that answers `/versions`. */
	noHomeserver: "no-homeserver",
	/** The homeserver has no OAuth 2.0 API: both metadata paths answered 404. */
	oauthUnsupported: "oauth-unsupported",
	/** The authorization server does not sign in devices by a code (RFC 8628): its metadata name no endpoint. */
	deviceGrantUnsupported: "device-grant-unsupported",
	/** The OAuth metadata lacks a required field, or names an endpoint that is not a safe http(s) URL. */
	malformedMetadata: "malformed-metadata",
	/** The authorization server said no; `oauth` holds its code, as RFC 6749 section 4.1.2.1 or 5.2 lists it. */
	oauthError: "oauth-error",
	/** The callback carries another `state` (or none): it does not belong to this sign-in. */
	stateMismatch: "state-mismatch",
	/** The callback's `iss` is not the issuer the sign-in was started with (RFC 9207). */
	issuerMismatch: "issuer-mismatch",
	/** The homeserver knows no such user, or another password. */
	passwordWrong: "password-wrong",
	/** The person did not come back from the browser, or did not allow the device, in time. */
	signInTimeout: "sign-in-timeout",
	/** The browser keeps nothing for this page (cookies blocked, storage full): no redirect can be come back from. */
	storageUnavailable: "storage-unavailable",
	/** Refreshing failed for now. The session is alive: try later, with the same refresh token. */
	temporarilyUnavailable: "temporarily-unavailable",
	/** The session is over: the authorization server refused the refresh token, or the homeserver every token. */
	loggedOut: "logged-out",
	/** New tokens were issued but could not be saved; the next call saves them first. `cause` is the store's error. */
	tokensNotSaved: "tokens-not-saved",
	/** The person, or the homeserver, refused the key upload. */
	approvalDenied: "approval-denied",
	/** Nobody approved before the deadline. */
	approvalExpired: "approval-expired",
	/** The homeserver asks for stages nobody can do here: no password was offered, or there is no page; `stages` lists them. */
	challengeUnsupported: "challenge-unsupported",
	/** The homeserver sent an approval URL that must not be opened: not http(s), with credentials, or not https. */
	badApprovalUrl: "bad-approval-url",
	/** The homeserver will never take these keys; `matrix` says why. */
	keysRejected: "keys-rejected",
	/** The homeserver said that the keys are stored, and shows the old ones all the same. */
	keysNotStored: "keys-not-stored",
	/** Somebody, or another device, published another identity meanwhile. */
	keysReplacedElsewhere: "keys-replaced-elsewhere",
	/** The new identity is published, but a step after it does not hold; resuming tries again. */
	identityIncomplete: "identity-incomplete",
	/** The caller did not keep the new recovery key; `cause` is its error. */
	recoveryNotSaved: "recovery-not-saved",
	/** The recovery key or passphrase does not open secret storage, or was mistyped. */
	recoveryKeyWrong: "recovery-key-wrong",
	/** Recovery was never set up, or holds another identity than the published one. */
	nothingToRestore: "nothing-to-restore",
	/** The person has not let this app read what is kept from before a reset, or not for long enough. */
	readingTimeout: "reading-timeout",
	/** No other device that the identity vouches for is signed in, or nothing has an identity yet. */
	nothingToVerifyWith: "nothing-to-verify-with",
	/** The person said that the emoji differ, or the keys did: somebody may be in between. Nothing is trusted. */
	verificationMismatch: "verification-mismatch",
	/** A device gave up, or its person said no; `cancelCode` says how. Nothing is trusted. */
	verificationCancelled: "verification-cancelled",
	/** Nobody answered in time, or nobody compared. Nothing is trusted. */
	verificationTimeout: "verification-timeout",
	/** Another device of the person took the verification that was meant for this one. */
	verificationAnsweredElsewhere: "verification-answered-elsewhere",
	/** The person has no device of that id that has published keys; of a reset, the app's own has not. */
	deviceUnknown: "device-unknown",
	/** The device has published another key than the one it is said to have. Nothing was signed. */
	deviceKeyDiffers: "device-key-differs",
	/** The same reset runs already, in this program or another. */
	alreadyRunning: "already-running",
} as const;

/** One of {@link clientErrorCode}. */
export type ClientErrorCode = (typeof clientErrorCode)[keyof typeof clientErrorCode];

/** What is known beside the code. Text from servers is kept here, unchanged: escape it before showing it. */
export interface ClientErrorDetails {
	/** HTTP status of the answer that ended the call. */
	readonly status?: number | undefined;
	/** How long the server asked to wait, in milliseconds from its answer. */
	readonly retryAfterMs?: number | undefined;
	/** The OAuth error answer. @see RFC 6749 section 5.2 */
	readonly oauth?: { readonly error: string; readonly errorDescription?: string | undefined } | undefined;
	/** The Matrix error answer. @see Matrix specification v1.17, Client-Server API, "Standard error response" */
	readonly matrix?: MatrixErrorBody | undefined;
	/** Stage names a challenge offered, in its order, without repetition. */
	readonly stages?: readonly string[] | undefined;
	/**
	 * Set by key uploads. `true`: the homeserver's last word was that nothing was stored, so the old identity
	 * stands. `false`: an answer was lost, so look at the homeserver's keys before doing anything else.
	 */
	readonly safe?: boolean | undefined;
	/** With which code of the specification a verification ended. @see Matrix specification v1.17, `m.key.verification.cancel` */
	readonly cancelCode?: string | undefined;
}

/**
 * The one exception this library throws for what servers, networks and people do. `code` is stable and documented
 * at {@link clientErrorCode}; `message` is for developers. It never holds a token, a query or
 * a server's words; for a request without an answer it names method, origin and path.
 */
export class CountersignClientError extends Error {
	override readonly name: string = "CountersignClientError";
	readonly code: ClientErrorCode;
	readonly status: ClientErrorDetails["status"];
	readonly retryAfterMs: ClientErrorDetails["retryAfterMs"];
	readonly oauth: ClientErrorDetails["oauth"];
	readonly matrix: ClientErrorDetails["matrix"];
	readonly stages: ClientErrorDetails["stages"];
	readonly safe: ClientErrorDetails["safe"];
	readonly cancelCode: ClientErrorDetails["cancelCode"];

	constructor(
		code: ClientErrorCode,
		message: string,
		options: ClientErrorDetails & { cause?: unknown } = {},
	) {
		super(message, "cause" in options ? { cause: options.cause } : undefined);
		this.code = code;
		this.status = options.status;
		this.retryAfterMs = options.retryAfterMs;
		this.oauth = options.oauth;
		this.matrix = options.matrix;
		this.stages = options.stages;
		this.safe = options.safe;
		this.cancelCode = options.cancelCode;
	}
}

/** Whether `error` is this library's, optionally with the given code. */
export function isClientError(error: unknown, code?: ClientErrorCode): error is CountersignClientError {
	return error instanceof CountersignClientError && (code === undefined || error.code === code);
}
