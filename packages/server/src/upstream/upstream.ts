import { hash } from "node:crypto";
import type { AccountId } from "@countersign/core";
import type { Hono } from "hono";
import type { UpstreamConfig } from "../config/index.ts";
import type { Env } from "../http/index.ts";
import { readAddress } from "../identifiers/index.ts";
import { createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import type { Outbound } from "../outbound/index.ts";
import type { ProofFor } from "../proofs/index.ts";
import { addressOf, parseResume, type Resume } from "../resume/index.ts";
import { secretHash } from "../secrets/index.ts";
import { type AdministersDeps, administersBy, setAdministers } from "./administers.ts";
import { createBackchannelLogout, type LogoutDeps, type LogoutUnit } from "./backchannel-logout.ts";
import { secretsOf } from "./browser-secrets.ts";
import { isLetIn, type ReadClaims, readClaims } from "./claims.ts";
import { upstreamLifetimes } from "./lifetimes.ts";
import type { Arrival, BegunUpstream, Intent, Said, UpstreamUnit } from "./ports.ts";
import { createProvider, type Exchanged, type Provider } from "./provider.ts";
import { beginStay, stayOf } from "./stay.ts";

/** Signing in at other services. */
export interface Upstream {
	/** In the order of the settings. */
	readonly providers: readonly Service[];
	/**
	 * Begins one for this browser: good for minutes, once, and to come back from that provider to that browser. What is
	 * written down opens nothing without the browser's cookie.
	 */
	begin(asked: Beginning & { readonly intent: Exclude<Intent, { kind: "link" }> }): Promise<BeginOutcome>;
	/** The same, to link whoever they are there: this side was shown, and that they come back is for this alone. */
	beginLink(asked: Beginning & { readonly proof: ProofFor<"change-links"> }): Promise<BeginOutcome>;
	/** Somebody comes back from a provider. */
	arrive(answer: {
		readonly provider: string;
		readonly query: URLSearchParams;
		readonly cookie: string | undefined;
		readonly address: string;
	}): Promise<ArriveOutcome>;
	/** Who came back in this browser and has no account. */
	arrived(cookie: string | undefined): Promise<Arrived | undefined>;
	/** They do not want one. */
	forget(cookie: string | undefined, of: Pick<Arrival, "provider" | "subject">): Promise<void>;
	/** Those by which people with such an address sign in, whoever it is of. None: it is no address, or of no such domain. */
	ofAddress(typed: string): readonly Service[];
	/** What this browser is known by. */
	browserHash(cookie: string): string;
	/** Where services say that somebody signed out there. */
	readonly logout: Hono<Env>;
}

interface Beginning {
	readonly provider: string;
	readonly to: Resume;
	/** Whom they say they are. The service is told where it is an address of its domains, and nothing else. */
	readonly loginHint?: string | undefined;
	/** Of the browser, where it has one: it may be on the way in several windows. */
	readonly cookie: string | undefined;
	readonly address: string;
}

export interface Arrived extends Arrival {
	readonly service: Registering;
	/** What stands for who they are there in a form, and says nothing of them. */
	readonly key: string;
}

export interface Service {
	readonly id: string;
	readonly name: string;
}

/** One at which new people may come from. */
interface Registering extends Service {
	readonly newAccounts: "yes" | "token" | "no";
}

export type BeginOutcome =
	| { readonly ok: true; readonly url: string; readonly cookie: string; readonly service: Service }
	| { readonly ok: false; readonly reason: "unknown" }
	/** `invalid`: what it says of itself is nothing to go by. */
	| { readonly ok: false; readonly reason: "unreachable" | "invalid"; readonly service: Service }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

export type ArriveOutcome =
	/** An account is linked: whose, and when they last showed there who they are. */
	| {
			readonly ok: true;
			readonly is: "known";
			readonly accountId: AccountId;
			readonly at: number;
			/** Their session there, where its end is told here. */
			readonly stay: string | undefined;
			readonly to: Resume;
	  }
	/** Nobody is; who they are there is kept for this browser. */
	| { readonly ok: true; readonly is: "new"; readonly to: Resume }
	/** Whoever is signed in here showed it there, just now, for this. */
	| {
			readonly ok: true;
			readonly is: "shown";
			readonly intent: Exclude<Intent, { kind: "sign-in" }>;
			readonly arrival: Arrival;
			readonly owner: AccountId | undefined;
			readonly to: Resume;
	  }
	| ArriveRefusal;

export type ArriveRefusal =
	/** Nobody began it here, or not in this browser, or too long ago. */
	| { readonly ok: false; readonly reason: "not-begun" }
	/** Its answer came before. */
	| { readonly ok: false; readonly reason: "used"; readonly to: Resume }
	| {
			readonly ok: false;
			readonly reason: "refused" | "unreachable" | "invalid" | "not-let-in" | "not-anew" | "other-issuer";
			readonly service: Service;
			readonly to: Resume;
	  }
	/** The provider does not say of them what the operator wants to know. */
	| { readonly ok: false; readonly reason: "missing"; readonly service: Service; readonly to: Resume }
	/** Their name there is another person's here, or as good as. */
	| {
			readonly ok: false;
			readonly reason: "name-taken";
			readonly service: Service;
			readonly localpart: string;
			readonly to: Resume;
	  }
	| { readonly ok: false; readonly reason: "no-new-accounts"; readonly service: Service; readonly to: Resume }
	| { readonly ok: false; readonly reason: "throttled"; readonly retryAfterMs: number };

interface Deps<Unit extends UpstreamUnit & LogoutUnit> extends LogoutDeps<Unit>, AdministersDeps<Unit> {
	readonly config: readonly UpstreamConfig[];
	readonly newRateLimiter: NewRateLimiter;
	readonly outbound: Pick<Outbound, "request">;
	readonly publicBase: string;
	readonly serverName: string;
}

/** Each is a row, and a question to somebody else's server. */
const begun = { name: "upstream", points: 60, seconds: 60 };
const answers = { name: "upstream answers", points: 120, seconds: 60 };

interface Known {
	readonly config: UpstreamConfig;
	readonly provider: Provider;
}

export function createUpstream<Unit extends UpstreamUnit & LogoutUnit>(deps: Deps<Unit>): Upstream {
	const { storage, clock, random } = deps;
	const attempts = createAddressAttempts(begun, deps.newRateLimiter);
	const answered = createAddressAttempts(answers, deps.newRateLimiter);
	const known = new Map(
		deps.config.map((config): [string, Known] => {
			const redirectUri = `${deps.publicBase}upstream/callback/${config.id}`;
			return [config.id, { config, provider: createProvider({ ...deps, config, redirectUri }) }];
		}),
	);
	const begin = async ({
		provider: id,
		intent,
		to,
		cookie = random.token(32),
		address,
		loginHint = "",
	}: Beginning & { readonly intent: Intent }): Promise<BeginOutcome> => {
		const at = known.get(id);
		if (at === undefined) return { ok: false, reason: "unknown" };
		const allowance = await attempts.take(address);
		if (!allowance.ok) return allowance;
		const service = serviceOf(at.config);
		const state = random.token(32);
		const anew = intent.kind !== "sign-in";
		const there = await at.provider.authorizationUrl({
			...{ ...secretsOf(cookie, state), state, anew },
			loginHint: addressAt(at.config, loginHint),
		});
		if (!there.ok) {
			const { reason, detail } = there;
			deps.log.warn(
				{ provider: id, reason, detail },
				"nobody signs in by a provider that says nothing to go by",
			);
			return { ok: false, reason, service };
		}
		const createdAt = clock();
		await storage.write((unit) =>
			unit.upstreamSignIns.add({
				...{ stateHash: secretHash(state), browserHash: secretHash(cookie), provider: id, intent },
				...{ resume: addressOf(to), createdAt, expiresAt: createdAt + upstreamLifetimes.begunMs },
			}),
		);
		return { ok: true, url: there.url, cookie, service };
	};
	return {
		providers: deps.config.map(serviceOf),
		ofAddress: (typed) =>
			deps.config.filter((config) => addressAt(config, typed) !== undefined).map(serviceOf),
		browserHash: secretHash,
		logout: createBackchannelLogout(deps, (id) => known.get(id)),

		begin,
		beginLink: ({ proof: { accountId, browser, generation }, ...asked }) =>
			begin({ ...asked, intent: { kind: "link", accountId, browser, generation } }),

		async arrive({ provider: id, query, cookie, address }) {
			const at = known.get(id);
			const state = query.getAll("state");
			const [is = "", another] = state;
			if (at === undefined || cookie === undefined || is === "" || another !== undefined) return notBegun;
			const allowance = await answered.take(address);
			if (!allowance.ok) return allowance;
			const answer = {
				stateHash: secretHash(is),
				browserHash: secretHash(cookie),
				provider: id,
				now: clock(),
			};
			// Before anything is asked: of the same answer twice, or one that was stolen, one counts.
			const begunHere = await storage.write((unit) => unit.upstreamSignIns.use(answer));
			if (begunHere === undefined) {
				const used = await storage.read.upstreamSignIns.findUsed(answer);
				return used === undefined ? notBegun : { ok: false, reason: "used", to: parseResume(used.resume) };
			}
			const to = parseResume(begunHere.resume);
			const service = serviceOf(at.config);
			const exchanged = await at.provider.exchange({ query, ...secretsOf(cookie, is), state: is });
			if (!exchanged.ok) {
				const { reason, detail } = exchanged;
				if (reason !== "refused")
					deps.log.warn({ provider: id, reason, detail }, "a sign-in by a provider came to nothing");
				return { ok: false, reason, service, to };
			}
			const read = readClaims(exchanged.claims, { config: at.config, serverName: deps.serverName });
			if (!isLetIn(exchanged.claims, at.config.requiredClaims)) {
				if (read.ok) await administersNoMore(deps, at.config, { exchanged, read });
				deps.log.warn({ provider: id }, "somebody without the claims that are required was not let in");
				return { ok: false, reason: "not-let-in", service, to };
			}
			if (!read.ok) {
				deps.log.warn(
					{ provider: id, missing: read.missing },
					"a provider does not say what is required of it",
				);
				return { ok: false, reason: "missing", service, to };
			}
			return come(deps, at.config, { begunHere, exchanged, read, cookie, to });
		},

		async arrived(cookie) {
			if (cookie === undefined) return undefined;
			const arrival = await storage.read.upstreamArrivals.find(secretHash(cookie), clock());
			const config = arrival && known.get(arrival.provider)?.config;
			if (arrival === undefined || config === undefined) return undefined;
			const key = hash("sha256", `${arrival.provider}\n${arrival.subject}`, "base64url");
			return { ...arrival, key, service: { ...serviceOf(config), newAccounts: config.newAccounts } };
		},

		async forget(cookie, { provider, subject }) {
			if (cookie === undefined) return;
			const of = { browserHash: secretHash(cookie), provider, subject };
			await storage.write(({ upstreamArrivals }) => upstreamArrivals.forget(of));
		},
	};
}

/**
 * What it does not say is as if it had been long ago: nothing sensitive is done by it. So is a time that is still to
 * come by more than clocks differ: it would be as good as now for ever.
 */
function provedBy(said: number | undefined, now: number): number {
	return said === undefined || said > now + upstreamLifetimes.skewMs ? 0 : Math.min(said, now);
}

/** Who is let in no more is no administrator by this service either, whatever else it says. */
async function administersNoMore<Unit extends UpstreamUnit & LogoutUnit>(
	deps: Deps<Unit>,
	config: UpstreamConfig,
	{ exchanged: { claims, issuer }, read: { subject } }: Pick<Come, "exchanged" | "read">,
): Promise<void> {
	if (administersBy(claims, config) === undefined) return;
	const { id: provider } = config;
	const linked = await deps.storage.read.accountLinks.ownerOf(provider, subject);
	if (linked?.issuer !== issuer) return;
	await setAdministers(deps, { accountId: linked.accountId, provider, administers: false });
}

interface Come {
	readonly begunHere: BegunUpstream;
	readonly exchanged: Extract<Exchanged, { ok: true }>;
	readonly read: Extract<ReadClaims, { ok: true }>;
	readonly cookie: string;
	readonly to: Resume;
}

/** Whoever they are there is known; who they are here is decided by what is linked, and by nothing that they may choose. */
async function come<Unit extends UpstreamUnit & LogoutUnit>(
	deps: Deps<Unit>,
	config: UpstreamConfig,
	{ begunHere, exchanged, read, cookie, to }: Come,
): Promise<ArriveOutcome> {
	const { storage, clock } = deps;
	const { subject } = read;
	const administers = administersBy(exchanged.claims, config);
	const said: Said = { ...read.said, ...(administers === true && { administers }) };
	const { issuer } = exchanged;
	const { id: provider } = config;
	const service = serviceOf(config);
	const now = clock();
	const { intent, createdAt } = begunHere;
	const at = provedBy(read.provedAt, now);
	const arrival: Arrival = { provider, issuer, subject, said, provedAt: at, resume: begunHere.resume };
	const linked = await storage.read.accountLinks.ownerOf(provider, subject);
	// A subject is one issuer's: another one that was given the same id here has other people.
	if (linked?.issuer !== undefined && linked.issuer !== issuer) {
		deps.log.warn({ provider }, "a link is another issuer's than the provider that is set up under its id");
		return { ok: false, reason: "other-issuer", service, to };
	}
	const owner = linked?.accountId;
	const stay = stayOf(config, exchanged, now);
	const over = { ok: false, reason: "refused", service, to } as const;
	// For those of whom nothing begins below, too; whoever signs out from here on is seen where something does.
	if (stay !== undefined && (await storage.read.upstreamStays.isOver(stay))) return over;
	if (intent.kind !== "sign-in") {
		// Whoever sits at a browser in which somebody is signed in there has shown nothing.
		if (at < createdAt - upstreamLifetimes.skewMs) return { ok: false, reason: "not-anew", service, to };
		if (stay !== undefined && intent.kind === "prove" && owner === intent.accountId) {
			const begunBy = await storage.write(async ({ upstreamStays }) => {
				const begun = await beginStay(upstreamStays, stay, deps);
				if (begun !== "over" && begun.stay !== undefined)
					await upstreamStays.follow(intent.browser, begun.stay);
				return begun;
			});
			if (begunBy === "over") return over;
		}
		return { ok: true, is: "shown", intent, arrival, owner, to };
	}
	if (owner !== undefined) {
		const begunBy = await storage.write(async ({ accountLinks, upstreamStays }) => {
			// Unlinked meanwhile, or another issuer's by a sign-in that was faster.
			if (linked?.issuer === undefined && !(await accountLinks.noteIssuer({ provider, subject, issuer })))
				return "not-theirs";
			return beginStay(upstreamStays, stay, deps);
		});
		if (begunBy === "over") return over;
		if (begunBy === "not-theirs") return { ok: false, reason: "other-issuer", service, to };
		await setAdministers(deps, { accountId: owner, provider, administers });
		return { ok: true, is: "known", accountId: owner, at, ...begunBy, to };
	}
	const taken = said.localpart && (await storage.read.accounts.find({ localpart: said.localpart.value }));
	// Whose that is says nobody there: they sign in to it as always, and link it.
	if (taken !== undefined && said.localpart?.isFixed)
		return { ok: false, reason: "name-taken", service, localpart: said.localpart.value, to };
	if (config.newAccounts === "no") return { ok: false, reason: "no-new-accounts", service, to };
	const expiresAt = now + upstreamLifetimes.arrivedMs;
	const begunBy = await storage.write(async (unit) => {
		const begun = await beginStay(unit.upstreamStays, stay, deps);
		if (begun === "over") return begun;
		const its = begun.stay === undefined ? {} : { stay: begun.stay };
		await unit.upstreamArrivals.put({ ...arrival, ...its, browserHash: secretHash(cookie), expiresAt });
		return begun;
	});
	return begunBy === "over" ? over : { ok: true, is: "new", to };
}

/** What a line of the log says of a link. */
export function detailOf({ provider, said }: Pick<Arrival, "provider" | "said">): Record<string, string> {
	return { provider, ...(said.accountName !== undefined && { name: said.accountName }) };
}

/**
 * What was typed, as an address of the service's domains; undefined where it is none. By the whole domain: who owns
 * another below it is somebody else. As it was read, not as it was typed: the service reads no other than we did.
 */
function addressAt({ emailDomains }: UpstreamConfig, typed: string): string | undefined {
	const read = readAddress(typed);
	const isTheirs = read !== undefined && emailDomains.includes(read.key.slice(read.key.lastIndexOf("@") + 1));
	return isTheirs ? read.address : undefined;
}

function serviceOf({ id, name }: UpstreamConfig): Service {
	return { id, name };
}

const notBegun = { ok: false, reason: "not-begun" } as const;
