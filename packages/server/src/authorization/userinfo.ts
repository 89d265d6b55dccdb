import { parseMatrixScope } from "@countersign/protocol";
import { Hono } from "hono";
import { answerOtherMethods, bearerOf, type Env, json, withCors } from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";

const path = "/oauth2/userinfo";

/**
 * Who the holder of an access token with the `openid` scope is: the opaque subject and the user name. Refuses with an
 * empty 401, which tells clients no more than that.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export function createUserinfoRoute({ sessions }: { readonly sessions: Pick<Sessions, "authenticate"> }) {
	const routes = new Hono<Env>();
	routes.on(["GET", "POST"], path, async (c) => {
		const token = bearerOf({ authorization: c.req.header("authorization"), url: c.req.url });
		if (token === undefined) return withCors(unauthorized("Bearer"));
		const found = await sessions.authenticate(token, { address: c.env.address });
		if (!found.ok) return withCors(unauthorized('Bearer error="invalid_token"'));
		const scope = parseMatrixScope(found.caller.scope);
		if (!scope.ok || !scope.value.openid) {
			return withCors(unauthorized('Bearer error="insufficient_scope", scope="openid"'));
		}
		return withCors(json(200, { sub: found.caller.accountId, username: found.caller.localpart }));
	});
	answerOtherMethods(routes, path, ["GET", "POST"]);
	return routes;
}

function unauthorized(challenge: string): Response {
	return new Response(null, {
		status: 401,
		headers: { "www-authenticate": challenge, "cache-control": "no-store" },
	});
}
