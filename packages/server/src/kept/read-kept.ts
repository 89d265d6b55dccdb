import type { LiveSessions, Transactions } from "@countersign/core";
import { errcodes } from "@countersign/protocol";
import type { Hono } from "hono";
import type { Clock } from "../config/ports.ts";
import { type Env, json } from "../http/index.ts";
import type { Log } from "../log/index.ts";
import { type AuthenticateToken, matrixError, serveEndpoints } from "../matrix-api/index.ts";
import type { KeptReads } from "./ports.ts";

export interface ReadKeptDeps {
	readonly storage: Transactions<{
		readonly sessions: LiveSessions;
		readonly holds: Pick<KeptReads, "readable">;
	}>;
	readonly authenticate: AuthenticateToken;
	readonly clock: Clock;
	readonly log: Pick<Log, "error">;
	/** With a trailing slash. */
	readonly publicBase: string;
}

/**
 * GET /undo/v1/kept: what is kept from before a reset, for the app that its person lets read it. To every other one it
 * says where the person lets it, and not whether there is anything: a token alone opens nothing. What it tells of is
 * encrypted with the old recovery key; the message keys are had at the homeserver, by the version's number.
 */
export function createReadKeptRoutes(deps: ReadKeptDeps): Hono<Env> {
	const { storage, clock, publicBase } = deps;
	return serveEndpoints(
		[
			{
				method: "GET",
				paths: ["/undo/v1/kept"],
				takes: "nothing",
				async answer({ caller }) {
					const kept = await storage.read.holds.readable(caller, clock());
					if (kept.length > 0)
						return json(200, {
							kept: kept.map(({ version, until, secrets }) => ({
								...{ version: String(version), until, secrets },
							})),
						});
					const url = new URL("account/kept", publicBase);
					url.searchParams.set("device_id", caller.deviceId);
					return matrixError(403, errcodes.forbidden, "The person has not let this app read it", {
						url: url.href,
					});
				},
			},
		],
		{ ...deps, owned: ["/undo/*"] },
	);
}
