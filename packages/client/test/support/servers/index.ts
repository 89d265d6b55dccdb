/** Other people's homeservers, small: see `homeserver.ts` for what they share, and each file for its own manners. */
import { continuwuity } from "./continuwuity.ts";
import { type Guard, type Surroundings, startHomeserver } from "./homeserver.ts";
import { ofOld } from "./of-old.ts";
import type { Clock } from "./state.ts";
import { synapseAndMas } from "./synapse-and-mas.ts";
import { tuwunel } from "./tuwunel.ts";

export {
	type Fault,
	password,
	type TestDevice,
	type TestHomeserver,
} from "./homeserver.ts";
export { onlyKey } from "./signatures.ts";

/** A kind of server, and what somebody at it does to agree. */
export interface ServerKind {
	readonly name: string;
	readonly guard: (surroundings: Surroundings) => Guard;
	/** Whether there is a page to approve at, the fallback page of another stage, or something asked in the app. */
	readonly by: "approval" | "fallback page" | "password" | "nothing";
	/** How long an approval lasts; undefined where it ends with its use alone. */
	readonly approvalMs?: number;
	/** Whether a restart loses what was asked, or approved. */
	readonly forgets?: boolean;
}

const tenMinutes = 600_000;

export const serverKinds: readonly ServerKind[] = [
	{ name: "Synapse with MAS", guard: synapseAndMas(), by: "approval", approvalMs: tenMinutes },
	{
		name: "Synapse before 1.146 with MAS",
		guard: synapseAndMas({ stages: ["org.matrix.cross_signing_reset"] }),
		by: "approval",
		approvalMs: tenMinutes,
	},
	{ name: "tuwunel", guard: tuwunel(), by: "approval", approvalMs: tenMinutes },
	{ name: "continuwuity", guard: continuwuity(), by: "approval", approvalMs: tenMinutes, forgets: true },
	{ name: "a server with passwords", guard: ofOld("m.login.password"), by: "password", forgets: true },
	{ name: "a server with single sign-on", guard: ofOld("m.login.sso"), by: "fallback page", forgets: true },
	{ name: "a server with a dummy stage", guard: ofOld("m.login.dummy"), by: "nothing", forgets: true },
];

/** Starts a server of this kind. @param now its clock */
export function startServerOf({ guard }: ServerKind, now?: Clock) {
	return startHomeserver(guard, now === undefined ? {} : { now });
}
