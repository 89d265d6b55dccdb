import type { Hono } from "hono";
import { oauthError, preflight, withCors } from "./answers.ts";
import type { Env } from "./bindings.ts";

/** 405 for apps: an OAuth error, and `Allow` with what is answered there. Lacks what lets scripts read it. */
export function wrongMethod(allowed: readonly string[]): Response {
	const answer = oauthError(405, "invalid_request", `Only ${allowed.join(" and ")} is answered here`);
	answer.headers.set("allow", allowed.join(", "));
	return answer;
}

/**
 * What an endpoint for apps answers to every method but its own: `OPTIONS` without running logic, 405 to the rest,
 * readable for scripts of any origin. Install it after the endpoint's own routes.
 */
export function answerOtherMethods(app: Hono<Env>, path: string, methods: readonly string[]): void {
	app.options(path, () => preflight(methods));
	app.all(path, () => withCors(wrongMethod(methods)));
}
