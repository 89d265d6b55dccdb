import { Hono } from "hono";
import type { Env } from "../http/index.ts";
import type { Metrics } from "./create.ts";

/**
 * GET /metrics, for these addresses; to all others there is no such page. Who comes through a proxy that is not trusted
 * has the proxy's address: then it is the proxy that has to keep strangers away.
 */
export function createMetricsRoute(metrics: Metrics, allow: readonly string[]): Hono<Env> {
	return new Hono<Env>().get("/metrics", async (c) => {
		if (!allow.includes(c.env.address)) return c.notFound();
		const { type, body } = await metrics.text();
		return new Response(body, { headers: { "content-type": type, "cache-control": "no-store" } });
	});
}
