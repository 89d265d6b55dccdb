import { type Homeserver, HomeserverUnavailable } from "@countersign/core";
import type { Clock, Random, SynapseConfig } from "../../config/index.ts";
import type { SynapseStorage } from "./ports.ts";

export interface SynapseHomeserverDeps extends SynapseConfig {
	readonly storage: SynapseStorage;
	readonly clock: Clock;
	readonly random: Random;
	readonly serverName: string;
}

/** The homeserver as the authorization server uses it. */
export function createSynapseHomeserver(_deps: SynapseHomeserverDeps): Homeserver {
	const unavailable = async () => {
		throw new HomeserverUnavailable();
	};
	return {
		isLocalpartAvailable: unavailable,
		findUser: unavailable,
		upsertDevice: unavailable,
		setDisplayName: unavailable,
		identityOf: unavailable,
	};
}
