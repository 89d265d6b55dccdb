import {
	type AccountId,
	acrOfRequest,
	isAhead,
	mayBeElevated,
	namesRequest,
	requestOfAcr,
} from "@countersign/core";
import { grantedScope, parseMatrixScope } from "@countersign/protocol";
import type Provider from "oidc-provider";
import { errors } from "oidc-provider";
import { acrOf } from "../proofs/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { loginHintOf, promptOf } from "./asked-person.ts";
import { askingClient, redirectTarget } from "./asking-client.ts";
import {
	type AnswerDeps,
	answererOf,
	answerOnce,
	answerTo,
	type GivenAnswer,
	type Interaction,
	text,
} from "./interaction-answer.ts";
import type {
	Answerer,
	Consent,
	FindPerson,
	InteractionDetails,
	InteractionGone,
	InteractionOutcome,
	Interactions,
	NodePair,
} from "./ports.ts";
import { proofNeededSince } from "./proof.ts";
import { askedProof } from "./without-openid.ts";

export interface InteractionsDeps extends AnswerDeps {
	readonly provider: Provider;
	readonly findPerson: FindPerson;
	readonly findDevice: Sessions["findDevice"];
	/** Whether apps may step up for a request to replace an identity. */
	readonly stepUp: boolean;
}

const gone: InteractionGone = { ok: false, reason: "gone" };

/** What the consent page works with, over the engine's waiting requests. */
export function createInteractions(deps: InteractionsDeps): Interactions {
	return {
		async details(pair, accountId) {
			const found = await find(deps.provider, pair);
			return found === undefined || found.result !== undefined ? gone : detailsOf(deps, found, accountId);
		},
		async replaces(pair, accountId) {
			const found = await find(deps.provider, pair);
			if (found === undefined || found.result !== undefined) return gone;
			return { ok: true, uid: found.uid, ...(await replacesOf(deps, found, accountId)) };
		},
		async grant(pair, consent) {
			const found = await find(deps.provider, pair);
			if (found === undefined) return gone;
			const since = proofNeededSince(found.params, found.iat * 1000);
			if (found.result === undefined && since !== undefined && !isProof(consent, since, deps.clock()))
				return { ok: false, reason: "proof-needed" };
			return answer(deps, { pair, found }, await judged(deps, found, consent));
		},
		async deny(pair, by) {
			const found = await find(deps.provider, pair);
			if (found === undefined) return gone;
			return answer(deps, { pair, found }, refusal(by, "access_denied", "the person declined"));
		},
		async answered(pair, { browser }) {
			const found = await find(deps.provider, pair);
			return found === undefined ? undefined : answerTo(deps, found, browser);
		},
	};
}

/** What lies in the future is no proof: the clock was stepped back since, and the password entered long before. */
function isProof({ provedAt }: Consent, since: number, now: number): boolean {
	return provedAt >= since && !isAhead(provedAt, now);
}

/** A yes, or why this person's yes is none. */
async function judged(deps: InteractionsDeps, found: Interaction, consent: Consent): Promise<GivenAnswer> {
	const mayAdminister = (await deps.findPerson(consent.accountId))?.admin === true;
	const scope = scopeOf(found);
	if (scope.admin && !mayAdminister)
		return refusal(consent, "invalid_scope", "the admin scope is for administrators");
	const granted = { decision: "granted", consent, scope: grantedScope(scope, { mayAdminister }) } as const;
	const asked = stepsUpFor(deps, found);
	if (asked !== undefined) {
		const { reference } = asked;
		const isOpen = await isOpenTo(deps, found, { accountId: consent.accountId, reference });
		return isOpen
			? { ...granted, acr: acrOfRequest(reference), approves: reference }
			: refusal(consent, unmet, notOpen);
	}
	const acr = acrOf(consent.provedHow, askedProof(found.params).acrValues);
	return acr === undefined ? refusal(consent, unmet, notSoStrong) : { ...granted, acr };
}

/**
 * The request to replace an identity for which the app steps up, as it says with an authentication context that we made
 * for it. One that cannot be read, or several, are a request that is not there.
 */
function stepsUpFor({ stepUp }: InteractionsDeps, { params }: Interaction) {
	const { acrValues } = askedProof(params);
	if (!stepUp || !namesRequest(acrValues)) return undefined;
	return { reference: requestOfAcr(acrValues) ?? "" };
}

/** Whether it waits, and the app that asks is the one that has the session which it is of. */
async function isOpenTo(
	deps: InteractionsDeps,
	found: Interaction,
	{ accountId, reference }: { readonly accountId: AccountId; readonly reference: string },
): Promise<boolean> {
	const session = await deps.findDevice(accountId, scopeOf(found).deviceId);
	if (session === undefined || session.keptUntil !== undefined) return false;
	if (session.clientId !== text(found, "client_id")) return false;
	const request = await deps.storage.read.requests.find({ reference });
	return mayBeElevated(request, { accountId, sessionId: session.id, now: deps.clock() });
}

/** @see https://www.rfc-editor.org/rfc/rfc9470#section-5 */
const unmet = "unmet_authentication_requirements";
const notOpen = "the request to replace the identity is not waiting, or is not of this app and device";
/** The person has shown all that the account has. */
const notSoStrong = "the person has no proof of the strength that was asked for";

function refusal(by: Answerer, error: string, description: string): GivenAnswer {
	return { decision: "refused", by, error, description };
}

/** The first answer counts; whoever gave it, and comes again, is told what it was. */
async function answer(
	deps: InteractionsDeps,
	{ pair, found }: { readonly pair: NodePair; readonly found: Interaction },
	given: GivenAnswer,
): Promise<InteractionOutcome> {
	const became = found.result === undefined ? await answerOnce(deps, found, given) : "too-late";
	if (became === "signed-out") return { ok: false, reason: "signed-out" };
	if (became !== "too-late") return { ok: true, answered: became };
	const now = await find(deps.provider, pair);
	const answered = now && (await answerTo(deps, now, answererOf(given).browser));
	return answered === undefined ? gone : { ok: true, answered };
}

/** The cookie names the interaction; the page's own address, which anybody can write into a link, does not. */
async function find(provider: Provider, { incoming, outgoing }: NodePair): Promise<Interaction | undefined> {
	try {
		return await provider.interactionDetails(incoming, outgoing);
	} catch (cause) {
		if (cause instanceof errors.SessionNotFound) return undefined;
		throw cause;
	}
}

async function detailsOf(
	deps: InteractionsDeps,
	found: Interaction,
	accountId: AccountId | undefined,
): Promise<InteractionDetails | InteractionGone> {
	const [clientId, redirectUri] = [text(found, "client_id"), text(found, "redirect_uri")];
	const client = clientId === undefined ? undefined : await deps.storage.read.clients.find(clientId);
	if (client === undefined || redirectUri === undefined) return gone;
	const scope = scopeOf(found);
	const since = proofNeededSince(found.params, found.iat * 1000);
	const hint = loginHintOf(found.params);
	return {
		ok: true,
		uid: found.uid,
		client: askingClient(client),
		redirectUri,
		redirectTarget: redirectTarget(redirectUri),
		scope,
		deviceKnown: accountId !== undefined && (await deps.findDevice(accountId, scope.deviceId)) !== undefined,
		prompt: promptOf(found.params),
		...(since === undefined ? {} : { proofNeededSince: since }),
		...(await replacesOf(deps, found, accountId)),
		...(hint === undefined ? {} : { loginHint: hint }),
		createdAt: found.iat * 1000,
		expiresAt: found.exp * 1000,
	};
}

async function replacesOf(
	deps: InteractionsDeps,
	found: Interaction,
	accountId: AccountId | undefined,
): Promise<Pick<InteractionDetails, "replaces">> {
	const asked = stepsUpFor(deps, found);
	if (asked === undefined) return {};
	const { reference } = asked;
	const isOpen = accountId !== undefined && (await isOpenTo(deps, found, { accountId, reference }));
	return { replaces: { reference, isOpen } };
}

function scopeOf(found: Interaction) {
	const scope = parseMatrixScope(text(found, "scope") ?? "");
	if (!scope.ok) throw new Error("an interaction was started with a scope that should have been refused");
	return scope.value;
}
