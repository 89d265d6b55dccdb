import { Hono } from "hono";
import { type Env, type Form, safeNext, seeOther } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import { needsNoProof, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";

export interface SignOutDeps extends SignedInPostDeps {
	readonly browserSessions: Pick<BrowserSessions, "end">;
}

const purpose = "sign-out";

/**
 * POST /logout: this browser is signed out; devices stay. Leads to the sign-in page and from there to `next`, so that
 * the same form serves "not you?" on any page; with `to=register` the way there is a new account. Where nobody is
 * signed in it leads there too, and does nothing else: that is what a second press meets.
 */
export function createSignOutRoutes(deps: SignOutDeps): Hono<Env> {
	return new Hono<Env>().post(
		"/logout",
		signedInPost<undefined>(deps, {
			find: () => undefined,
			purpose: () => purpose,
			choose: ({ visitor, form }) =>
				needsNoProof(async () => {
					await deps.browserSessions.end(visitor.browserSession.idHash);
					return leave(form, [["set-cookie", deps.visitors.signedOutCookie()]]);
				}),
			async toldAgain({ visitor, form, isOfBefore }) {
				return visitor.browserSession === undefined || isOfBefore(purpose) ? leave(form) : undefined;
			},
			again: ({ form }) => leave(form),
		}),
	);
}

function leave(form: Form, headers?: Parameters<typeof seeOther>[1]): Response {
	const next = form.value("next");
	const page = form.value("to") === "register" ? "/register" : "/login";
	const to = next === undefined ? page : `${page}?${new URLSearchParams({ next: safeNext(next) })}`;
	return seeOther(to, headers);
}
