import { isAhead } from "@countersign/core";
import { makeUserId, type UserId } from "@countersign/protocol";
import type { Context } from "hono";
import type { Clock, Random } from "../config/ports.ts";
import {
	type BodyRefusal,
	type Cookies,
	type Env,
	type Form,
	readForm,
	seeOther,
	userAgent,
} from "../http/index.ts";
import type { Csrf, PageOptions, Pages, PageView, Problem } from "../pages/index.ts";
import { type BrowserSession, type BrowserSessions, browserSessionLifetimes } from "../people/index.ts";
import { say } from "../words/index.ts";

/** Who looks at a page. Made anew for every request. */
export type Visitor = Stranger | SignedInVisitor;

interface AnyVisitor {
	readonly address: string;
	readonly userAgent: string | undefined;
	/** The form's hidden field `csrf`. */
	csrf(purpose: string): string;
	/** The one way to read a form that was posted: whatever our own page did not send ends in a ready answer. */
	receive(purpose: string): Promise<Received>;
	/** The page, with the visitor's name and the cookie that its forms need. */
	show(view: Omit<PageView, "signedInAs">, options?: PageOptions): Response;
	/** What went wrong, with the visitor's name. */
	problem(problem: Omit<Problem, "signedInAs">): Response;
}

export type Received =
	| { readonly ok: true; readonly form: Form }
	| {
			readonly ok: false;
			readonly answer: Response;
			/** What was sent, where it is a form: good for leading on, and for nothing that changes anything. */
			readonly form?: Form;
			/**
			 * Whether our own page sent it for this purpose, in this browser, before that was signed in or out. The same
			 * form, sent twice, may have done so: the browser knows nothing of the first answer.
			 */
			isOfBefore(purpose: string): boolean;
	  };

/** Somebody who is not signed in. */
interface Stranger extends AnyVisitor {
	readonly browserSession: undefined;
}

/** A visitor who is signed in. */
export interface SignedInVisitor extends AnyVisitor {
	readonly browserSession: BrowserSession;
	readonly userId: UserId;
	/** Whether the password was entered at that moment or later; never by a time that is still to come. */
	hasProofSince(moment: number): boolean;
	/** What is answered where this browser was signed out in the middle of a form. */
	expired(): Response;
}

export interface Visitors {
	meet(c: Context<Env>): Promise<Visitor>;
	/** For pages of one's own: others are sent to sign in first, and come back to the same address, query included. */
	meetSignedIn(
		c: Context<Env>,
	): Promise<
		| { readonly ok: true; readonly visitor: SignedInVisitor }
		| { readonly ok: false; readonly answer: Response }
	>;
	/** `Set-Cookie` value for the browser session just started. */
	signedInCookie(cookieValue: string): string;
	/** `Set-Cookie` value that forgets it. */
	signedOutCookie(): string;
}

export interface VisitorDeps {
	readonly browserSessions: BrowserSessions;
	readonly cookies: Cookies;
	readonly csrf: Csrf;
	readonly pages: Pages;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
}

const sessionCookie = "session";
/** Ties the forms of people who are not signed in to their browser. Says nothing about them. */
const visitorCookie = "visitor";

export function createVisitors(deps: VisitorDeps): Visitors {
	const { cookies } = deps;
	const meet = async (c: Context<Env>): Promise<Visitor> => {
		const session = await deps.browserSessions.find(cookies.read(c.req.raw, sessionCookie));
		return session === undefined ? stranger(deps, c) : signedIn(deps, c, session);
	};
	return {
		meet,
		async meetSignedIn(c) {
			const visitor = await meet(c);
			return visitor.browserSession === undefined
				? { ok: false, answer: signInRedirect(c.req.raw) }
				: { ok: true, visitor };
		},
		signedInCookie: (value) => cookies.write(sessionCookie, value, browserSessionLifetimes.atMostMs / 1000),
		signedOutCookie: () => cookies.clear(sessionCookie),
	};
}

/**
 * To the sign-in page and back. With `fresh` the password is asked for even of somebody who is signed in; `username` is
 * filled in.
 */
export function signInRedirect(
	request: Request,
	{ fresh, username }: { readonly fresh?: boolean; readonly username?: string } = {},
): Response {
	const { pathname, search } = new URL(request.url);
	const query = new URLSearchParams({
		...(fresh ? { fresh: "1" } : {}),
		next: pathname + search,
		...(username === undefined ? {} : { username }),
	});
	return seeOther(`/login?${query}`);
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

function signedIn(deps: VisitorDeps, c: Context<Env>, browserSession: BrowserSession): SignedInVisitor {
	const userId = makeUserId(browserSession.account.localpart, deps.serverName);
	const signedInAs = { userId, browserSession };
	return {
		...anyVisitor(deps, c, { browser: sessionForms(browserSession.idHash), signedInAs }),
		...signedInAs,
		hasProofSince: (moment) =>
			browserSession.proof.at >= moment && !isAhead(browserSession.proof.at, deps.clock()),
		expired: () => deps.pages.problem(expired),
	};
}

/** What the forms on the pages of a browser session are tied to. */
function sessionForms(idHash: string): string {
	return `session:${idHash}`;
}

/** What the forms on the pages of somebody who is not signed in are tied to. */
function visitorForms(cookieValue: string): string {
	return `visitor:${cookieValue}`;
}

/** @param by.browser to what the tokens of forms are tied */
function anyVisitor(
	{ csrf, pages, browserSessions, cookies }: VisitorDeps,
	c: Context<Env>,
	by: {
		readonly browser: string;
		readonly signedInAs?: Pick<SignedInVisitor, "userId" | "browserSession">;
	},
): AnyVisitor {
	const { browser, signedInAs } = by;
	/** Whoever sends a form takes as long as they like, and may have been signed out before its last byte. */
	const isStillThere = async () =>
		signedInAs === undefined ||
		(await browserSessions.find(cookies.read(c.req.raw, sessionCookie)))?.idHash ===
			signedInAs.browserSession.idHash;
	/** To what forms were tied that this browser was shown as somebody else: as a stranger, or in a session that ended. */
	const formsBefore = async () => {
		const [visitor, session] = [visitorCookie, sessionCookie].map((name) => cookies.read(c.req.raw, name));
		const isOver = session !== undefined && (await browserSessions.find(session)) === undefined;
		return [
			...(visitor === undefined ? [] : [visitorForms(visitor)]),
			...(isOver ? [sessionForms(browserSessions.nameOf(session))] : []),
		];
	};
	return {
		address: c.env.address,
		userAgent: userAgent(c.req.raw),
		csrf: (purpose) => csrf.token(purpose, browser),
		async receive(purpose) {
			const request = c.req.raw;
			const read = await readForm(request);
			if (!read.ok)
				return { ok: false, answer: pages.problem(unreadable[read.reason]), isOfBefore: () => false };
			const { form } = read;
			if (csrf.check({ request, form, purpose, browser }) && (await isStillThere()))
				return { ok: true, form };
			const before = await formsBefore();
			const isOfBefore = (named: string) =>
				before.some((then) => csrf.check({ request, form, purpose: named, browser: then }));
			return { ok: false, answer: pages.problem(expired), form, isOfBefore };
		},
		show: (view, options) => pages.show({ ...view, signedInAs: signedInAs?.userId }, options),
		problem: (problem) => pages.problem({ ...problem, signedInAs: signedInAs?.userId }),
	};
}

const expired = {
	status: 403,
	title: say("problems.form-expired"),
	text: say("problems.form-expired-text"),
	action: { label: say("problems.your-account"), href: "/account/" },
} as const;

const notAForm = { title: say("problems.not-a-form"), text: say("problems.not-a-form-text") };

const unreadable = {
	"too-large": { status: 413, ...notAForm },
	encoded: { status: 415, ...notAForm },
	"broken-off": { status: 400, ...notAForm },
	"not-a-form": { status: 415, ...notAForm },
} as const satisfies Record<BodyRefusal | "not-a-form", unknown>;
