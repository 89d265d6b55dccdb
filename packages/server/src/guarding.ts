import { createGuardedUpload, finishSpends, type GuardMeans, type GuardUnit } from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { Clock, Random, SynapseConfig } from "./config/index.ts";
import { sha256, utf8, verifyEd25519 } from "./device-signing/index.ts";
import { createGuard } from "./guard/index.ts";
import {
	appServiceTokens,
	createClientApi,
	createForeignUploads,
	createGuardedSynapse,
} from "./homeserver/synapse/index.ts";
import type { RawHandler } from "./http/index.ts";
import type { Job } from "./jobs/index.ts";
import type { Log } from "./log/index.ts";
import { createOutbound } from "./outbound/index.ts";
import { type Sessions, tokenKind } from "./sessions/index.ts";
import type { Storage } from "./storage/index.ts";

export interface GuardingDeps {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly random: Random;
	readonly log: Log;
	readonly serverName: string;
	/** With a trailing slash. */
	readonly publicBase: string;
	readonly homeserver: SynapseConfig;
	readonly authenticate: Sessions["authenticate"];
}

/** Each holds its lease for a minute: sooner there is nothing to do. */
const finishEveryMs = 20_000;

export interface Guarding {
	/** Answers uploads in the place of Synapse. */
	readonly handler: RawHandler;
	readonly job: Job;
	/** Lets go of its connections. */
	close(): void;
}

/** The guard before this Synapse, with all it needs. */
export function createGuarding(deps: GuardingDeps): Guarding {
	const { storage, clock, random, log, serverName, publicBase, homeserver, authenticate } = deps;
	const outbound = createOutbound();
	const ask = createClientApi(homeserver.synapse, outbound);
	const { asToken } = appServiceTokens(homeserver.secret);
	const means: GuardMeans<GuardUnit> = {
		storage,
		clock,
		sha256,
		utf8,
		verify: verifyEd25519,
		newToken: () => random.token(),
		homeserver: createGuardedSynapse(ask, asToken),
	};
	return {
		handler: createGuard({
			storage,
			clock,
			random,
			log,
			serverName,
			publicBase,
			authenticate,
			asToken,
			upload: createGuardedUpload(means),
			isOwnToken: (text) => tokenKind(text) !== undefined,
			forward: createForeignUploads(ask),
		}),
		job: {
			name: "finishing approved uploads",
			everyMs: finishEveryMs,
			async run() {
				const finished = await finishSpends(means, async (accountId) => {
					const account = await storage.read.accounts.find({ id: accountId });
					return account && makeUserId(account.localpart, serverName);
				});
				if (finished > 0) log.info({ finished }, "uploads that nobody came back for are settled");
			},
		},
		close: () => outbound.close(),
	};
}
