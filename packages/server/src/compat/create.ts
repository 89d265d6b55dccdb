import type { Hono } from "hono";
import type { Env } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { createFrame } from "../matrix-api/index.ts";
import { owned, underEveryPrefix } from "./endpoint.ts";
import { type LoginEndpointDeps, loginEndpoints } from "./login.ts";
import { type LogoutDeps, logoutEndpoints } from "./logout.ts";
import type { CompatUnit } from "./ports.ts";
import { refreshEndpoint } from "./refresh.ts";
import { type SsoRedirectDeps, ssoRedirectEndpoint } from "./sso-redirect.ts";

/** The older login API. Mount it only where the homeserver leaves this API to us. */
export function createCompatRoutes<Unit extends CompatUnit>(
	deps: LoginEndpointDeps<Unit> &
		LogoutDeps &
		SsoRedirectDeps &
		Parameters<typeof refreshEndpoint>[0] & { readonly log: Pick<Log, "error"> },
): Hono<Env> {
	const endpoints = [
		...loginEndpoints(deps),
		refreshEndpoint(deps),
		...logoutEndpoints(deps),
		ssoRedirectEndpoint(deps),
	];
	const routes = endpoints.map((endpoint) => ({ ...endpoint, paths: underEveryPrefix(endpoint.paths) }));
	return createFrame(routes, { owned, log: deps.log });
}
