import { createHash, randomBytes } from "node:crypto";
import type { AccountId } from "@countersign/core";
import { Hono } from "hono";
import { type Authorization, createAuthorization, isEnginePath } from "../../src/authorization/index.ts";
import type { Consent, InteractionOutcome, NodePair } from "../../src/authorization/ports.ts";
import { type Env, listen } from "../../src/http/index.ts";
import { alice, bob, openSessionWorld, random, type SessionWorld } from "./session-world.ts";

/** The authorization server on a real socket, with a page in place of the consent page that does what it is told. */
export interface AuthorizationWorld extends SessionWorld {
	readonly base: string;
	readonly authorization: Authorization;
	readonly reports: unknown[];
	/** Settable: what the stand-in for the consent page answers. */
	readonly page: { answer: (pair: NodePair) => Promise<InteractionOutcome> };
	/** Registers a client and returns its id. */
	register(metadata?: Readonly<Record<string, unknown>>): Promise<string>;
	/** The whole way through the browser; resolves with the parameters that reach the app. */
	authorize(request: Readonly<Record<string, string>>): Promise<Callback>;
	exchange(form: Readonly<Record<string, string>>): Promise<TokenAnswer>;
	close(): Promise<void>;
}

interface Callback {
	readonly location: string;
	readonly params: URLSearchParams;
}

interface TokenAnswer {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Readonly<Record<string, unknown>>;
}

export const redirectUri = "http://127.0.0.1/callback";
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = createHash("sha256").update(verifier).digest("base64url");

export const nativeClient = {
	application_type: "native",
	client_name: "An app",
	client_uri: "https://app.example.org/",
	redirect_uris: [redirectUri],
	response_types: ["code"],
	grant_types: ["authorization_code", "refresh_token"],
	token_endpoint_auth_method: "none",
};

export function scope(deviceId = "DEVICEAAAA"): string {
	return `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
}

/** An authorization request that is fine; every test spoils its own part. */
export function request(clientId: string, changes: Readonly<Record<string, string>> = {}) {
	return {
		client_id: clientId,
		response_type: "code",
		redirect_uri: redirectUri,
		scope: scope(),
		state: "state-1",
		code_challenge: challenge,
		code_challenge_method: "S256",
		...changes,
	};
}

export function exchangeForm(clientId: string, code: string, changes: Readonly<Record<string, string>> = {}) {
	return {
		grant_type: "authorization_code",
		client_id: clientId,
		redirect_uri: redirectUri,
		code,
		code_verifier: verifier,
		...changes,
	};
}

/** Without the parameters named. */
export function without<T extends Record<string, string>>(form: T, ...names: readonly string[]) {
	return Object.fromEntries(Object.entries(form).filter(([name]) => !names.includes(name)));
}

export async function openAuthorizationWorld(
	options: {
		readonly admin?: boolean;
		readonly openRegistration?: boolean;
		/** Where people find it, when that is not where it listens. */
		readonly publicBase?: string;
	} = {},
): Promise<AuthorizationWorld> {
	const sessionWorld = await openSessionWorld();
	const { storage, sessions, clock } = sessionWorld;
	await storage.write(async ({ browserSessions }) => {
		for (const accountId of [alice, bob]) {
			const session = {
				idHash: browserOf(accountId),
				accountId,
				generation: 0,
				createdAt: 1,
				provedHow: "password" as const,
				provedAt: 1,
			};
			await browserSessions.add({ ...session, expiresAt: Number.MAX_SAFE_INTEGER });
		}
	});
	const reports: unknown[] = [];
	const started: { authorization?: Authorization } = {};
	const page: AuthorizationWorld["page"] = {
		answer: (pair) => run().interactions.grant(pair, consentOf(alice, clock())),
	};
	const run = () => {
		if (started.authorization === undefined) throw new Error("not started");
		return started.authorization;
	};
	const pages = new Hono<Env>().get("/interaction/:uid", async (c) => {
		const outcome = await page.answer(c.env);
		return outcome.ok ? c.redirect(outcome.answered.url, 303) : c.text(outcome.reason, 409);
	});
	const listening = await listen({
		host: "127.0.0.1",
		port: 0,
		raw: (path) => (isEnginePath(path) ? run().callback : undefined),
		answer: (incoming, env) =>
			new Hono<Env>().route("/", run().routes).route("/", pages).fetch(incoming, env),
		onError: (error) => reports.push(error),
	});
	if (!listening.ok) throw new Error(listening.reason);
	const base = `http://127.0.0.1:${listening.server.port}/`;
	const person = { ...(options.admin === undefined ? {} : { admin: options.admin }) };
	started.authorization = await createAuthorization({
		...{ storage, clock, random, sessions, report: (error) => reports.push(error) },
		publicBase: options.publicBase ?? base,
		newRateLimiter: storage.newRateLimiter,
		openRegistration: options.openRegistration ?? true,
		secretKey: new Uint8Array(32).fill(7),
		programKey: new Uint8Array(32).fill(8),
		findPerson: async () => ({ admin: false, ...person }),
	});
	return {
		...{ ...sessionWorld, base, authorization: run(), reports, page },
		register: (metadata = nativeClient) => register(base, metadata),
		authorize: (asked) => authorize(base, asked),
		exchange: (form) => exchange(base, form),
		async close() {
			await listening.server.close(AbortSignal.abort());
			await sessionWorld[Symbol.asyncDispose]();
		},
	};
}

/** The yes of somebody who is signed in, in a browser of their own. */
export function consentOf(accountId: AccountId, provedAt: number, browser = browserOf(accountId)): Consent {
	return { accountId, generation: 0, provedAt, provedHow: "passkey", browser, address: "192.0.2.7" };
}

/** In which this person is signed in. */
function browserOf(accountId: AccountId): string {
	return `browser of ${accountId}`;
}

async function register(base: string, metadata: Readonly<Record<string, unknown>>): Promise<string> {
	const response = await fetch(`${base}oauth2/registration`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(metadata),
	});
	const body = (await response.json()) as { client_id?: string };
	if (response.status !== 201 || body.client_id === undefined) throw new Error(JSON.stringify(body));
	return body.client_id;
}

/** A browser for one walk: keeps cookies by path and follows redirects until one leaves the server. */
export function browser(base: string) {
	const jar = new Map<string, { readonly value: string; readonly path: string }>();
	return {
		jar,
		async open(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
			const url = new URL(path, base);
			const cookie = [...jar]
				.filter(([, { path: scopePath }]) => url.pathname.startsWith(scopePath))
				.map(([name, { value }]) => `${name}=${value}`)
				.join("; ");
			const response = await fetch(url, { redirect: "manual", headers: { ...headers, cookie } });
			for (const line of response.headers.getSetCookie()) {
				const [pair = "", ...attributes] = line.split("; ");
				const [name = "", value = ""] = pair.split("=");
				const cookiePath = attributes.find((each) => each.startsWith("path="))?.slice(5) ?? "/";
				if (value === "") jar.delete(name);
				else jar.set(name, { value, path: cookiePath });
			}
			return response;
		},
	};
}

export function authorizePath(asked: Readonly<Record<string, string>>): string {
	return `authorize?${new URLSearchParams(asked)}`;
}

async function authorize(base: string, asked: Readonly<Record<string, string>>): Promise<Callback> {
	const { open } = browser(base);
	let response = await open(authorizePath(asked));
	for (let steps = 0; steps < 5; steps++) {
		const location = response.headers.get("location");
		if (location === null) return linkBack(response.status, await response.text());
		const next = new URL(location, base);
		if (next.origin !== new URL(base).origin) {
			const params = new URLSearchParams(next.hash === "" ? next.search : next.hash.slice(1));
			return { location, params };
		}
		response = await open(location);
	}
	throw new Error("the way to the app does not end");
}

/** Of a refusal: the browser stays, and a link leads to the app. */
function linkBack(status: number, text: string): Callback {
	const location = text.split("\n").at(-1) ?? "";
	if (status !== 400 || !URL.canParse(location)) throw new Error(`${status} ${text}`);
	const url = new URL(location);
	return { location, params: new URLSearchParams(url.hash === "" ? url.search : url.hash.slice(1)) };
}

async function exchange(base: string, form: Readonly<Record<string, string>>): Promise<TokenAnswer> {
	const response = await fetch(`${base}oauth2/token`, { method: "POST", body: new URLSearchParams(form) });
	const body = (await response.json()) as Record<string, unknown>;
	return { status: response.status, headers: response.headers, body };
}

/** A device id nobody has used yet. */
export function freshDevice(): string {
	return randomBytes(8).toString("hex").toUpperCase();
}
