import Provider, {
	type Configuration,
	type KoaContextWithOIDC,
	type AsymmetricSigningAlgorithm as SigningAlgorithm,
} from "oidc-provider";
import { type AdapterDeps, createAdapters } from "./adapter.ts";
import { answerApps, send } from "./app-endpoints.ts";
import { type ClientSecrets, compareSecretHashes } from "./client-secrets.ts";
import { type KeepHereDeps, keepHere } from "./keep-here.ts";
import { lifetimes } from "./lifetimes.ts";
import { createPolicy } from "./policy.ts";
import type { AnswerFailure, RenderError } from "./ports.ts";
import { checkScope, resource, resourceInfo } from "./scopes.ts";
import { type ShowFirstDeps, showFirst } from "./show-first.ts";
import { algorithmsOf, type SigningKey, signingAlgorithm } from "./signing-keys.ts";
import { renamedParameters, withoutOpenid } from "./without-openid.ts";

export interface ProviderDeps extends AdapterDeps, KeepHereDeps, ShowFirstDeps {
	readonly secrets: ClientSecrets;
	/** With a trailing slash; the issuer, and the base of every address in an answer. */
	readonly publicBase: string;
	/** The first is used where a client asks for no other. */
	readonly signingKeys: readonly SigningKey[];
	/** Told what broke inside the engine. */
	readonly report: (error: unknown) => void;
	/** Default: the engine's own words. */
	readonly answerFailure: AnswerFailure | undefined;
}

/**
 * The engine, cut down to judging the requests of public clients and beginning an interaction. The person's answer,
 * the code it makes and what the code buys are ours: see interaction-answer.ts and grants/.
 */
export function createProvider(deps: ProviderDeps): Provider {
	const provider = new Provider(deps.publicBase, configuration(deps));
	compareSecretHashes(provider, deps.secrets);
	// The address, the scheme and the host it sees were pinned before, see pin-request.ts.
	provider.proxy = true;
	const failures = new WeakMap<object, unknown>();
	provider.on("server_error", (ctx, error) => {
		failures.set(ctx, error);
		deps.report(error);
	});
	provider.onerror = deps.report;
	provider.use(answerFailed(failures, deps.answerFailure));
	provider.use(answerApps);
	provider.use(answerByGet(deps.renderError));
	provider.use(showFirst(deps));
	provider.use(keepHere(deps));
	provider.use(refuseFormPost);
	provider.use(withoutOpenid);
	provider.use(forgetSession);
	return provider;
}

function configuration(deps: ProviderDeps): Configuration {
	const off = { enabled: false } as const;
	return {
		adapter: createAdapters(deps),
		jwks: { keys: [...deps.signingKeys] },
		routes: { authorization: "/authorize", token: "/oauth2/token", jwks: "/oauth2/keys.json" },
		scopes: ["openid"],
		responseTypes: ["code"],
		clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
		clientDefaults: { id_token_signed_response_alg: signingAlgorithm },
		enabledJWA: { idTokenSigningAlgValues: [...algorithmsOf(deps.signingKeys)] as SigningAlgorithm[] },
		// RFC 9700 section 2.1.1: for every client. The engine knows no method but S256.
		pkce: { required: () => true },
		allowOmittingSingleRegisteredRedirectUri: false,
		expiresWithSession: () => false,
		extraParams: { scope: checkScope, ...renamedParameters },
		interactions: { policy: createPolicy(deps.recognise), url: (_, { uid }) => `/interaction/${uid}` },
		cookies: { names: cookieNames(deps.publicBase) },
		ttl: ttl(),
		features: {
			devInteractions: off,
			dPoP: off,
			pushedAuthorizationRequests: off,
			rpInitiatedLogout: off,
			userinfo: off,
			resourceIndicators: {
				enabled: true,
				defaultResource: () => resource,
				useGrantedResource: () => true,
				getResourceServerInfo: resourceInfo,
			},
		},
		// Nobody is ever signed in to the engine, so that it has nobody to look up.
		findAccount: async () => undefined,
		renderError: (ctx, out) => renderError(deps.renderError, ctx, out),
	};
}

/** The prefix keeps a neighbour on plain http from planting an interaction of its own. */
function cookieNames(publicBase: string) {
	const prefix = publicBase.startsWith("https:") ? "__Secure-" : "";
	return {
		session: "countersign_engine",
		interaction: `${prefix}countersign_interaction`,
		resume: `${prefix}countersign_resume`,
	};
}

function ttl() {
	return {
		Interaction: lifetimes.interactionSeconds,
		IdToken: lifetimes.idTokenSeconds,
		Session: lifetimes.interactionSeconds,
	};
}

async function renderError(
	render: RenderError,
	ctx: KoaContextWithOIDC,
	out: { readonly error: string; readonly error_description?: string | undefined },
): Promise<void> {
	const page = await render({
		status: ctx.status,
		error: out.error,
		description: out.error_description ?? "The request could not be understood.",
	});
	await send(ctx, page);
}

/** What is for people is opened, never posted to: a page says so, where the engine has plain words. */
function answerByGet(render: RenderError) {
	return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
		if (ctx.method === "GET" || ctx.method === "HEAD" || !ctx.path.startsWith("/authorize")) return next();
		ctx.status = 405;
		ctx.set("Allow", "GET");
		const told = { error: "invalid_request", error_description: "Only GET is answered here" };
		await renderError(render, ctx, told);
	};
}

/**
 * The engine says of every failure that something went wrong, and is not asked which: what it has prepared is
 * replaced. CORS headers that were set before stay.
 */
function answerFailed(failures: WeakMap<object, unknown>, answer: AnswerFailure | undefined) {
	return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
		const { path } = ctx;
		await next();
		if (answer !== undefined && failures.has(ctx)) await send(ctx, answer(failures.get(ctx), path));
	};
}

/** The engine's `form_post` is a page with a script of its own, and it would use it for the refusal as well. */
async function refuseFormPost(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
	const mode = ctx.query.response_mode;
	if (mode === "form_post") ctx.query = { ...ctx.query, response_mode: "unsupported" };
	await next();
}

const unused = /^(?:__Secure-)?countersign_(?:engine|resume)/;

/**
 * The engine has no session of its own between two requests: it is offered no cookie and sets none. Who signed in is
 * ours alone to know. Nor is there a way to resume what it began: the answer is given elsewhere.
 */
async function forgetSession(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
	await next();
	const cookies = ctx.response.headers["set-cookie"];
	if (!Array.isArray(cookies)) return;
	const others = cookies.filter((cookie) => !unused.test(cookie));
	if (others.length === 0) ctx.remove("set-cookie");
	else ctx.set("set-cookie", others);
}
