import type { ResetRequests, Transactions } from "@countersign/core";
import { errcodes, oauthStages } from "@countersign/protocol";
import { Hono } from "hono";
import { type Env, matrixError, withCors } from "../http/index.ts";
import { resetPath } from "./pages/reset-forms.ts";

export interface FallbackDeps {
	readonly storage: Transactions<{ readonly requests: Pick<ResetRequests, "find"> }>;
}

/**
 * GET /_matrix/client/{version}/auth/{stage}/fallback/web: for apps that do not know the stage and open its page by
 * this address. It leads to the approval page, which is on the homeserver's own origin here, as apps that check the
 * origin of the completion message require. A session id opens nothing: whose request it is decides at that page.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
export function createFallbackRoutes({ storage }: FallbackDeps): Hono<Env> {
	return new Hono<Env>().get(
		"/_matrix/client/:version{r0|v3|unstable}/auth/:stage/fallback/web",
		async (c) => {
			if (!oauthStages.some((stage) => stage === c.req.param("stage"))) {
				return withCors(matrixError(404, errcodes.unrecognized, "There is no page for this stage"));
			}
			const uiaSession = c.req.query("session");
			if (uiaSession === undefined || uiaSession === "") {
				return withCors(matrixError(400, errcodes.missingParam, "The session is missing"));
			}
			const request = await storage.read.requests.find({ uiaSession });
			return found(request === undefined ? "/account/reset" : resetPath(request.reference));
		},
	);
}

function found(location: string): Response {
	const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" };
	return new Response(null, { status: 302, headers });
}
