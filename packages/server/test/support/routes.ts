import { mock } from "node:test";
import { SmartRouter } from "hono/router/smart-router";
import { mailNowhere } from "./mail-nowhere.ts";
import { type RunningServer, type ServerOptions, startServer } from "./server.ts";

/** A route as the server mounts it; parts of the path as `:name`, and `ALL` for any method. */
export interface Route {
	readonly method: string;
	readonly path: string;
}

/** Routes answered before the router is asked. */
const rawRoutes: readonly Route[] = [
	{ method: "GET", path: "/authorize" },
	{ method: "POST", path: "/authorize" },
	{ method: "POST", path: "/oauth2/token" },
	{ method: "POST", path: "/oauth2/introspect" },
	{ method: "GET", path: "/oauth2/keys.json" },
];

/**
 * Starts a server and tells every route it mounts, as the router is told, so that a route added tomorrow is in every
 * test that goes through all of them.
 */
export async function startServerWithRoutes(
	options: ServerOptions = {},
): Promise<{ readonly server: RunningServer; readonly routes: readonly Route[] }> {
	const add = mock.method(SmartRouter.prototype, "add");
	try {
		const server = await startServer({ email: mailNowhere, ...options });
		const mounted = add.mock.calls.map(({ arguments: [method, path] }) => ({ method, path }));
		const routes = new Map(
			[...mounted, ...rawRoutes].map((route) => [`${route.method} ${route.path}`, route]),
		);
		return { server, routes: [...routes.values()] };
	} finally {
		add.mock.restore();
	}
}

/** The endpoints for apps that know one of these methods, as they are mounted: `METHOD /path`. */
export async function endpointsForApps(
	server: RunningServer,
	routes: readonly Route[],
	wanted: readonly string[],
): Promise<readonly string[]> {
	const paths = routes.filter(
		({ method, path }) => method === "ALL" && path.startsWith("/_matrix/") && !path.endsWith("*"),
	);
	const found = await Promise.all(
		paths.map(async ({ path }) => {
			const { headers } = await fetch(new URL(path, server.url), { method: "OPTIONS" });
			const methods = (headers.get("access-control-allow-methods") ?? "").split(", ");
			return methods.filter((method) => wanted.includes(method)).map((method) => `${method} ${path}`);
		}),
	);
	return found.flat().sort();
}
