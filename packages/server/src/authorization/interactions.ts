import { parseMatrixScope } from "@countersign/protocol";
import type Provider from "oidc-provider";
import { errors, type InteractionResults } from "oidc-provider";
import { askingClient, redirectTarget } from "./asking-client.ts";
import type {
	AuthorizationStorage,
	Consent,
	FindPerson,
	InteractionDetails,
	InteractionGone,
	InteractionOutcome,
	Interactions,
	NodePair,
} from "./ports.ts";
import { proofNeededSince } from "./proof.ts";

type Interaction = Awaited<ReturnType<Provider["interactionDetails"]>>;

export interface InteractionsDeps {
	readonly provider: Provider;
	readonly storage: AuthorizationStorage;
	readonly findPerson: FindPerson;
	readonly hasDevice: (accountId: string, deviceId: string) => Promise<boolean>;
}

const gone: InteractionGone = { ok: false, reason: "gone" };

/** What the consent page works with, over the engine's waiting requests. */
export function createInteractions(deps: InteractionsDeps): Interactions {
	return {
		async details(pair, accountId) {
			const found = await find(deps.provider, pair);
			return found === undefined ? gone : detailsOf(deps, found, accountId);
		},
		async grant(pair, consent) {
			const found = await find(deps.provider, pair);
			if (found === undefined) return gone;
			const since = proofNeededSince(found.params, found.iat * 1000);
			if (since !== undefined && consent.provedAt < since) return { ok: false, reason: "proof-needed" };
			const person = await deps.findPerson(consent.accountId);
			if (scopeOf(found).admin && person?.admin !== true)
				return answer(deps.provider, pair, refusal("invalid_scope", "the admin scope is for administrators"));
			return answer(deps.provider, pair, agreement(consent));
		},
		async deny(pair) {
			const found = await find(deps.provider, pair);
			if (found === undefined) return gone;
			return answer(deps.provider, pair, refusal("access_denied", "the person declined"));
		},
	};
}

/** Every prompt is answered at once: one page signed in, registered and asked. */
function agreement({ accountId, generation, provedAt }: Consent): InteractionResults {
	const login = { accountId, ts: Math.floor(provedAt / 1000), remember: false };
	return { create: {}, login, consent: { grantId: String(generation) } };
}

function refusal(error: string, description: string): InteractionResults {
	return { error, error_description: description };
}

async function answer(
	provider: Provider,
	{ incoming, outgoing }: NodePair,
	result: InteractionResults,
): Promise<InteractionOutcome> {
	try {
		return { ok: true, url: await provider.interactionResult(incoming, outgoing, result) };
	} catch (cause) {
		if (cause instanceof errors.SessionNotFound) return gone;
		throw cause;
	}
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
	accountId: string | undefined,
): Promise<InteractionDetails | InteractionGone> {
	const [clientId, redirectUri] = [text(found, "client_id"), text(found, "redirect_uri")];
	const client = clientId === undefined ? undefined : await deps.storage.read.clients.find(clientId);
	if (client === undefined || redirectUri === undefined) return gone;
	const scope = scopeOf(found);
	const since = proofNeededSince(found.params, found.iat * 1000);
	const hint = text(found, "login_hint")?.replace(/^mxid:/, "");
	return {
		ok: true,
		uid: found.uid,
		client: askingClient(client),
		redirectUri,
		redirectTarget: redirectTarget(redirectUri),
		scope,
		deviceKnown: accountId !== undefined && (await deps.hasDevice(accountId, scope.deviceId)),
		prompt: promptOf(text(found, "prompt")?.split(" ") ?? []),
		...(since === undefined ? {} : { proofNeededSince: since }),
		...(hint === undefined ? {} : { loginHint: hint }),
		createdAt: found.iat * 1000,
		expiresAt: found.exp * 1000,
	};
}

function promptOf(asked: readonly string[]): InteractionDetails["prompt"] {
	if (asked.includes("create")) return "create";
	return asked.includes("login") ? "login" : "consent";
}

function scopeOf(found: Interaction) {
	const scope = parseMatrixScope(text(found, "scope") ?? "");
	if (!scope.ok) throw new Error("an interaction was started with a scope that should have been refused");
	return scope.value;
}

function text(found: Interaction, name: string): string | undefined {
	const value = found.params[name];
	return typeof value === "string" && value !== "" ? value : undefined;
}
