import { Hono } from "hono";
import { createAccount, createRecognise, logoAddress } from "./account/index.ts";
import { adminFailure, isAdminPath } from "./admin/index.ts";
import { createAdministering } from "./administering.ts";
import {
	createAuthorization,
	createRevocationRoute,
	createUserinfoRoute,
	isEnginePath,
} from "./authorization/index.ts";
import { createCaptcha } from "./captcha/index.ts";
import { createCompatRoutes, createLogoutRoutes, createSso } from "./compat/index.ts";
import type { BrandingConfig, CaptchaConfig, EmailConfig, TokensConfig } from "./config/index.ts";
import { createDomain, type DomainDeps, derivedKey } from "./domain.ts";
import { createShowPage } from "./first-page.ts";
import { createUnrecognizedRoutes, guardedRouteOf, isGuardedPath } from "./guard/index.ts";
import { createGuarding, type Guarding } from "./guarding.ts";
import { createHealth } from "./health.ts";
import { createEmbedded } from "./homeserver/embedded/index.ts";
import { type Bindings, type Env, type RawHandler, routeOf } from "./http/index.ts";
import { createIntrospection } from "./introspection/index.ts";
import type { Job } from "./jobs/index.ts";
import { createKept, createReadKeptRoutes } from "./kept/index.ts";
import type { Log } from "./log/index.ts";
import { createMetricsRoute, type Metrics, observeSessions } from "./metrics/index.ts";
import { createMoveGate, wayBackOf } from "./moving/index.ts";
import { createNotices } from "./notices/index.ts";
import { createOutbound } from "./outbound/index.ts";
import { answerUnrouted, type Branding, createFailures, createPages, PeopleMoving } from "./pages/index.ts";
import { createBrowserSessions } from "./people/index.ts";
import {
	canStepUp,
	createDueEnds,
	createOwnTokens,
	endAdministering,
	endSessions,
	onDevices,
	type Sessions,
	usualRules,
} from "./sessions/index.ts";
import type { Unit } from "./storage/index.ts";
import { createUpstream } from "./upstream/index.ts";
import { english, say } from "./words/index.ts";

export interface PartsDeps extends Omit<DomainDeps, "report" | "operatorName"> {
	readonly log: Log;
	readonly metrics: Metrics;
	/** Whom people are told to ask. Default: nobody by name. */
	readonly operatorContact?: string | undefined;
	/** How their pages look. Default: as the program has it. */
	readonly branding?: BrandingConfig | undefined;
	/** The mail server. Default: nobody is sent mail. */
	readonly email?: EmailConfig;
	/** What tells people from programs where they register. Default: nothing does. */
	readonly captcha?: CaptchaConfig | undefined;
	/** Which apps may register and sign people in, by host or id. Default: every one. */
	readonly allowedClients?: readonly string[] | undefined;
	/** How long tokens for programs last that people make. Default: a year at most. */
	readonly tokens?: TokensConfig | undefined;
	/** Addresses that may read the metrics. */
	readonly metricsAllow: readonly string[];
	/** With a trailing slash. */
	readonly publicBase: string;
	/** Where apps reach the homeserver, with a trailing slash. */
	readonly homeserverBase: string;
	readonly introspectionSecret: string;
	/** Whether apps may step up to replace an identity. Default false. */
	readonly stepUp?: boolean | undefined;
	/** How long a person may object to an approval before it can be used. Default: not at all. */
	readonly resetDelayMs?: number;
}

export interface Parts {
	answer(request: Request, bindings: Bindings): Response | Promise<Response>;
	/** What answers a path that `isRawPath` names, where that is not `answer`: while people move in, it is. */
	raw(path: string): RawHandler | undefined;
	/** What a request to this path is answered at which its handler failed. */
	answerFailure(error: unknown, path: string): Response;
	readonly jobs: readonly Job[];
	/** What the path is called among routes, its parts as `:name`: for logs, which keep no ids. */
	routeOf(method: string, path: string): string;
	/** Writes down what is only in memory. Call it when no request is under way any more. */
	close(): Promise<void>;
}

/** What other processes left to be told, and what failed, is found by looking. */
const tellEveryMs = 2_000;

/** What ends by itself is told of days before. */
const endsEveryMs = 10 * 60_000;

/** Of nobody. */
const openWhileMoving: readonly string[] = ["/health", "/metrics"];

const introspectionPath = "/oauth2/introspect";

/** Paths answered on node's own objects: the hot one, those of the engine and, before Synapse, those that are guarded. */
export function isRawPath(path: string, hasGuard: boolean): boolean {
	return path === introspectionPath || isEnginePath(path) || (hasGuard && isGuardedPath(path));
}

/** Makes every part of the server and puts them together. */
export async function createParts(deps: PartsDeps): Promise<Parts> {
	const { storage, clock, random, log, publicBase, homeserverBase, serverName, openRegistration } = deps;
	const { newRateLimiter } = storage;
	const { stepUp = false } = deps;
	const report = (err: unknown) => log.error({ err }, "something failed beside a request");
	const domain = createDomain({
		...deps,
		operatorName: deps.branding?.name,
		report,
		countTold: deps.metrics.told,
	});
	const outbox = domain.synapse?.outbox;
	if (outbox !== undefined) deps.metrics.readTasks(outbox.overview);
	const { letterSecrets: secrets } = domain;
	const notices =
		deps.email &&
		createNotices({
			...deps,
			email: deps.email,
			secrets,
			language: english,
			operatorName: deps.branding?.name,
			count: deps.metrics.lettered,
		});
	if (notices !== undefined) {
		storage.watch(notices.outbox.wake);
		deps.metrics.readLetters(notices.outbox.overview);
	}
	const { homeserver, synapse, people, proofs, ownDevices } = domain;
	const sessions = observeSessions(domain.sessions, deps.metrics);
	const pages = createPages({
		serverName,
		random,
		language: english,
		contact: deps.operatorContact,
		branding: brandingOf(deps),
	});
	const failures = createFailures(pages);
	const answerFailure = (error: unknown, path: string) =>
		isAdminPath(path) ? adminFailure(error) : failures(error, path);
	const browserSessions = createBrowserSessions({ storage, clock, random });
	const gate = await createMoveGate(storage, clock);
	const authorization = await createAuthorization({
		storage,
		begunRequests: storage.begunRequests,
		clock,
		random,
		sessions,
		publicBase,
		openRegistration,
		stepUp,
		allowedClients: deps.allowedClients,
		withSecrets: gate.source === "mas",
		newRateLimiter,
		report,
		answerFailure,
		secretKey: derivedKey(deps.masterKey, "authorization codes"),
		programKey: derivedKey(deps.masterKey, "tokens of programs"),
		findPerson: async (accountId) => {
			const person = await people.byId(accountId);
			if (!person?.admin) return person;
			// No administrator lets anything administer who lacks the second factor that is demanded.
			return { ...person, admin: (await proofs.demands.missing(accountId)) === undefined };
		},
		recognise: createRecognise({ browserSessions, publicBase }),
		showPage: createShowPage(() => app, publicBase),
		renderError: ({ status, back }) =>
			pages.problem({
				status,
				...(status === 429 ? tooManyRequests : brokenRequest),
				...(back !== undefined && { action: { label: say("answered.back"), href: back } }),
			}),
	});
	const guarding = createGuardingOf(deps, sessions);
	const introspect = createIntrospection({
		authenticate: sessions.authenticate,
		onAnswered: deps.metrics.introspected,
		clock,
		secret: deps.introspectionSecret,
		findRequest: stepUp ? (reference) => storage.read.requests.find({ reference }) : undefined,
	});
	const embedded =
		synapse === undefined
			? createEmbedded({
					storage,
					clock,
					random,
					log,
					serverName,
					publicBase,
					canStepUp: (clientId) => stepUp && canStepUp(clientId),
					newRateLimiter,
					authenticate: sessions.authenticate,
					lastSeen: async (accountId) => onDevices(await sessions.listOf(accountId)),
					authorizationMetadata: authorization.metadata,
				})
			: undefined;
	const loginTokenKey = derivedKey(deps.masterKey, "login tokens");
	const sso = deps.homeserver && createSso({ storage, clock, random, secretKey: loginTokenKey });
	const kept = createKept({ storage, clock, random });
	const outbound = createOutbound();
	const captcha =
		deps.captcha && createCaptcha({ config: deps.captcha, outbound, publicBase, log, newRateLimiter });
	const upstream =
		deps.upstream &&
		createUpstream<Unit>({
			...deps,
			config: deps.upstream,
			outbound,
			newRateLimiter,
			afterEnd: synapse?.tellSoon,
			endAdministering: (unit, { accountId, ...how }) =>
				endAdministering(unit, accountId, { ...how, random }),
			endSession: (unit, { sessionId, accountId, now }) =>
				endSessions(
					unit,
					{ sessionId, accountId },
					{ now, random, reason: "signed-out-elsewhere", actor: { kind: "server", because: "upstream" } },
				),
		});
	const account = createAccount({
		captcha,
		upstream,
		accountLinks: domain.accountLinks,
		kept,
		people,
		passwordLinks: domain.passwordLinks,
		...(notices !== undefined && {
			addresses: domain.addresses,
			recovery: domain.recovery,
			lostFactors: domain.lostFactors,
			objections: domain.objections,
		}),
		proofs,
		sessions,
		ownDevices,
		rules: deps.rules ?? usualRules,
		ownTokens: createOwnTokens<Unit>({ storage, clock, random, homeserver, publicBase, wayBack: wayBackOf }),
		tokenLifetimes: deps.tokens ?? { daysAtMost: 365, mayLast: false },
		pages,
		clock,
		random,
		storage,
		homeserver,
		publicBase,
		homeserverBase,
		serverName,
		logo: deps.branding?.logo,
		browserSessions,
		...(sso !== undefined && { sso }),
		...(synapse !== undefined &&
			!deps.homeserver?.guard && {
				resetWindow: { open: (localpart: string) => synapse.allowCrossSigningReset(localpart) },
			}),
		...(guarding !== undefined && { afterRefusal: guarding.settleSoon }),
		resetDelayMs: deps.resetDelayMs ?? 0,
		interactions: authorization.interactions,
		links: authorization.links,
		secretKey: derivedKey(deps.masterKey, "forms"),
	});
	const app = new Hono<Env>()
		.route("/", authorization.routes)
		.route("/", createRevocationRoute({ sessions }))
		.route("/", createUserinfoRoute({ sessions }))
		.route("/", account.routes)
		.route("/", createReadKeptRoutes({ ...deps, authenticate: sessions.authenticate }));
	const { programTokens } = authorization;
	app.route("/", createAdministering({ ...deps, domain, sessions, programTokens }));
	if (upstream !== undefined) app.route("/", upstream.logout);
	if (embedded !== undefined) {
		app.route("/", createLogoutRoutes({ sessions, browserSessions, log }));
		app.route("/", embedded.routes);
	}
	if (sso !== undefined) {
		const beside = { storage, random, log, serverName, publicBase, homeserverBase, newRateLimiter };
		app.route("/", createCompatRoutes({ ...beside, people, proofs, sessions, browserSessions, sso, pages }));
	}
	app.route("/", createUnrecognizedRoutes(guarding !== undefined));
	app.get("/", (c) => c.redirect("/account/", 303));
	app.get("/health", createHealth(storage, clock));
	app.route("/", createMetricsRoute(deps.metrics, deps.metricsAllow));
	answerUnrouted(app, account.problem);
	app.onError((err, c) => {
		log.error({ err }, "a request failed");
		return answerFailure(err, c.req.path);
	});
	return {
		answer(request, bindings) {
			const { pathname } = new URL(request.url);
			if (gate.isShut() && !openWhileMoving.includes(pathname))
				return answerFailure(new PeopleMoving(), pathname);
			return app.fetch(request, bindings);
		},
		answerFailure,
		routeOf: (method, path) =>
			isRawPath(path, guarding !== undefined) ? guardedRouteOf(path) : routeOf(app, method, path),
		raw(path) {
			if (gate.isShut()) return undefined;
			if (path === introspectionPath) return introspect;
			return isEnginePath(path) ? authorization.callback : guarding?.handler;
		},
		jobs: [
			gate.job,
			{
				name: "sessions that end",
				everyMs: endsEveryMs,
				run: createDueEnds<Unit>({ storage, clock, random, rules: deps.rules, afterEnd: synapse?.tellSoon }),
			},
			...(guarding?.jobs ?? []),
			...(embedded === undefined ? [] : [embedded.job]),
			...(notices === undefined
				? []
				: [
						{ name: "sending letters", everyMs: tellEveryMs, run: notices.outbox.run },
						{ name: "forgotten passwords", everyMs: tellEveryMs, run: domain.recovery.run },
						{ name: "lost factors", everyMs: tellEveryMs, run: domain.tellOfLosses },
					]),
			...(outbox === undefined ? [] : [{ name: "telling Synapse", everyMs: tellEveryMs, run: outbox.run }]),
		],
		async close() {
			await notices?.close();
			await domain.close();
			outbound.close();
			guarding?.close();
		},
	};
}

/** What every page shows of who runs the server. */
function brandingOf({ branding, registration }: PartsDeps): Branding {
	const { logo, ...rest } = branding ?? {};
	return { ...rest, logo: logo && logoAddress(logo), terms: registration?.terms?.url };
}

function createGuardingOf(deps: PartsDeps, { authenticate }: Sessions): Guarding | undefined {
	const { homeserver, stepUp = false } = deps;
	if (homeserver?.guard !== true) return undefined;
	return createGuarding({ ...deps, homeserver, authenticate, stepUp });
}

const brokenRequest = {
	title: say("problems.broken-sign-in"),
	text: say("problems.broken-sign-in-text"),
} as const;

const tooManyRequests = {
	title: say("problems.too-many-sign-ins"),
	text: say("problems.too-many-sign-ins-text"),
} as const;
