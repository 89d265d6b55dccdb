import { parseMatrixScope } from "@countersign/protocol";
import { Hono } from "hono";
import type { Clock, Random } from "../../config/ports.ts";
import {
	answerOtherMethods,
	type Env,
	json,
	oauthError,
	readForm,
	userAgent,
	withCors,
} from "../../http/index.ts";
import { createAddressAttempts, type NewRateLimiter } from "../../limits/index.ts";
import { recordHash } from "../adapter.ts";
import type { MayBegin } from "../allowed-clients.ts";
import { deviceGrantType } from "../client-metadata.ts";
import type { ClientSecrets } from "../client-secrets.ts";
import { lifetimes, polling } from "../lifetimes.ts";
import type { AuthorizationStorage } from "../ports.ts";
import { findAskingClient } from "./asking-client.ts";
import type { AskedByDevice } from "./ports.ts";
import { throttled } from "./throttled.ts";
import { createUserCode, formatUserCode, type UserCode, userCodeHash } from "./user-code.ts";

export interface DeviceEndpointDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	readonly random: Random;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly newRateLimiter: NewRateLimiter;
	readonly mayBegin: MayBegin;
	readonly secrets: ClientSecrets;
}

const path = "/oauth2/device";
const tooMany = "Too many requests from this address";
/** From one address: as many as registrations, which come before. */
const requests = [
	{ name: "device", points: 60, seconds: 60 },
	// Each is kept for a day after its end.
	{ name: "device day", points: 1000, seconds: 86_400 },
] as const;
/** A user id has at most 255 characters, and a word before it; what is longer means nobody and is left out. */
const longestHint = 300;
/** Two live codes that are alike are a rarity; five in a row are a broken generator. */
const mostCodes = 5;

/**
 * A device without a browser asks to be signed in elsewhere.
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.1
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4341
 */
export function createDeviceRoutes(deps: DeviceEndpointDeps): Hono<Env> {
	const attempts = createAddressAttempts(requests, deps.newRateLimiter);
	const routes = new Hono<Env>();
	routes.post(path, async (c) => {
		const { address } = c.env;
		const allowance = await attempts.take(address);
		return withCors(
			allowance.ok ? await ask(deps, c.req.raw, address) : throttled(tooMany, allowance.retryAfterMs),
		);
	});
	answerOtherMethods(routes, path, ["POST"]);
	return routes;
}

async function ask(deps: DeviceEndpointDeps, request: Request, address: string): Promise<Response> {
	const read = await readForm(request);
	if (!read.ok) return oauthError(400, "invalid_request", "The body is not a plain form");
	const { form } = read;
	if (form.repeated.length > 0) return oauthError(400, "invalid_request", "A parameter is repeated");
	const authorization = request.headers.get("authorization");
	const asking = await findAskingClient(deps, { form, authorization, address });
	if (!asking.ok) return asking.answer;
	const { client } = asking;
	if (!client.metadata.grant_types.includes(deviceGrantType))
		return oauthError(400, "unauthorized_client", "The client is not registered for this grant");
	if (!deps.mayBegin(client))
		return oauthError(400, "unauthorized_client", "This server does not let this app sign people in");
	const scope = parseMatrixScope(form.text("scope"));
	if (!scope.ok) return oauthError(400, scope.error, scope.description);
	const loginHint = hintOf(form.value("login_hint"));
	const createdAt = deps.clock();
	const codes = await issue(deps, {
		...{ clientId: client.id, scope: scope.value.tokens.join(" "), address, createdAt, loginHint },
		userAgent: userAgent(request),
		expiresAt: createdAt + lifetimes.deviceSeconds * 1000,
	});
	return answer(deps.publicBase, codes, loginHint);
}

function hintOf(asked = ""): string | undefined {
	return asked === "" || asked.length > longestHint ? undefined : asked.replace(/^mxid:/, "");
}

interface Codes {
	readonly deviceCode: string;
	readonly userCode: UserCode;
}

async function issue({ storage, random }: DeviceEndpointDeps, asked: AskedByDevice): Promise<Codes> {
	const deviceCode = random.token(32);
	for (let tries = 0; tries < mostCodes; tries++) {
		const userCode = createUserCode(random);
		const added = await storage.write((unit) =>
			unit.deviceAuthorizations.add({
				...asked,
				deviceCodeHash: recordHash(deviceCode),
				userCodeHash: userCodeHash(userCode),
				intervalMs: polling.intervalSeconds * 1000,
			}),
		);
		if (added) return { deviceCode, userCode };
	}
	throw new Error("no free user code was found");
}

/** @see https://www.rfc-editor.org/rfc/rfc8628#section-3.2 */
function answer(
	publicBase: string,
	{ deviceCode, userCode }: Codes,
	loginHint: string | undefined,
): Response {
	const page = new URL("link", publicBase).href;
	const shown = formatUserCode(userCode);
	const complete = new URLSearchParams({ code: shown });
	// Whoever follows it is nobody yet, and is led to sign in under that name. Who types the code is told on the page that asks.
	if (loginHint !== undefined) complete.set("login_hint", loginHint);
	const body = {
		device_code: deviceCode,
		user_code: shown,
		verification_uri: page,
		verification_uri_complete: `${page}?${complete}`,
		expires_in: lifetimes.deviceSeconds,
		interval: polling.intervalSeconds,
	};
	return json(200, body, { pragma: "no-cache" });
}
