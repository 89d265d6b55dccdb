import { isRecord, keyFingerprint, member, type StepUpOffer, type UiaAuth } from "@countersign/protocol";
import { type AnswerOutcome, answerChallenge } from "./answer-challenge.ts";
import { type Asked, isAtKnownHost, isNamedNext, parseAsked } from "./approval.ts";
import { type CrossSigningKeys, serializeKeys } from "./device-signing.ts";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import {
	type Clock,
	type Fetch,
	type Jitter,
	type Sleep,
	systemClock,
	systemJitter,
	systemSleep,
} from "./platform.ts";
import { createPacer, type LastLook, type Look, type Pacer } from "./polling.ts";
import type { PasswordProof } from "./stages.ts";
import { type AttemptOutcome, abortedUpload, attemptUpload, withSafety } from "./upload-attempt.ts";

/** What somebody has to be shown. */
export interface ApprovalChallenge {
	/** The page to open, in the person's browser: http(s), without credentials. Keep it out of logs. */
	readonly url: string;
	/** The session the server named, if it keeps one. */
	readonly session: string | undefined;
	/**
	 * The master key in groups of four, as the approval page shows it; absent when no master key is sent, and for pages
	 * of other stages (`m.login.sso`, say), which show none.
	 */
	readonly fingerprint: string | undefined;
	/**
	 * 1 at first, one more whenever the server replaces the URL (an older page is void then), or has forgotten what it
	 * asked: then the page is the same, and what was approved there before counts no more.
	 */
	readonly attempt: number;
	/**
	 * Whether the page is at the host of one of `knownPages`; undefined where none were named, and for pages of other
	 * stages. Warn the person where it is false: whoever took a homeserver over sends people to pages that only look like
	 * the one at which they type their password.
	 */
	readonly isAtKnownHost: boolean | undefined;
	/** Looks at once: for a button "I have approved", a message from the page, or the person's return. */
	readonly checkNow: () => void;
}

/** What {@link uploadWithApproval} needs. */
export interface UploadWithApprovalOptions {
	/** The homeserver's base URL. */
	readonly homeserver: string;
	/**
	 * Gives the access token, at every attempt: it rotates during the wait. After `M_UNKNOWN_TOKEN` it is called
	 * with the rejected token. `TokenHolder.accessToken` fits.
	 */
	readonly accessToken: (hint?: { readonly rejected: string }) => Promise<string>;
	/** Turned to text once; every repetition carries the same bytes. Keep the private halves until the end. */
	readonly keys: CrossSigningKeys;
	/** What an earlier run was asked, for these very keys: it is answered, and shown, instead of asking anew. */
	readonly asked?: Asked | undefined;
	/** Told of every new challenge, before it is shown; what it throws ends the upload. Here a program keeps `asked`. */
	readonly onAsked?: ((asked: Asked) => Promise<void>) | undefined;
	/**
	 * Awaited before each answer to a challenge; what it throws ends the upload. An approval lets any keys through on
	 * some servers, for a while: here a program makes sure that it still wants these.
	 */
	readonly beforeAnswer?: (() => Promise<void>) | undefined;
	/**
	 * Where the person signed in: `issuer` and `account_management_uri` of the metadata of then. Not those of now: they
	 * come from the homeserver, as the approval page does. See `isAtKnownHost` of the challenge. Default: not judged.
	 */
	readonly knownPages?: readonly (string | undefined)[] | undefined;
	/** Shows the challenge. Waiting goes on meanwhile; what it throws ends the upload. */
	readonly present: (challenge: ApprovalChallenge) => void | Promise<void>;
	/**
	 * For programs that can send their person through the authorization endpoint (`stepUpByLoopback`, say): where the
	 * homeserver offers that, this comes before `present`, once for each offer and twice at most. Resolves with true when
	 * `accessToken` gives the token that was bought with it, and with false where the page shall be shown after all; what
	 * it throws ends the upload. Default: the page.
	 */
	readonly stepUp?: ((offer: StepUpOffer, signal: AbortSignal) => Promise<boolean>) | undefined;
	/**
	 * For homeservers that ask for a password instead of an approval. Default: such a challenge is
	 * `challenge-unsupported`.
	 */
	readonly password?: PasswordProof | undefined;
	/** Stops waiting. What was asked stays open at the server: the same keys resume it. */
	readonly signal?: AbortSignal | undefined;
	/** How long to wait in all, in milliseconds. Default 900 000, a quarter of an hour. */
	readonly timeoutMs?: number | undefined;
	/** `manual` looks when `checkNow` is called, after failures, and at the deadline. Default `auto`. */
	readonly poll?: "auto" | "manual" | undefined;
	readonly fetch?: Fetch | undefined;
	readonly now?: Clock | undefined;
	readonly sleep?: Sleep | undefined;
	readonly jitter?: Jitter | undefined;
}

/** The keys are on the server. */
export interface UploadOutcome {
	readonly outcome: "stored";
	/** `not-needed`: these were the first keys, or the same ones as before. */
	readonly approval: "given" | "not-needed";
}

const defaultTimeoutMs = 900_000;

/** Failures in a row before the server has said anything; afterwards none of them ends the wait. */
const maxEarlyFailures = 3;

/**
 * Uploads cross-signing keys and waits until somebody approves them.
 *
 * Looks 3 s after a challenge, then every 3 to 5 s, and at once on `checkNow`; honours `Retry-After`. Once a
 * challenge has come, rate limits, server errors and network failures do not end the wait. Only the keys are
 * uploaded: nothing else on the server or the device changes, so giving up leaves the old identity whole.
 *
 * @throws `approval-denied`, `approval-expired`, `keys-rejected`, `challenge-unsupported`, `bad-approval-url`,
 * `logged-out`, `aborted`; before a challenge also `network`, `rate-limited`, `malformed-answer`,
 * `temporarily-unavailable`; `http-status` for answers that name no way on. All carry `safe`. Also `TypeError`
 * for an empty key set, and what `present` or `accessToken` throws.
 * @see Matrix specification v1.17, `POST /_matrix/client/v3/keys/device_signing/upload`; MSC4312
 */
export async function uploadWithApproval(options: UploadWithApprovalOptions): Promise<UploadOutcome> {
	const keys = serializeKeys(options.keys);
	const fingerprint = masterFingerprint(options.keys);
	const send: SendWith = (auth, signal) => attemptUpload({ ...options, keys, auth, signal });
	return approvedRequest(send, { ...options, fingerprint });
}

/** Sends the request once, with this answer to the last challenge. */
export type SendWith = (auth: UiaAuth | undefined, signal: AbortSignal) => Promise<AttemptOutcome>;

/** {@link UploadWithApprovalOptions} of a request whose sending is somebody else's. */
export interface ApprovedRequestOptions
	extends Omit<UploadWithApprovalOptions, "accessToken" | "keys" | "fetch"> {
	readonly fingerprint: string | undefined;
}

/** The wait of {@link uploadWithApproval}, around any way to send the request. */
export async function approvedRequest(
	send: SendWith,
	options: ApprovedRequestOptions,
): Promise<UploadOutcome> {
	const failed = new AbortController();
	const signal =
		options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal]);
	const pacer = startPacer(options, signal);
	let progress: Progress = { asked: options.asked, safe: true, failures: 0 };
	const stepUp = createStepUp(options, signal);
	let hasSteppedUp = false;
	try {
		if (progress.asked !== undefined) present(options, progress.asked, { pacer, failed });
		for (let look: Look = "look"; ; ) {
			if (signal.aborted) throw abortedUpload(progress);
			if (progress.asked !== undefined) await options.beforeAnswer?.();
			const outcome = await answerChallenge((auth) => send(auth, signal), options.password, progress.asked);
			if (outcome.kind === "stored") return stored(progress, hasSteppedUp);
			if (outcome.kind === "challenge" && (await stepUp(outcome.stepUp))) {
				hasSteppedUp = true;
				progress = { asked: undefined, safe: true, failures: 0 };
				continue;
			}
			const before = progress;
			progress = advance(before, outcome, options);
			if (progress.asked !== undefined && progress.asked !== before.asked) {
				await options.onAsked?.(progress.asked);
				if (progress.asked.attempt !== before.asked?.attempt)
					present(options, progress.asked, { pacer, failed });
				// Who says that they have approved is not told "not yet" because this server wants the stage named.
				if (progress.asked.url === undefined || (look === "asked" && isNamedNext(progress.asked)))
					pacer.checkNow();
			}
			look = await pacer.untilNextLook(pauseAfter(before, outcome));
			if (look === "expired") throw expired();
		}
	} catch (error) {
		// What `present` threw ends the upload as its own error, not as the abort it caused.
		if (failed.signal.aborted) throw failed.signal.reason;
		const undecided = error instanceof CountersignClientError && error.safe === undefined;
		throw undecided ? withSafety(error, progress.safe) : error;
	}
}

/** What is known between two attempts. */
interface Progress {
	/** The newest challenge, once there was one. */
	readonly asked: Asked | undefined;
	/** Whether the server's last word was that nothing is stored. */
	readonly safe: boolean;
	/** Attempts in a row that decided nothing. */
	readonly failures: number;
}

type Undecided = Exclude<AnswerOutcome, { readonly kind: "stored" }>;

function advance(
	{ asked, safe, failures }: Progress,
	outcome: Undecided,
	{ homeserver, password }: ApprovedRequestOptions,
): Progress {
	if (outcome.kind === "challenge") {
		const how = { homeserver, hasPassword: password !== undefined };
		const parsed = parseAsked(outcome.challenge, how, { before: asked, anew: outcome.anew === true });
		return { asked: parsed, safe: true, failures: 0 };
	}
	const stillSafe = safe && !outcome.lost;
	if (asked === undefined && failures >= maxEarlyFailures) throw withSafety(outcome.cause, stillSafe);
	return { asked, safe: stillSafe, failures: failures + 1 };
}

/** A homeserver that is never content with the token would send its person round in a circle. */
const maxStepUps = 2;

/** Whether the app has another token now, with which the same upload is to be tried at once. */
function createStepUp({ stepUp }: Pick<ApprovedRequestOptions, "stepUp">, signal: AbortSignal) {
	const tried = new Set<string>();
	return async (offer: StepUpOffer | undefined): Promise<boolean> => {
		if (stepUp === undefined || offer === undefined) return false;
		const text = JSON.stringify(offer);
		if (tried.has(text) || tried.size === maxStepUps) return false;
		tried.add(text);
		return stepUp(offer, signal);
	};
}

function stored({ asked }: Progress, hasSteppedUp: boolean): UploadOutcome {
	return { outcome: "stored", approval: asked === undefined && !hasSteppedUp ? "not-needed" : "given" };
}

function pauseAfter(before: Progress, outcome: Undecided): LastLook {
	if (outcome.kind === "challenge") return { kind: "challenge", first: before.asked === undefined };
	return { kind: "postponed", retryAfterMs: outcome.cause.retryAfterMs };
}

function startPacer(options: ApprovedRequestOptions, signal: AbortSignal): Pacer {
	const {
		now = systemClock,
		sleep = systemSleep,
		jitter = systemJitter,
		timeoutMs = defaultTimeoutMs,
	} = options;
	const automatic = options.poll !== "manual";
	return createPacer({ now, jitter, sleep, signal, deadlineAt: now() + timeoutMs, automatic });
}

/** Shows the challenge without waiting for it: a `present` that ends only with the page must not stop the looks. */
function present(
	options: ApprovedRequestOptions,
	asked: Asked,
	{ pacer, failed }: { readonly pacer: Pacer; readonly failed: AbortController },
): void {
	const { url, session, attempt, isApproval } = asked;
	if (url === undefined) return;
	// Pages of other stages do not show what is agreed to.
	const fingerprint = isApproval ? options.fingerprint : undefined;
	const challenge: ApprovalChallenge = {
		...{ url, session, fingerprint, attempt },
		isAtKnownHost: isAtKnownHost(asked, options.knownPages),
		checkNow: pacer.checkNow,
	};
	const shown = async () => options.present(challenge);
	shown().catch((error: unknown) => failed.abort(error));
}

function masterFingerprint({ master_key }: CrossSigningKeys): string | undefined {
	const keys = isRecord(master_key) ? member(master_key, "keys") : undefined;
	const publicKeys = isRecord(keys) ? Object.values(keys) : [];
	const only = publicKeys.length === 1 ? publicKeys[0] : undefined;
	return typeof only === "string" ? keyFingerprint(only) : undefined;
}

function expired(): CountersignClientError {
	return new CountersignClientError(clientErrorCode.approvalExpired, "nobody approved in time");
}
