import { setTimeout as pause } from "node:timers/promises";
import {
	type AccountId,
	createGuardedUpload,
	createSpends,
	finishSpends,
	type GuardMeans,
	type GuardUnit,
	HomeserverUnavailable,
} from "@countersign/core";
import { makeUserId } from "@countersign/protocol";
import type { Clock, Random, SynapseConfig } from "./config/index.ts";
import { sha256, utf8, verifyEd25519 } from "./device-signing/index.ts";
import { createGuard } from "./guard/index.ts";
import {
	appServiceTokens,
	createClientApi,
	createForeignUploads,
	createGuardedSynapse,
	createHandOn,
	createSettleHeld,
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
	readonly stepUp: boolean;
	readonly homeserver: SynapseConfig;
	readonly authenticate: Sessions["authenticate"];
}

/** Each holds its lease for a minute: sooner there is nothing to do. */
const finishEveryMs = 20_000;
/** What a request that ended by itself leaves held comes back within so long. */
const settleEveryMs = 10_000;
/** Who waits at a page is shown it without what is not known by then. */
const settlePatienceMs = 2_000;

export interface Guarding {
	/** Answers uploads, and what apps remove before, in the place of Synapse. */
	readonly handler: RawHandler;
	readonly jobs: readonly Job[];
	/** Waits a moment until what a refusal gives back is back at Synapse. Nothing is lost where it does not answer. */
	settleSoon(accountId: AccountId): Promise<void>;
	/** Lets go of its connections. */
	close(): void;
}

/** The guard before this Synapse, with all it needs. */
export function createGuarding(deps: GuardingDeps): Guarding {
	const { storage, clock, random, log, serverName, publicBase, homeserver, authenticate, stepUp } = deps;
	const outbound = createOutbound();
	const ask = createClientApi(homeserver.synapse, outbound);
	const { asToken } = appServiceTokens(homeserver.secret);
	const userIdOf = async (accountId: AccountId) => {
		const account = await storage.read.accounts.find({ id: accountId });
		return account && makeUserId(account.localpart, serverName);
	};
	const held = createSettleHeld({ storage, ask, asToken, userIdOf, clock, random, log });
	const means: GuardMeans<GuardUnit> = {
		storage,
		clock,
		sha256,
		utf8,
		verify: verifyEd25519,
		newToken: () => random.token(),
		homeserver: createGuardedSynapse(ask, asToken),
	};
	const spends = createSpends(means);
	return {
		handler: createGuard({
			storage,
			clock,
			random,
			log,
			serverName,
			publicBase,
			stepUp,
			authenticate,
			asToken,
			upload: createGuardedUpload(means, spends),
			isOwnToken: (text) => tokenKind(text) !== undefined,
			forward: createForeignUploads(ask),
			handOn: createHandOn(ask),
		}),
		jobs: [
			{
				name: "finishing approved uploads",
				everyMs: finishEveryMs,
				async run() {
					const finished = await finishSpends(means, spends, userIdOf);
					if (finished > 0) log.info({ finished }, "uploads that nobody came back for are settled");
				},
			},
			{ name: "putting back what apps removed", everyMs: settleEveryMs, run: held.settleAll },
		],
		settleSoon: (accountId) => withinTime(held.settle(accountId), log),
		close: () => outbound.close(),
	};
}

async function withinTime(settling: Promise<void>, log: Log): Promise<void> {
	const settled = settling.catch((err: unknown) => {
		const text = "what was refused is not put back at Synapse yet";
		if (err instanceof HomeserverUnavailable) log.warn({ err }, text);
		else log.error({ err }, text);
	});
	await Promise.race([settled, pause(settlePatienceMs, undefined, { ref: false })]);
}
