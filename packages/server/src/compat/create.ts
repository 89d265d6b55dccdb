import type { Hono } from "hono";
import type { Env } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { createFrame } from "../matrix-api/index.ts";
import { type CompatEndpoint, owned, underEveryPrefix } from "./endpoint.ts";
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
	return serve(endpoints, { owned, log: deps.log });
}

/** Signing out alone: where the homeserver is our own, apps that signed in by OAuth use it all the same. */
export function createLogoutRoutes(deps: LogoutDeps & { readonly log: Pick<Log, "error"> }): Hono<Env> {
	return serve(logoutEndpoints(deps), { owned: [], log: deps.log });
}

function serve(endpoints: readonly CompatEndpoint[], how: Parameters<typeof createFrame>[1]): Hono<Env> {
	const routes = endpoints.map((endpoint) => ({ ...endpoint, paths: underEveryPrefix(endpoint.paths) }));
	return createFrame(routes, how);
}
