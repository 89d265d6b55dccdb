import { createHmac, timingSafeEqual } from "node:crypto";
import type { Form } from "../http/index.ts";

/** The check that every form goes through before anything is done. */
export interface Csrf {
	/** Value of the form's hidden field `csrf`: good for one purpose, in one browser. */
	token(purpose: string, browser: string): string;
	/** Whether our own page, shown in this browser for this purpose, sent the form. */
	check(sent: {
		readonly request: Request;
		readonly form: Form;
		readonly purpose: string;
		readonly browser: string;
	}): boolean;
}

/**
 * Tokens are MACs under the server's key over the purpose and what identifies the browser (its session, or an
 * anonymous cookie), so that a token of one form or one person is worth nothing in another.
 * @param browser secret only this browser holds, or a hash of it
 */
export function createCsrf({
	key,
	publicBase,
}: {
	readonly key: Uint8Array;
	readonly publicBase: string;
}): Csrf {
	const { origin } = new URL(publicBase);
	const mac = (purpose: string, browser: string) =>
		createHmac("sha256", key).update(`countersign form\n${purpose.length}:${purpose}\n${browser}`).digest();
	return {
		token: (purpose, browser) => mac(purpose, browser).toString("base64url"),
		check({ request, form, purpose, browser }) {
			const expected = mac(purpose, browser);
			const given = Buffer.from(form.text("csrf"), "base64url");
			if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
			return isSentByUs(request, origin);
		},
	};
}

/**
 * A second lock: what browsers say about who sent a form. "same-site" is not enough, another port of this machine
 * is that. Pages here send no referrer, for which browsers write `Origin: null`; the token decides then.
 */
function isSentByUs(request: Request, own: string): boolean {
	const site = request.headers.get("sec-fetch-site") ?? "same-origin";
	if (site !== "same-origin" && site !== "none") return false;
	const origin = request.headers.get("origin") ?? "null";
	return origin === "null" || origin === own;
}
