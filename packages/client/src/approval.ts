import {
	type Approval,
	approvalOf,
	offersApproval,
	type UiaAuth,
	type UiaChallenge,
} from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "./errors.ts";
import { nextStage } from "./stages.ts";
import { allowsPlainHttp, parseHttpUrl } from "./urls.ts";

/** What the last challenge asks, and how often it was answered. */
export interface Asked {
	/** Absent on servers that keep no state. */
	readonly session: string | undefined;
	/** Where somebody can agree; safe to open. Undefined for a stage that this program answers by itself. */
	readonly url: string | undefined;
	/** The stage it is about, by the name the server advertises. */
	readonly stage: string;
	/** Whether the page is an approval; otherwise it is the fallback page of another stage. */
	readonly isApproval: boolean;
	/** How often there was another page to show, this one included; from 1. */
	readonly attempt: number;
	/** How many answers a challenge has followed; decides the form of the next one. */
	readonly answers: number;
}

/** A server that asks ever anew does not get page after page opened. */
const maxAttempts = 10;

/**
 * Reads a challenge. The newest one counts: a server may start over with another session and URL after an expiry.
 *
 * @param last `before`: what was asked until now; `anew`: whether the server knows nothing of that any more
 * @throws `challenge-unsupported` when no flow has a way on; `bad-approval-url`
 * @see Matrix specification v1.17, Client-Server API, "OAuth authentication"; MSC4312
 */
export function parseAsked(
	challenge: UiaChallenge,
	{ homeserver, hasPassword }: { readonly homeserver: string; readonly hasPassword: boolean },
	{ before, anew = false }: { readonly before?: Asked | undefined; readonly anew?: boolean } = {},
): Asked {
	const isApproval = offersApproval(challenge);
	const next = isApproval
		? checkApproval(approvalOf(challenge), homeserver)
		: nextStage(challenge, { homeserver, hasPassword });
	if (next === undefined) throw unsupported(challenge, "the homeserver asks for what cannot be done here");
	const { stage, url } = next;
	const attempt = before === undefined ? 1 : before.attempt + (before.url === url && !anew ? 0 : 1);
	if (attempt > maxAttempts) throw unsupported(challenge, "the homeserver keeps replacing its approval page");
	const answers = before === undefined || anew ? 0 : before.answers + 1;
	return { session: challenge.session, url, stage, isApproval, attempt, answers };
}

function unsupported({ flows }: UiaChallenge, message: string): CountersignClientError {
	const stages = [...new Set(flows.flatMap((flow) => flow.stages))];
	return new CountersignClientError(clientErrorCode.challengeUnsupported, message, { stages, safe: true });
}

function checkApproval(approval: Approval | undefined, homeserver: string): Approval {
	const parsed =
		approval === undefined
			? undefined
			: parseHttpUrl(approval.url, { plainHttp: allowsPlainHttp(homeserver) });
	if (approval === undefined || parsed === undefined) {
		const message = "the approval URL must not be opened";
		throw new CountersignClientError(clientErrorCode.badApprovalUrl, message, { safe: true });
	}
	return approval;
}

/**
 * Whether the page is at the host of one of these, `undefined` where none is known. Of an approval alone: the pages of
 * other stages are the homeserver's own.
 */
export function isAtKnownHost(
	{ url, isApproval }: Pick<Asked, "url" | "isApproval">,
	knownPages: readonly (string | undefined)[] = [],
): boolean | undefined {
	const hosts = knownPages.flatMap((page) => (page && URL.canParse(page) ? [new URL(page).host] : []));
	if (url === undefined || !isApproval || hosts.length === 0) return undefined;
	return hosts.includes(new URL(url).host);
}

/**
 * How to answer a challenge: with the session alone, as the specification says, and every other time with the
 * stage's name beside it, because some servers never complete a stage that is not named.
 */
export function authFor(asked: Asked): UiaAuth | undefined {
	const { session, stage } = asked;
	const named = isNamedNext(asked);
	if (session === undefined) return named ? { type: stage } : undefined;
	return named ? { session, type: stage } : { session };
}

/** Whether the next answer names the stage. Where somebody completed a fallback page, the session alone tells. */
export function isNamedNext({ isApproval, answers }: Asked): boolean {
	return isApproval && answers % 2 === 1;
}
