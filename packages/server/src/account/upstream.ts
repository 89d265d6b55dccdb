import { type Context, Hono } from "hono";
import { type Env, readForm, seeOther } from "../http/index.ts";
import type { People } from "../people/index.ts";
import type { Proofs } from "../proofs/index.ts";
import { addressOfStep, front, nextStep, parseResume, type Resume } from "../resume/index.ts";
import {
	type ArriveOutcome,
	type ArriveRefusal,
	type BeginOutcome,
	isBegunBy,
	type Links,
	type Service,
	type Upstream,
} from "../upstream/index.ts";
import { say, type Text } from "../words/index.ts";
import { throttled, throttledOptions } from "./messages.ts";
import { linksPath } from "./pages/links.ts";
import { registerArrivedPath } from "./pages/register-arrived.ts";
import { goingPage, proveWithPath, signInWithPath } from "./pages/upstream.ts";
import { proveWithService, signInWithService } from "./service-forms.ts";
import { needsNoProof, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import { type StartSessionDeps, startSession } from "./start-session.ts";
import { strangersPost } from "./strangers-post.ts";
import { goOn, type Stranger, type Visitor } from "./visitor.ts";

export interface UpstreamDeps extends SignedInPostDeps, StartSessionDeps {
	readonly upstream: Upstream;
	readonly accountLinks: Links;
	readonly people: Pick<People, "byId" | "owesTerms">;
	readonly proofs: SignedInPostDeps["proofs"] &
		StartSessionDeps["proofs"] &
		Pick<Proofs, "asks" | "signInFromUpstream" | "againFromUpstream" | "secondStep">;
}

/**
 * POST /login/with/{provider}: on the way to another service. GET and POST /upstream/callback/{provider}: back from there,
 * where nothing is taken that this browser did not begin. POST /account/with/{provider}: the same, to show that it is them.
 */
export function createUpstreamRoutes(deps: UpstreamDeps): Hono<Env> {
	const id = (c: Context<Env>) => c.req.param("provider") ?? "";
	return new Hono<Env>()
		.get(`${signInWithPath(":provider")}`, (c) => goOn(undefined, parseResume(c.req.query("next"))))
		.post(
			signInWithPath(":provider"),
			strangersPost(deps, {
				purpose: signInWithService,
				carryOut: async (visitor, form, c) => {
					const to = parseResume(form.value("next"));
					const cookie = deps.visitors.elsewhere(c);
					const { address } = visitor;
					const asked = { provider: id(c), intent: { kind: "sign-in" }, to, cookie, address } as const;
					const loginHint = form.value("login_hint");
					return goThere(deps, visitor, { begun: await deps.upstream.begin({ ...asked, loginHint }), to });
				},
			}),
		)
		.get(proveWithPath(":provider"), (c) => goOn(undefined, parseResume(c.req.query("next"))))
		.post(
			proveWithPath(":provider"),
			signedInPost<undefined>(deps, {
				find: () => undefined,
				purpose: () => proveWithService,
				choose: ({ c, visitor, form }) =>
					needsNoProof(async () => {
						const to = parseResume(form.value("next"));
						const { proof } = visitor.browserSession;
						if ((await deps.proofs.asks(proof)).upstream === undefined) return visitor.problem(byOwn);
						const { accountId, browser, generation } = proof;
						const begun = await deps.upstream.begin({
							...{ provider: id(c), intent: { kind: "prove", accountId, browser, generation }, to },
							...{ cookie: deps.visitors.elsewhere(c), address: visitor.address },
						});
						return goThere(deps, visitor, { begun, to });
					}),
				again: ({ visitor }) => visitor.problem(unknownService),
			}),
		)
		.get("/upstream/callback/:provider", async (c) => {
			const visitor = await deps.visitors.meet(c);
			const outcome = await deps.upstream.arrive({
				...{ provider: id(c), query: new URL(c.req.url).searchParams },
				...{ cookie: deps.visitors.elsewhere(c), address: visitor.address },
			});
			return comeBack(deps, visitor, outcome);
		})
		.post("/upstream/callback/:provider", (c) => fromForm(c, id(c)));
}

/**
 * A form that the other service has the browser send (OAuth 2.0 Form Post Response Mode): it comes from another site, so
 * that our cookies stay away, and is sent on to the address where they come along. Nothing is looked at here.
 */
async function fromForm(c: Context<Env>, provider: string): Promise<Response> {
	const read = await readForm(c.req.raw);
	const kept = new URLSearchParams();
	for (const name of ["code", "state", "iss", "error"]) {
		const value = read.ok ? read.form.value(name) : undefined;
		if (value !== undefined) kept.set(name, value);
	}
	return seeOther(`/upstream/callback/${encodeURIComponent(provider)}?${kept}`);
}

/** The page from which the browser goes on. */
export function goThere(
	{ visitors }: Pick<UpstreamDeps, "visitors">,
	visitor: Visitor,
	{ begun, to }: { readonly begun: BeginOutcome; readonly to: Resume },
): Response {
	if (begun.ok) {
		const { url, service, cookie } = begun;
		return visitor.show(goingPage({ service, url }), {
			headers: { refresh: `0; url=${url}` },
			cookies: [visitors.elsewhereCookie(cookie)],
		});
	}
	switch (begun.reason) {
		case "unknown":
			return visitor.problem(unknownService);
		case "throttled":
			return visitor.problem(tooMany(begun.retryAfterMs));
		case "unreachable":
		case "invalid":
			return visitor.problem(refusal(begun, to));
	}
}

async function comeBack(deps: UpstreamDeps, visitor: Visitor, outcome: ArriveOutcome): Promise<Response> {
	if (!outcome.ok) return refuse(visitor, outcome);
	switch (outcome.is) {
		case "shown":
			return shown(deps, visitor, outcome);
		case "new":
			return visitor.browserSession === undefined
				? seeOther(registerArrivedPath)
				: visitor.problem(otherSession);
		case "known": {
			const { browserSession } = visitor;
			if (browserSession === undefined) return signIn(deps, visitor, outcome);
			// Whoever is signed in stays who they are: another page must not make somebody else of them.
			return browserSession.account.id === outcome.accountId
				? goOn(visitor, outcome.to)
				: visitor.problem(otherSession);
		}
	}
}

interface SignInFromDeps extends StartSessionDeps {
	readonly proofs: StartSessionDeps["proofs"] & Pick<Proofs, "signInFromUpstream" | "secondStep">;
}

/** Somebody whom a service vouched for is signed in as after a password: with the second factor there is. */
async function signIn(
	deps: SignInFromDeps,
	visitor: Stranger,
	{ accountId, at, stay, to }: Extract<ArriveOutcome, { is: "known" }>,
): Promise<Response> {
	const vouched = await deps.proofs.signInFromUpstream({ accountId, at, stay });
	const over = deps.visitors.elsewhereOver();
	if (vouched.ok)
		return (await startSession(deps, visitor, { ...vouched, to, cookies: [over] })) ?? goOn(undefined, to);
	if (vouched.reason === "second-factor") {
		const begun = deps.visitors.begunCookie(await deps.proofs.secondStep.begin(vouched.first));
		const headers = [["set-cookie", begun] as const, ["set-cookie", over] as const];
		return goOn(undefined, to, { secondStep: true, headers });
	}
	return visitor.problem(vouched.reason === "locked" ? locked : closed);
}

type Shown = Extract<ArriveOutcome, { is: "shown" }>;

/** Good for the browser session in which it was begun, and for nobody else who is signed in by now. */
async function shown(deps: UpstreamDeps, visitor: Visitor, outcome: Shown): Promise<Response> {
	const { intent, owner, arrival, to } = outcome;
	if (visitor.browserSession === undefined) return visitor.problem(notBegun);
	const { address } = visitor;
	const { proof: by } = visitor.browserSession;
	if (!isBegunBy(intent, by)) return visitor.problem(notBegun);
	const service = deps.upstream.providers.find(({ id }) => id === arrival.provider);
	const provider = service?.name ?? arrival.provider;
	if (intent.kind === "link") {
		const linked = await deps.accountLinks.add({ by, shown: outcome, address });
		if (linked.ok) return seeOther(linksPath);
		return visitor.problem(linked.reason === "signed-out" ? notBegun : somebodys(provider));
	}
	if (owner !== intent.accountId) return visitor.problem(otherAccount(provider));
	const proved = await deps.proofs.againFromUpstream(by, { accountId: owner, at: arrival.provedAt });
	if (!proved.ok) return visitor.problem(proved.reason === "signed-out" ? notBegun : byOwn);
	return goOn({ ...visitor, hasProofSince: (moment: number) => proved.proof.at >= moment }, to, {
		headers: [["set-cookie", deps.visitors.provenCookie(proved.proof)]],
	});
}

function refuse(visitor: Visitor, outcome: ArriveRefusal): Response {
	switch (outcome.reason) {
		case "not-begun":
			return visitor.problem(notBegun);
		case "throttled":
			return visitor.problem(tooMany(outcome.retryAfterMs));
		case "used":
			// The first answer did it: whoever is signed in goes on.
			return visitor.browserSession === undefined
				? visitor.problem({ ...used, action: beginAgain(outcome.to) })
				: goOn(visitor, outcome.to);
		default:
			return visitor.problem(refusal(outcome, outcome.to));
	}
}

interface Refused {
	readonly reason: Exclude<ArriveRefusal["reason"], "not-begun" | "used" | "throttled">;
	readonly service: Service;
	readonly localpart?: string;
}

function refusal({ reason, service: { name: provider }, localpart = "" }: Refused, to: Resume) {
	const said = wordsOf(reason, provider, localpart);
	const status = reason === "unreachable" ? 503 : 403;
	return { status, ...said, asksOperator: true, action: beginAgain(to) } as const;
}

function wordsOf(
	reason: Refused["reason"],
	provider: string,
	name: string,
): { readonly title: Text; readonly text: Text } {
	switch (reason) {
		case "refused":
			return { title: say("upstream.refused"), text: say("upstream.refused-text", { provider }) };
		case "unreachable":
			return { title: say("upstream.unreachable", { provider }), text: say("upstream.unreachable-text") };
		case "invalid":
			return { title: say("upstream.invalid"), text: say("upstream.invalid-text", { provider }) };
		case "not-anew":
			return { title: say("upstream.not-anew", { provider }), text: say("upstream.not-anew-text") };
		case "not-let-in":
			return { title: say("upstream.not-let-in"), text: say("upstream.not-let-in-text", { provider }) };
		case "missing":
			return { title: say("upstream.missing", { provider }), text: say("upstream.missing-text") };
		case "other-issuer":
			return { title: say("upstream.other-issuer", { provider }), text: say("upstream.other-issuer-text") };
		case "name-taken":
			return { title: say("upstream.name-taken"), text: say("upstream.name-taken-text", { provider, name }) };
		case "no-new-accounts":
			return {
				title: say("upstream.no-new-accounts"),
				text: say("upstream.no-new-accounts-text", { provider }),
			};
	}
}

function beginAgain(to: Resume) {
	return { label: say("sign-in.sign-in"), href: addressOfStep(nextStep(undefined, to)) };
}

function tooMany(retryAfterMs: number) {
	return {
		...throttledOptions(retryAfterMs),
		title: say("upstream.throttled"),
		text: throttled(retryAfterMs),
	};
}

const unknownService = {
	status: 404,
	title: say("upstream.unknown"),
	text: say("upstream.unknown-text"),
} as const;
const notBegun = {
	...{ status: 403, title: say("upstream.not-begun"), text: say("upstream.not-begun-text") },
	action: beginAgain(front),
} as const;
const byOwn = {
	...{ status: 403, title: say("upstream.by-own"), text: say("upstream.by-own-text") },
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;
const used = { status: 403, title: say("upstream.used"), text: say("upstream.used-text") } as const;
const locked = {
	...{ status: 403, title: say("upstream.locked"), text: say("password.locked") },
	asksOperator: true,
} as const;
const closed = { status: 403, title: say("upstream.closed"), text: say("upstream.closed-text") } as const;
const otherSession = {
	...{ status: 403, title: say("upstream.other-session"), text: say("upstream.other-session-text") },
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;

function otherAccount(provider: string) {
	const text = say("upstream.other-account-text", { provider });
	return { status: 403, title: say("upstream.other-account"), text, action: toLinks } as const;
}

function somebodys(provider: string) {
	const text = say("upstream.somebodys-text", { provider });
	return {
		...{ status: 403, title: say("upstream.somebodys"), text, action: toLinks },
		asksOperator: true,
	} as const;
}

const toLinks = { label: say("upstream.title"), href: linksPath } as const;
