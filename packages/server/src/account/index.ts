/**
 * Account: the pages a person sees.
 *
 * Owns the routes below `/login`, `/register`, `/logout`, `/account/` and `/interaction/`, their words, and who is
 * looking (`Visitors`). Each group is a file `createXRoutes(deps)` with its pure views in `pages/`.
 * Leaves to others: the look of a page and the check of a form (http), passwords and browser sessions (people),
 * devices (sessions), what an approval means (core), the protocol behind a consent (authorization).
 *
 * Flow: meet the visitor -> receive the form -> ask the domain -> show a page or send the browser on. GET never acts.
 */
import { Hono } from "hono";
import type { Clock, Random } from "../config/ports.ts";
import { createCookies, createCsrf, type Env, type Pages } from "../http/index.ts";
import type { BrowserSessions, People } from "../people/index.ts";
import { createRegisterRoutes } from "./register.ts";
import { createSignInRoutes } from "./sign-in.ts";
import { createSignOutRoutes } from "./sign-out.ts";
import { createVisitors } from "./visitor.ts";

export interface AccountDeps {
	readonly people: People;
	readonly browserSessions: BrowserSessions;
	readonly pages: Pages;
	readonly clock: Clock;
	readonly random: Random;
	readonly publicBase: string;
	readonly serverName: string;
	/** The installation's own key, 32 bytes; the tokens of forms are made under it. */
	readonly secretKey: Uint8Array;
}

export function createAccountRoutes(deps: AccountDeps): Hono<Env> {
	const { publicBase, secretKey } = deps;
	const visitors = createVisitors({
		...deps,
		cookies: createCookies({ publicBase }),
		csrf: createCsrf({ key: secretKey, publicBase }),
	});
	const shared = { ...deps, visitors };
	return new Hono<Env>()
		.route("/", createSignInRoutes(shared))
		.route("/", createRegisterRoutes(shared))
		.route("/", createSignOutRoutes(shared));
}
