import { type ResetRequests, requestAt, type Transactions } from "@countersign/core";
import { errcodes, oauthStages } from "@countersign/protocol";
import { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, withCors } from "../http/index.ts";
import { matrixError } from "../matrix-api/index.ts";
import type { Pages } from "../pages/index.ts";
import { agreedPage, isAgreed } from "./pages/reset-leaving.ts";
import type { StagePage } from "./stage-page.ts";

export interface FallbackDeps {
	readonly storage: Transactions<{ readonly requests: Pick<ResetRequests, "find"> }>;
	readonly clock: Clock;
	readonly pages: Pages;
	readonly stagePage: StagePage;
}

/**
 * GET /_matrix/client/{version}/auth/{stage}/fallback/web: for apps that do not know the stage and open its page by
 * this address. It leads to the approval page, and where that is on another origin than the homeserver's, back to
 * here once the request is approved: apps check the origin of the completion message. A session id opens nothing:
 * whose request it is decides at that page, and whether it is approved the stored request, never the address.
 * @see https://spec.matrix.org/v1.17/client-server-api/#fallback
 */
export function createFallbackRoutes({ storage, clock, pages, stagePage }: FallbackDeps): Hono<Env> {
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
			const { isElsewhere, here } = stagePage;
			if (request === undefined) return found(here({ kind: "page", page: "reset" }));
			const { reference } = request;
			if (!isElsewhere || !isAgreed(requestAt(request, clock()), clock()))
				return found(here({ kind: "reset", reference, fromFallback: isElsewhere }));
			return pages.show(agreedPage({ request: here({ kind: "reset", reference, fromFallback: false }) }));
		},
	);
}

function found(location: string): Response {
	const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" };
	return new Response(null, { status: 302, headers });
}
