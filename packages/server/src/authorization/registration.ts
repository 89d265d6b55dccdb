import { hash } from "node:crypto";
import { ulidOfBytes } from "@countersign/core";
import { canonicalJson } from "@countersign/protocol";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { answerOtherMethods, type Env, json, oauthError, readJson, withCors } from "../http/index.ts";
import { type Attempts, createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { MayBegin } from "./allowed-clients.ts";
import { type ClientMetadata, parseClientMetadata } from "./client-metadata.ts";
import type { AuthorizationStorage, ClientRecord, KnownClient } from "./ports.ts";

export interface RegistrationDeps {
	readonly storage: AuthorizationStorage;
	readonly clock: Clock;
	/** With a trailing slash: of a server on loopback, apps that are tried out there may be, too. */
	readonly publicBase: string;
	readonly newRateLimiter: NewRateLimiter;
	/** Default: every app may. */
	readonly mayBegin?: MayBegin;
}

const path = "/oauth2/registration";
/** From one address: apps register at every sign-in, and offices share an address. */
const registrations = { name: "client", points: 60, seconds: 60 } as const;
/** Apps that were not known yet: of many people there are few kinds. */
const newApps = { name: "client day", points: 500, seconds: 86_400 } as const;
/** Anybody may register, and what is registered is kept: real metadata have one or two thousand bytes. */
const bodyLimit = 8 * 1024;

/**
 * Open dynamic registration. The same metadata are the same client, so that apps may register at every sign-in, as
 * they have to, without filling the database.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-registration
 */
export function createRegistrationRoutes(deps: RegistrationDeps): Hono<Env> {
	const attempts = createAddressAttempts(registrations, deps.newRateLimiter);
	const news = createAddressAttempts(newApps, deps.newRateLimiter);
	const routes = new Hono<Env>();
	routes.post(path, async (c) => {
		const { address } = c.env;
		const allowance = await attempts.take(address);
		if (!allowance.ok) return withCors(throttled(allowance.retryAfterMs));
		return withCors(await register(deps, c.req.raw, () => news.take(address)));
	});
	answerOtherMethods(routes, path, ["POST"]);
	return routes;
}

async function register(
	{ storage, clock, publicBase, mayBegin = () => true }: RegistrationDeps,
	request: Request,
	takeNew: () => ReturnType<Attempts<string>["take"]>,
): Promise<Response> {
	const body = await readJson(request, bodyLimit);
	if (!body.ok)
		return body.reason === "too-large"
			? oauthError(413, "invalid_request", `The request is longer than ${bodyLimit} bytes`)
			: oauthError(400, "invalid_request", "The request must be JSON");
	const parsed = parseClientMetadata(body.value, { onLoopback: isLoopbackBase(publicBase) });
	if (!parsed.ok) return oauthError(400, parsed.error, parsed.description);
	const client = { id: clientId(parsed.value), metadata: parsed.value, createdAt: clock() };
	if (!mayBegin(client))
		return oauthError(
			403,
			"access_denied",
			"This server takes no other apps than those that its operator names",
		);
	const known = await storage.read.clients.find(client.id);
	if (known === undefined) {
		const allowance = await takeNew();
		if (!allowance.ok) return throttled(allowance.retryAfterMs);
	} else if (isNotedLately(known, clock())) return registered(known);
	return registered(await storage.write((unit) => unit.clients.register(client)));
}

/**
 * Apps register at every sign-in, all of one kind as one client. So many write one row together that each would wait for
 * the others, and what they note is when it may be deleted, a day later.
 */
const notedEveryMs = 3_600_000;

/** A time that is still to come is none: the clock was set back since. */
function isNotedLately({ lastUsedAt }: KnownClient, now: number): boolean {
	return lastUsedAt <= now && now - lastUsedAt < notedEveryMs;
}

function isLoopbackBase(publicBase: string): boolean {
	return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(publicBase).hostname);
}

/** Everything that was registered, and nothing else. RFC 7591 section 3.2.1. */
function registered({ id, metadata, createdAt }: ClientRecord): Response {
	const { localized, ...plain } = metadata;
	const issued = { client_id: id, client_id_issued_at: Math.floor(createdAt / 1000) };
	return json(201, { ...issued, ...plain, ...localized }, { pragma: "no-cache" });
}

/**
 * The label keeps the id from being a hash of anything else. Public clients have no secret, so it may be guessed. In the
 * shape that MAS gives to ids, so that apps may go there; of two kinds of metadata with one id the first counts.
 */
function clientId(metadata: ClientMetadata): string {
	const digest = hash("sha256", `countersign client\n${canonicalJson(metadata)}`, "buffer");
	return ulidOfBytes(digest.subarray(0, 16));
}

function throttled(waitMs: number): Response {
	const response = oauthError(429, "temporarily_unavailable", "Too many registrations from this address");
	response.headers.set("retry-after", String(Math.ceil(waitMs / 1000)));
	return response;
}
