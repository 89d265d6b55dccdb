import { member } from "@countersign/protocol";
import type { Context } from "hono";
import { type Env, json } from "../http/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { refreshRefused, tokenMembers } from "./answers.ts";
import { badJson, readObject } from "./body.ts";
import type { CompatEndpoint } from "./endpoint.ts";

interface RefreshDeps {
	readonly sessions: Pick<Sessions, "refreshCompat">;
}

/**
 * POST /refresh. An app whose answer was lost may ask again with the token it has.
 * @see https://spec.matrix.org/v1.17/client-server-api/#post_matrixclientv3refresh
 */
export function refreshEndpoint(deps: RefreshDeps): CompatEndpoint {
	return { method: "POST", paths: ["refresh"], answer: (c) => answer(deps, c) };
}

async function answer({ sessions }: RefreshDeps, c: Context<Env>): Promise<Response> {
	const read = await readObject(c.req.raw);
	if (!read.ok) return read.answer;
	const refreshToken = member(read.body, "refresh_token");
	if (typeof refreshToken !== "string") return badJson("refresh_token is missing");
	const outcome = await sessions.refreshCompat({ refreshToken, address: c.env.address });
	return outcome.ok ? json(200, tokenMembers(outcome.tokens)) : refreshRefused(outcome.reason);
}
