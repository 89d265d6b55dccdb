import { liveAtSynapse } from "./live-synapse.ts";
import type { AppPlan } from "./mas/plan-client.ts";
import { type Plan, planPerson } from "./plan-person.ts";
import type { Kept, LiveTokens, SynapseSource } from "./ports.ts";

/** Somebody at the source, with what is to become of them. */
interface Planned {
	/** By which the source orders people. */
	readonly key: string;
	/** As reports call them. */
	readonly user: string;
	readonly plan: Plan;
	/** The application service whose person they are; absent for everybody else. */
	readonly service?: string;
	/** What they are signed in by there, read without a look at the plan. */
	readonly live: () => LiveTokens;
}

/** Where people come from: everything within one snapshot, in the words of this server. */
export interface PlannedSource {
	/** People in the order of their keys, those behind `after` first. */
	people(page: { readonly after: string; readonly limit: number }): Promise<readonly Planned[]>;
	/** Apps that people signed in with, in the order of their ids; absent where apps have none. */
	readonly apps?: (page: { readonly after: string; readonly limit: number }) => Promise<readonly AppPlan[]>;
	/** What is kept for later, once. */
	readonly kept?: () => Promise<readonly Kept[]>;
}

/** People of a Synapse that signs them in itself. */
export function planSynapse(
	source: Pick<SynapseSource, "people">,
	{ serverName, now }: { readonly serverName: string; readonly now: number },
): PlannedSource {
	return {
		async people(page) {
			const people = await source.people(page);
			return people.map((there) => ({
				...{ key: there.userId, user: there.userId },
				...(there.appServiceId !== null && { service: there.appServiceId }),
				plan: planPerson(there, { serverName, now }),
				live: () => liveAtSynapse(there, { serverName, now }),
			}));
		},
	};
}
