import { isAhead } from "@countersign/core";
import { makeUserId, type UserId } from "@countersign/protocol";
import type { Context } from "hono";
import type { Clock, Random } from "../config/ports.ts";
import { type Cookies, type Env, type Form, seeOther, userAgent } from "../http/index.ts";
import { recentMs } from "../notices/index.ts";
import type { Csrf, PageOptions, Pages, PageView, Problem } from "../pages/index.ts";
import {
	type BrowserSession,
	type BrowserSessions,
	browserSessionLifetimes,
	type People,
} from "../people/index.ts";
import { type BrowserProof, type MissingFactor, type Proofs, secondStepMs } from "../proofs/index.ts";
import {
	type Asked,
	addressOfStep,
	nextStep,
	parseResume,
	type Recognised,
	type Resume,
} from "../resume/index.ts";
import { upstreamLifetimes } from "../upstream/index.ts";
import {
	expired,
	type Received,
	readPostedForm,
	sessionCookie,
	sessionForms,
	visitorCookie,
	visitorForms,
} from "./posted-form.ts";
import { putAwayToo, readPutAway } from "./put-away.ts";
import { type Answered, createSentTwice, formId } from "./sent-twice.ts";

/** Who looks at a page. Made anew for every request. */
export type Visitor = Stranger | SignedInVisitor;

interface AnyVisitor {
	readonly address: string;
	readonly userAgent: string | undefined;
	/** To what forms in this browser are tied, and what a passkey is asked. */
	readonly browser: string;
	/** The form's hidden field `csrf`; good for this purpose, in this browser. */
	csrf(purpose: string): string;
	/** The page, with the visitor's name and the cookie that its forms need. */
	show(view: Omit<PageView, "signedInAs">, options?: PageOptions): Response;
	/** What went wrong, with the visitor's name. */
	problem(problem: Omit<Problem, "signedInAs">): Response;
}

/** Somebody who is not signed in. */
export interface Stranger extends AnyVisitor {
	readonly browserSession: undefined;
}

/** A visitor who is signed in. */
export interface SignedInVisitor extends AnyVisitor {
	readonly browserSession: BrowserSession;
	readonly userId: UserId;
	/** Whether they proved to be there at that moment or later; never by a time that is still to come. */
	hasProofSince(moment: number): boolean;
	/** The second factor that is demanded of them and that they have not. */
	readonly missingFactor: MissingFactor | undefined;
	/** Whether there are terms that they have not agreed to. */
	readonly owesTerms: boolean;
	/** Whether they may let apps administer the server. */
	readonly mayAdminister: boolean;
	/** What is answered where this browser was signed out in the middle of a form. */
	expired(): Response;
}

export interface Visitors {
	meet(c: Context<Env>): Promise<Visitor>;
	/**
	 * For pages of one's own: others are sent to sign in first, and come back to the same address, query included; so is
	 * to add a second factor whoever must not be without one any more, and to the terms whoever has not agreed to them.
	 */
	meetSignedIn(
		c: Context<Env>,
	): Promise<
		| { readonly ok: true; readonly visitor: SignedInVisitor }
		| { readonly ok: false; readonly answer: Response }
	>;
	/**
	 * For pages on which somebody refuses what is asked in their name, which takes no proof: whoever lacks the factor
	 * stays, and so does who has not agreed to the terms; `addFactor` is where they add it and come back. What takes a proof is refused by `forAct` all the same.
	 */
	meetToRefuse(
		c: Context<Env>,
	): Promise<
		| { readonly ok: true; readonly visitor: SignedInVisitor; readonly addFactor: string | undefined }
		| { readonly ok: false; readonly answer: Response }
	>;
	/** For the two phases that take forms, and for nobody else. */
	readPosted(c: Context<Env>, visitor: Visitor, purpose: string): Promise<Received>;
	/**
	 * Works on a form that was read, for the phases that take forms. Sent twice it is told the same: see `SentTwice`.
	 */
	answer(c: Context<Env>, sent: SentForm, work: () => Promise<Answered>): Promise<Response>;
	/** `Set-Cookie` value for the browser session just started. */
	signedInCookie(cookieValue: string): string;
	/** `Set-Cookie` value for what was just entered in a browser that is signed in. */
	provenCookie(proof: BrowserProof): string;
	/** `Set-Cookie` value that forgets it. */
	signedOutCookie(): string;
	/** `Set-Cookie` value for a sign-in of which the first of two steps is done. */
	begunCookie(cookieValue: string): string;
	/** What that cookie holds. */
	begun(c: Context<Env>): string | undefined;
	/** `Set-Cookie` value for a browser that goes to another service to sign in there. */
	elsewhereCookie(cookieValue: string): string;
	/** `Set-Cookie` value that forgets it: who was on the way, or came, is nobody's who is here next. */
	elsewhereOver(): string;
	/** What that cookie holds. */
	elsewhere(c: Context<Env>): string | undefined;
	/** Lines of the front page that were put away in this browser, by the beginnings of their ids. */
	putAway(c: Context<Env>): readonly string[];
	/** `Set-Cookie` value with which these are, too. */
	putAwayCookie(c: Context<Env>, ids: readonly string[]): string;
}

interface SentForm {
	readonly visitor: Visitor;
	readonly form: Form;
}

export interface VisitorDeps {
	readonly browserSessions: BrowserSessions;
	readonly proofs: Pick<Proofs, "cookie" | "demands">;
	readonly people: Pick<People, "owesTerms">;
	readonly cookies: Cookies;
	readonly csrf: Csrf;
	readonly pages: Pages;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
}

export function createVisitors(deps: VisitorDeps): Visitors {
	const { cookies } = deps;
	const sentTwice = createSentTwice(deps.clock);
	const meet = async (c: Context<Env>): Promise<Visitor> => {
		const session = await deps.browserSessions.find(cookies.read(c.req.raw, sessionCookie));
		if (session === undefined) return stranger(deps, c);
		const proof = deps.proofs.cookie.open(cookies.read(c.req.raw, proofCookie), session.proof);
		const missingFactor = await deps.proofs.demands.missing(session.account.id);
		const owesTerms = await deps.people.owesTerms(session.account.id);
		return signedIn(deps, c, { browserSession: { ...session, proof }, missingFactor, owesTerms });
	};
	const meetToRefuse: Visitors["meetToRefuse"] = async (c) => {
		const visitor = await meet(c);
		if (visitor.browserSession === undefined) return { ok: false, answer: signInRedirect(c.req.raw) };
		return { ok: true, visitor, addFactor: whereFactorIsAdded(visitor, resumeAt(c.req.raw)) };
	};
	return {
		meet,
		meetToRefuse,
		async meetSignedIn(c) {
			const visitor = await meet(c);
			if (visitor.browserSession === undefined) return { ok: false, answer: signInRedirect(c.req.raw) };
			const step = nextStep(visitor, resumeAt(c.req.raw));
			return step.kind === "arrive"
				? { ok: true, visitor }
				: { ok: false, answer: seeOther(addressOfStep(step)) };
		},
		readPosted: (c, { browserSession: session }, purpose) => readPostedForm(deps, c, { session, purpose }),
		answer: (c, { visitor, form }, work) => {
			// A sign-in that is begun anew has its own second step.
			const ties = [
				visitor.browser,
				cookies.read(c.req.raw, begunCookie),
				visitor.address,
				visitor.userAgent,
			];
			const { pathname, search } = new URL(c.req.url);
			return sentTwice.answer(formId(ties, pathname + search, form), work);
		},
		signedInCookie: (value) => cookies.write(sessionCookie, value, browserSessionLifetimes.atMostMs / 1000),
		provenCookie: (proof) =>
			cookies.write(proofCookie, deps.proofs.cookie.seal(proof), browserSessionLifetimes.atMostMs / 1000),
		signedOutCookie: () => cookies.clear(sessionCookie),
		begunCookie: (value) => cookies.write(begunCookie, value, secondStepMs / 1000),
		begun: (c) => cookies.read(c.req.raw, begunCookie),
		elsewhereCookie: (value) => cookies.write(elsewhereCookie, value, elsewhereMs / 1000),
		elsewhereOver: () => cookies.clear(elsewhereCookie),
		elsewhere: (c) => cookies.read(c.req.raw, elsewhereCookie),
		putAway: (c) => readPutAway(cookies.read(c.req.raw, putAwayCookie)),
		putAwayCookie(c, ids) {
			const before = readPutAway(cookies.read(c.req.raw, putAwayCookie));
			return cookies.write(putAwayCookie, putAwayToo(before, ids), recentMs / 1000);
		},
	};
}

/** Of a browser in which a right password was entered, and that is not enough. */
const begunCookie = "sign-in";
/** Of a browser that is on the way to another service, or back from there without an account. */
const elsewhereCookie = "elsewhere";
const elsewhereMs = upstreamLifetimes.begunMs + upstreamLifetimes.arrivedMs;
/** What was entered since: the cookie of the session may have been copied before. */
const proofCookie = "proof";
const putAwayCookie = "put-away";

/** To the sign-in page and back. */
export function signInRedirect(request: Request): Response {
	return goOn(undefined, resumeAt(request));
}

/** To whatever comes next for somebody who is on the way there. */
export function goOn(
	person: Recognised | undefined,
	to: Resume,
	{ headers, ...asked }: Asked & { readonly headers?: Parameters<typeof seeOther>[1] } = {},
): Response {
	return seeOther(addressOfStep(nextStep(person, to, asked)), headers);
}

/** Where a second factor is added that must not be missing any more; undefined: none must. */
export function whereFactorIsAdded(visitor: SignedInVisitor, to: Resume): string | undefined {
	const step = nextStep(visitor, to);
	return step.kind === "add-factor" ? addressOfStep(step) : undefined;
}

/** Where an administrator who lacks the second factor that is demanded adds it, and comes back; undefined: nobody else. */
export function whereAdminAddsFactor(
	{ browserSession, missingFactor }: SignedInVisitor,
	to: Resume,
): string | undefined {
	if (!browserSession.account.admin || missingFactor === undefined) return undefined;
	return addressOfStep({ kind: "add-factor", to });
}

/** The page that a request asks for. */
export function resumeAt(request: Request): Resume {
	const { pathname, search } = new URL(request.url);
	return parseResume(pathname + search);
}

function stranger(deps: VisitorDeps, c: Context<Env>): Stranger {
	const known = deps.cookies.read(c.req.raw, visitorCookie);
	const value = known ?? deps.random.token();
	const met = { ...anyVisitor(deps, c, { browser: visitorForms(value) }), browserSession: undefined };
	if (known !== undefined) return met;
	const cookie = deps.cookies.write(visitorCookie, value);
	const show: AnyVisitor["show"] = (view, options) =>
		met.show(view, { ...options, cookies: [...(options?.cookies ?? []), cookie] });
	return { ...met, show };
}

function signedIn(
	deps: VisitorDeps,
	c: Context<Env>,
	it: Pick<SignedInVisitor, "browserSession" | "missingFactor" | "owesTerms">,
): SignedInVisitor {
	const { browserSession } = it;
	const userId = makeUserId(browserSession.account.localpart, deps.serverName);
	return {
		...anyVisitor(deps, c, { browser: sessionForms(browserSession.idHash), signedInAs: userId }),
		userId,
		...it,
		mayAdminister: browserSession.account.admin && it.missingFactor === undefined,
		hasProofSince: (moment) =>
			browserSession.proof.at >= moment && !isAhead(browserSession.proof.at, deps.clock()),
		expired: () => deps.pages.problem(expired),
	};
}

/** @param browser to what the tokens of forms are tied */
function anyVisitor(
	{ csrf, pages }: VisitorDeps,
	c: Context<Env>,
	{ browser, signedInAs }: { readonly browser: string; readonly signedInAs?: UserId },
): AnyVisitor {
	return {
		browser,
		address: c.env.address,
		userAgent: userAgent(c.req.raw),
		csrf: (purpose) => csrf.token(purpose, browser),
		show: (view, options) => pages.show({ ...view, signedInAs }, options),
		problem: (problem) => pages.problem({ ...problem, signedInAs }),
	};
}
