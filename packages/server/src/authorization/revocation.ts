import { Hono } from "hono";
import {
	answerOtherMethods,
	type BodyRefusal,
	type Env,
	json,
	oauthError,
	readForm,
	withCors,
} from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";

const path = "/oauth2/revoke";

/**
 * Revocation, which is how apps sign out: the whole session ends, with its device. Whoever holds a token may end it,
 * whatever client and type they name, so that a leaked one can be reported by anybody. A token that is unknown or
 * already dead is answered alike.
 * @see https://www.rfc-editor.org/rfc/rfc7009#section-2
 * @see https://spec.matrix.org/v1.17/client-server-api/#token-revocation
 */
export function createRevocationRoute({ sessions }: { readonly sessions: Pick<Sessions, "endByToken"> }) {
	const routes = new Hono<Env>();
	routes.post(path, async (c) => {
		const read = await readForm(c.req.raw);
		if (!read.ok) return withCors(refused(read.reason));
		const token = read.form.value("token");
		if (token === undefined || token === "") {
			return withCors(oauthError(400, "invalid_request", "Exactly one token is needed"));
		}
		await sessions.endByToken(token, { address: c.env.address });
		return withCors(json(200, {}));
	});
	answerOtherMethods(routes, path, ["POST"]);
	return routes;
}

function refused(reason: BodyRefusal | "not-a-form"): Response {
	if (reason === "too-large") return oauthError(413, "invalid_request", "The body is too large");
	return oauthError(400, "invalid_request", "The body is not a plain form");
}
