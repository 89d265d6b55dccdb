import { Hono } from "hono";
import { type Env, seeOther } from "../http/index.ts";

/**
 * What browsers, password managers and crawlers ask of every site: where a password is changed, and what may be listed
 * (nothing: each page here is somebody's own).
 * @see https://www.w3.org/TR/change-password-url/
 * @see https://www.rfc-editor.org/rfc/rfc9309
 */
export function createForBrowsersRoutes(): Hono<Env> {
	return new Hono<Env>()
		.get("/.well-known/change-password", () => seeOther("/account/password"))
		.get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /\n"));
}
