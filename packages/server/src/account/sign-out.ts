import { Hono } from "hono";
import { type Env, type Form, safeNext, seeOther } from "../http/index.ts";
import type { BrowserSessions } from "../people/index.ts";
import type { Visitors } from "./visitor.ts";

export interface SignOutDeps {
	readonly browserSessions: BrowserSessions;
	readonly visitors: Visitors;
}

/**
 * POST /logout: this browser is signed out; devices stay. Leads to the sign-in page and from there to `next`, so that
 * the same form serves "not you?" on any page; with `to=register` the way there is a new account. The form's purpose is
 * `sign-out`. Where nobody is signed in it leads there too, and does nothing else: that is what a second press meets.
 */
export function createSignOutRoutes({ browserSessions, visitors }: SignOutDeps): Hono<Env> {
	return new Hono<Env>().post("/logout", async (c) => {
		const visitor = await visitors.meet(c);
		const received = await visitor.receive("sign-out");
		if (received.ok) {
			if (visitor.browserSession !== undefined) await browserSessions.end(visitor.browserSession.idHash);
			return leave(received.form, [["set-cookie", visitors.signedOutCookie()]]);
		}
		const isOver = visitor.browserSession === undefined || received.isOfBefore("sign-out");
		return isOver && received.form !== undefined ? leave(received.form) : received.answer;
	});
}

function leave(form: Form, headers?: Parameters<typeof seeOther>[1]): Response {
	const next = form.value("next");
	const page = form.value("to") === "register" ? "/register" : "/login";
	const to = next === undefined ? page : `${page}?${new URLSearchParams({ next: safeNext(next) })}`;
	return seeOther(to, headers);
}
