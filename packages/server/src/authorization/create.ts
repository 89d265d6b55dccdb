import type { ServerResponse } from "node:http";
import { Hono } from "hono";
import type { Clock, Random } from "../config/ports.ts";
import { clientAddressOf, type Env, type RawHandler } from "../http/index.ts";
import { createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { allowedClients } from "./allowed-clients.ts";
import { clientCredentials, deviceGrantType } from "./client-metadata.ts";
import { createClientSecrets } from "./client-secrets.ts";
import { createDeviceRoutes } from "./device-grant/endpoint.ts";
import { createDeviceLinks } from "./device-grant/links.ts";
import { createCodeGrant } from "./grants/authorization-code.ts";
import { createClientCredentialsGrant } from "./grants/client-credentials.ts";
import { createDeviceGrant } from "./grants/device-code.ts";
import { createRefreshGrant } from "./grants/refresh-token.ts";
import { createInteractions } from "./interactions.ts";
import { type AuthorizationMetadata, authorizationMetadata, createMetadataRoutes } from "./metadata.ts";
import { pinRequest } from "./pin-request.ts";
import type {
	AnswerFailure,
	AuthorizationStorage,
	AuthorizationUnit,
	BegunRequests,
	DeviceLinks,
	FindPerson,
	Interactions,
	Recognise,
	RenderError,
	ShowPage,
} from "./ports.ts";
import { createProgramTokens, type ProgramTokens } from "./program-tokens.ts";
import { createProvider } from "./provider.ts";
import { createRegistrationRoutes } from "./registration.ts";
import { algorithmsOf, loadSigningKeys } from "./signing-keys.ts";

export interface AuthorizationDeps {
	readonly storage: AuthorizationStorage;
	/** Default: a request of an app is a unit of work. */
	readonly begunRequests?: BegunRequests | undefined;
	readonly clock: Clock;
	readonly random: Random;
	readonly sessions: Pick<
		Sessions<AuthorizationUnit>,
		"open" | "elevate" | "end" | "refresh" | "findDevice" | "listOf"
	>;
	readonly findPerson: FindPerson;
	/** Default: nobody is signed in anywhere. */
	readonly recognise?: Recognise;
	/** Default: every browser is sent to the page of its interaction. */
	readonly showPage?: ShowPage;
	/** With a trailing slash and no path. */
	readonly publicBase: string;
	readonly openRegistration: boolean;
	/** Whether apps may step up for a request to replace an identity (MSC4363). Default false. */
	readonly stepUp?: boolean;
	/** Which apps may register and sign people in, by host or id. Default: every one. */
	readonly allowedClients?: readonly string[] | undefined;
	/** Apps are here that show a secret. Default false. */
	readonly withSecrets?: boolean;
	/** 32 bytes, for nothing else; codes are made under it. */
	readonly secretKey: Uint8Array;
	/** 32 bytes, for nothing else; tokens of programs are made under it. */
	readonly programKey: Uint8Array;
	/** Default: one line of text. */
	readonly renderError?: RenderError;
	readonly newRateLimiter: NewRateLimiter;
	/** Told what broke inside the engine. */
	readonly report: (error: unknown) => void;
	/** What a request to this path of the engine is answered then. Default: the engine's own words. */
	readonly answerFailure?: AnswerFailure;
}

export interface Authorization {
	/** Answers the paths that `isEnginePath` names. */
	readonly callback: RawHandler;
	/** Metadata, registration and the device authorization endpoint. */
	readonly routes: Hono<Env>;
	readonly interactions: Interactions;
	readonly links: DeviceLinks;
	readonly metadata: AuthorizationMetadata;
	readonly programTokens: ProgramTokens;
}

/** Puts the parts together. Reads or makes the signing key. */
export async function createAuthorization(deps: AuthorizationDeps): Promise<Authorization> {
	const {
		storage,
		clock,
		random,
		sessions,
		publicBase,
		openRegistration,
		findPerson,
		report,
		newRateLimiter,
		secretKey,
	} = deps;
	const signingKeys = await loadSigningKeys(storage);
	const { withSecrets = false } = deps;
	const { stepUp = false } = deps;
	const mayBegin = allowedClients(deps.allowedClients);
	const about = { publicBase, openRegistration, withSecrets, algorithms: algorithmsOf(signingKeys) };
	const renderError = deps.renderError ?? plainError;
	const secrets = createClientSecrets(newRateLimiter);
	const provider = createProvider({
		storage,
		clock,
		publicBase,
		signingKeys,
		renderError,
		mayBegin,
		recognise: deps.recognise ?? (async () => undefined),
		showPage: deps.showPage,
		begunRequests: deps.begunRequests,
		sessions,
		secrets,
		report,
		answerFailure: deps.answerFailure,
	});
	// In place of the engine's own: its steps are separate writes, and it forgives no lost answer.
	provider.registerGrantType(
		"authorization_code",
		createCodeGrant({ storage, clock, random, sessions, stepUp }),
		codeParameters,
	);
	provider.registerGrantType("refresh_token", createRefreshGrant(sessions), ["refresh_token"]);
	provider.registerGrantType(deviceGrantType, createDeviceGrant({ storage, clock, sessions, findPerson }), [
		"device_code",
	]);
	const programTokens = createProgramTokens({ secretKey: deps.programKey, clock });
	provider.registerGrantType(
		clientCredentials,
		createClientCredentialsGrant({ storage, tokens: programTokens }),
		["scope"],
	);
	const hasDevice = async (...device: Parameters<Sessions["findDevice"]>) =>
		(await sessions.findDevice(...device)) !== undefined;
	return {
		callback: pinned(provider.callback(), { publicBase, renderError, newRateLimiter }),
		routes: new Hono<Env>()
			.route("/", createMetadataRoutes(about))
			.route("/", createRegistrationRoutes({ storage, clock, publicBase, newRateLimiter, mayBegin }))
			.route(
				"/",
				createDeviceRoutes({ storage, clock, random, publicBase, newRateLimiter, mayBegin, secrets }),
			),
		interactions: createInteractions({
			provider,
			storage,
			clock,
			findPerson,
			findDevice: sessions.findDevice,
			stepUp,
			secretKey,
			issuer: publicBase,
		}),
		links: createDeviceLinks({ storage, clock, random, findPerson, hasDevice, newRateLimiter }),
		metadata: authorizationMetadata(about),
		programTokens,
	};
}

const codeParameters = ["code", "code_verifier", "redirect_uri"];

/** Requests to sign in from one address. Each is kept until it expires, answered or not, and anybody can make them. */
const authorizations = [
	{ name: "authorize", points: 120, seconds: 60 },
	// Each is as long as a URL may be, and kept for an hour.
	{ name: "authorize hour", points: 1000, seconds: 3600 },
] as const;

function pinned(
	engine: RawHandler,
	{
		publicBase,
		renderError,
		newRateLimiter,
	}: {
		readonly publicBase: string;
		readonly renderError: RenderError;
		readonly newRateLimiter: NewRateLimiter;
	},
): RawHandler {
	const attempts = createAddressAttempts(authorizations, newRateLimiter);
	return async (request, response) => {
		if (!pinRequest(request, publicBase)) {
			response.writeHead(400).end();
			return;
		}
		const begins = /^\/authorize(?:\?|$)/.test(request.url ?? "");
		const address = clientAddressOf(request);
		const allowance = begins ? await attempts.take(address) : ({ ok: true } as const);
		if (allowance.ok) await engine(request, response);
		else await refuse(response, { waitMs: allowance.retryAfterMs, renderError });
	};
}

/** The person is told, not the app: to send the browser back, its request would have to be looked at. */
async function refuse(
	response: ServerResponse,
	{ waitMs, renderError }: { readonly waitMs: number; readonly renderError: RenderError },
): Promise<void> {
	const description = "Too many sign-ins were begun from this address.";
	const page = await renderError({ status: 429, error: "temporarily_unavailable", description });
	const headers = Object.fromEntries(page.headers);
	response.writeHead(429, { ...headers, "retry-after": String(Math.ceil(waitMs / 1000)) });
	response.end(await page.text());
}

const plainError: RenderError = ({ status, description, back }) =>
	new Response(back === undefined ? description : `${description}\n${back}`, {
		status,
		headers: { "content-type": "text/plain; charset=utf-8" },
	});
