import { Hono } from "hono";
import { type Env, safeNext, seeOther } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import type { Visitors } from "./visitor.ts";

export interface SignOutDeps {
	readonly browserSessions: BrowserSessions;
	readonly visitors: Visitors;
}

/**
 * POST /logout: this browser is signed out; devices stay. Leads to the sign-in page and from there to `next`, so that
 * the same form serves "not you?" on any page; with `to=register` the way there is a new account. The form's purpose is
 * `sign-out`.
 */
export function createSignOutRoutes({ browserSessions, visitors }: SignOutDeps): Hono<Env> {
	return new Hono<Env>().post("/logout", async (c) => {
		const visitor = await visitors.meet(c);
		const received = await visitor.receive("sign-out");
		if (!received.ok) return received.answer;
		if (visitor.browserSession !== undefined) await browserSessions.end(visitor.browserSession.idHash);
		const next = received.form.value("next");
		const page = received.form.value("to") === "register" ? "/register" : "/login";
		const to = next === undefined ? page : `${page}?${new URLSearchParams({ next: safeNext(next) })}`;
		return seeOther(to, [["set-cookie", visitors.signedOutCookie()]]);
	});
}
