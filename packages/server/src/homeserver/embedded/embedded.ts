import type { AccountId, Transactions } from "@countersign/core";
import type { Hono } from "hono";
import type { Clock, Random } from "../../config/ports.ts";
import type { Env } from "../../http/index.ts";
import type { Job } from "../../jobs/ports.ts";
import type { NewRateLimiter } from "../../limits/index.ts";
import type { Log } from "../../log/index.ts";
import { type AuthenticateToken, serveEndpoints } from "../../matrix-api/index.ts";
import { claimKeyEndpoints } from "./claim-keys.ts";
import { clientDataEndpoints } from "./client-data-endpoints.ts";
import { crossSigningEndpoints } from "./cross-signing.ts";
import { dehydratedDeviceEndpoints } from "./dehydrated-device.ts";
import { dehydratedEventEndpoints } from "./dehydrated-events.ts";
import { deviceKeyEndpoints } from "./device-keys.ts";
import { deviceEndpoints } from "./devices.ts";
import { discoveryEndpoints } from "./discovery.ts";
import type { EmbeddedUnit, Endpoint } from "./endpoint.ts";
import { createHeldAnswers, type HeldAnswers } from "./held-answers.ts";
import { keyChangeEndpoints } from "./key-changes.ts";
import type { DeviceUse } from "./ports.ts";
import { queryKeyEndpoints } from "./query-keys.ts";
import { rendezvousEndpoints } from "./rendezvous/endpoints.ts";
import { settleHolds } from "./settle-holds.ts";
import { signatureEndpoints } from "./upload-signatures.ts";
import { type Changed, createWakeups } from "./wakeups.ts";

export interface EmbeddedDeps {
	readonly storage: Transactions<EmbeddedUnit> & {
		/** Tells, after each commit, which accounts it brought something new for. */
		watch(listener: (changed: Changed) => void): void;
	};
	readonly authenticate: AuthenticateToken;
	/** When each device of the account was last used, and from where. */
	readonly lastSeen: (accountId: AccountId) => Promise<readonly DeviceUse[]>;
	readonly serverName: string;
	/** With a trailing slash. */
	readonly publicBase: string;
	/** Whether apps of this client that replace an identity are told that they may step up. */
	readonly canStepUp: (clientId: string) => boolean;
	readonly authorizationMetadata: Readonly<Record<string, unknown>>;
	/** Where attempts are counted. */
	readonly newRateLimiter: NewRateLimiter;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Pick<Log, "error">;
}

export interface Embedded {
	/** Everything below `/_matrix/` that nobody else answers, and the well-known document. Mount it last. */
	readonly routes: Hono<Env>;
	readonly job: Job;
}

/** What a request that ended by itself leaves held comes back within so long. */
const settleEveryMs = 10_000;

/** What every group of endpoints may use. None is handed a way to write: a call has one. */
interface EndpointDeps extends Omit<EmbeddedDeps, "storage"> {
	readonly storage: Pick<EmbeddedDeps["storage"], "read">;
	readonly heldAnswers: HeldAnswers;
}

export function createEmbedded(given: EmbeddedDeps): Embedded {
	const wakeups = createWakeups();
	given.storage.watch((changed) => wakeups.wake(changed));
	const heldAnswers = createHeldAnswers({ wakeups });
	const deps: EndpointDeps = { ...given, storage: { read: given.storage.read }, heldAnswers };
	// Core looks at the session itself; where two devices meet nobody has one.
	const writing = [...crossSigningEndpoints(given), ...rendezvousEndpoints(given)];
	const all = [...endpoints(deps), ...writing];
	return {
		routes: serveEndpoints(all, { ...given, owned: ["/_matrix/*"] }),
		job: {
			name: "putting back what apps removed",
			everyMs: settleEveryMs,
			run: (stopping) => settleHolds(given, stopping),
		},
	};
}

function endpoints(deps: EndpointDeps): Endpoint[] {
	return [
		...discoveryEndpoints(deps),
		...deviceEndpoints(deps),
		...deviceKeyEndpoints(),
		...dehydratedDeviceEndpoints(deps),
		...dehydratedEventEndpoints(deps),
		...queryKeyEndpoints(deps),
		...claimKeyEndpoints(deps),
		...keyChangeEndpoints(deps),
		...signatureEndpoints(deps),
		...clientDataEndpoints(deps),
	];
}
