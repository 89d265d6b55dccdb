import type { Context } from "hono";
import { type BodyRefusal, type Cookies, type Env, type Form, readForm } from "../http/index.ts";
import type { Csrf, Pages } from "../pages/index.ts";
import type { BrowserSession, BrowserSessions } from "../people/index.ts";
import { say } from "../words/index.ts";
import { noCookies, sentNoCookie } from "./no-cookies.ts";

export interface PostedFormDeps {
	readonly browserSessions: Pick<BrowserSessions, "find" | "nameOf">;
	readonly cookies: Pick<Cookies, "read">;
	readonly csrf: Csrf;
	readonly pages: Pages;
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

export const sessionCookie = "session";
/** Ties the forms of people who are not signed in to their browser. Says nothing about them. */
export const visitorCookie = "visitor";

/** What the forms on the pages of a browser session are tied to. */
export function sessionForms(idHash: string): string {
	return `session:${idHash}`;
}

/** What the forms on the pages of somebody who is not signed in are tied to. */
export function visitorForms(cookieValue: string): string {
	return `visitor:${cookieValue}`;
}

/**
 * The one way to read a form that was posted: whatever our own page did not send for this purpose, in this browser,
 * ends in a ready answer. Called by the two phases alone (`signedInPost`, `strangersPost`).
 * @param session of the browser as the request found it; undefined: nobody is signed in
 */
export async function readPostedForm(
	{ browserSessions, cookies, csrf, pages }: PostedFormDeps,
	c: Context<Env>,
	{ session, purpose }: { readonly session: BrowserSession | undefined; readonly purpose: string },
): Promise<Received> {
	const request = c.req.raw;
	const read = await readForm(request);
	if (!read.ok) return { ok: false, answer: pages.problem(unreadable[read.reason]), isOfBefore: () => false };
	const { form } = read;
	const stranger = cookies.read(request, visitorCookie);
	const cookie = cookies.read(request, sessionCookie);
	const strangers = stranger === undefined ? [] : [visitorForms(stranger)];
	const isTied = (ties: readonly string[], named: string) =>
		ties.some((browser) => csrf.check({ request, form, purpose: named, browser }));
	const ties = session === undefined ? strangers : [sessionForms(session.idHash)];
	if (isTied(ties, purpose)) {
		// Whoever sends a form takes as long as they like, and may have been signed out before its last byte.
		const isStillThere =
			session === undefined || (await browserSessions.find(cookie))?.idHash === session.idHash;
		if (isStillThere) return { ok: true, form };
	}
	// To what forms were tied that this browser was shown as somebody else: as a stranger, or in a session that ended.
	const isOver = cookie !== undefined && (await browserSessions.find(cookie)) === undefined;
	const before = [...strangers, ...(isOver ? [sessionForms(browserSessions.nameOf(cookie))] : [])];
	const problem = sentNoCookie(request) ? noCookies : expired;
	return { ok: false, answer: pages.problem(problem), form, isOfBefore: (named) => isTied(before, named) };
}

/** What is said where a form is of another time, person or purpose, or its browser was signed out meanwhile. */
export const expired = {
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
