import type { ServerResponse } from "node:http";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, plainAddress, type RawHandler } from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { createCodeGrant } from "./grants/authorization-code.ts";
import { createRefreshGrant } from "./grants/refresh-token.ts";
import { createInteractions } from "./interactions.ts";
import { type AuthorizationMetadata, authorizationMetadata, createMetadataRoutes } from "./metadata.ts";
import { createPerAddress } from "./per-address.ts";
import { pinRequest } from "./pin-request.ts";
import type {
	AuthorizationStorage,
	AuthorizationUnit,
	FindPerson,
	Interactions,
	RenderError,
} from "./ports.ts";
import { createProvider } from "./provider.ts";
import { createRegistrationRoutes } from "./registration.ts";
import { loadSigningKey } from "./signing-keys.ts";

export interface AuthorizationDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	readonly sessions: Pick<Sessions<AuthorizationUnit>, "open" | "end" | "refresh" | "findDevice">;
	readonly findPerson: FindPerson;
	/** With a trailing slash and no path. */
	readonly publicBase: string;
	readonly openRegistration: boolean;
	/** Default: one line of text. */
	readonly renderError?: RenderError;
	/** Told what broke inside the engine. */
	readonly report: (error: unknown) => void;
}

export interface Authorization {
	/** Answers the paths that `isEnginePath` names. */
	readonly callback: RawHandler;
	/** Metadata and registration. */
	readonly routes: Hono<Env>;
	readonly interactions: Interactions;
	readonly metadata: AuthorizationMetadata;
}

/** Puts the parts together. Reads or makes the signing key. */
export async function createAuthorization(deps: AuthorizationDeps): Promise<Authorization> {
	const { storage, clock, sessions, publicBase, openRegistration, findPerson, report } = deps;
	const signingKey = await loadSigningKey(storage);
	const renderError = deps.renderError ?? plainError;
	const provider = createProvider({
		storage,
		clock,
		publicBase,
		signingKey,
		findPerson,
		renderError,
		report,
	});
	// In place of the engine's own: its steps are separate writes, and it forgives no lost answer.
	provider.registerGrantType(
		"authorization_code",
		createCodeGrant({ storage, clock, sessions }),
		codeParameters,
	);
	provider.registerGrantType("refresh_token", createRefreshGrant(sessions), ["refresh_token"]);
	const hasDevice = async (accountId: string, deviceId: string) =>
		(await sessions.findDevice(accountId, deviceId)) !== undefined;
	return {
		callback: pinned(provider.callback(), { publicBase, renderError }),
		routes: new Hono<Env>()
			.route("/", createMetadataRoutes({ publicBase, openRegistration }))
			.route("/", createRegistrationRoutes({ storage, clock })),
		interactions: createInteractions({ provider, storage, findPerson, hasDevice, openRegistration }),
		metadata: authorizationMetadata({ publicBase, openRegistration }),
	};
}

const codeParameters = ["code", "code_verifier", "redirect_uri"];

/** Requests to sign in from one address. Each is kept until it expires, answered or not, and anybody can make them. */
const authorizationsPerMinute = 120;

function pinned(
	engine: RawHandler,
	{ publicBase, renderError }: { readonly publicBase: string; readonly renderError: RenderError },
): RawHandler {
	const tooSoon = createPerAddress(authorizationsPerMinute);
	return async (request, response) => {
		if (!pinRequest(request, publicBase)) {
			response.writeHead(400).end();
			return;
		}
		const begins = /^\/authorize(?:\?|$)/.test(request.url ?? "");
		const waitMs = begins ? await tooSoon(plainAddress(request.socket.remoteAddress)) : undefined;
		if (waitMs === undefined) await engine(request, response);
		else await refuse(response, { waitMs, renderError });
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

const plainError: RenderError = ({ status, description }) =>
	new Response(description, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
