import { Hono } from "hono";
import type { Logo } from "../config/index.ts";
import { type Env, seeOther } from "../http/index.ts";

const logoPath = "/account/logo";

/** Where this logo is; another one has another address, so that no browser shows the old one. */
export function logoAddress({ version }: Pick<Logo, "version">): string {
	return `${logoPath}?${version}`;
}

/** The operator's own file, checked when it was read; whatever it holds, nothing of it runs here. */
function picture({ type, bytes }: Logo): Response {
	return new Response(bytes, {
		headers: {
			"content-type": type,
			"cache-control": "public, max-age=86400",
			"content-security-policy": "default-src 'none'; sandbox",
			"cross-origin-resource-policy": "same-origin",
			"x-content-type-options": "nosniff",
		},
	});
}

/**
 * What browsers, password managers and crawlers ask of every site: where a password is changed, and what may be listed
 * (nothing: each page here is somebody's own).
 * @see https://www.w3.org/TR/change-password-url/
 * @see https://www.rfc-editor.org/rfc/rfc9309
 */
export function createForBrowsersRoutes({ logo }: { readonly logo?: Logo | undefined } = {}): Hono<Env> {
	const routes = new Hono<Env>()
		.get("/.well-known/change-password", () => seeOther("/account/password"))
		.get("/robots.txt", (c) => c.text("User-agent: *\nDisallow: /\n"));
	if (logo !== undefined) routes.get(logoPath, () => picture(logo));
	return routes;
}
