import { Hono } from "hono";
import { type Env, type Form, seeOther } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import { parseResume } from "../resume/index.ts";
import { needsNoProof, type SignedInPostDeps, signedInPost } from "./signed-in-post.ts";
import { goOn } from "./visitor.ts";

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
					return leave(form, [
						["set-cookie", deps.visitors.signedOutCookie()],
						["set-cookie", deps.visitors.elsewhereOver()],
					]);
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
	const newAccount = form.value("to") === "register";
	if (next === undefined) return seeOther(newAccount ? "/register" : "/login", headers);
	return goOn(undefined, parseResume(next), { newAccount, headers });
}
