import { HomeserverUnavailable } from "@countersign/core";
import type { LocalpartFault } from "@countersign/protocol";
import type { NamesThere } from "./ports.ts";

export type NewNameOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "localpart-taken" | "homeserver-unavailable" }
	| { readonly ok: false; readonly reason: "localpart-invalid"; readonly fault: NameFault };

/** What is wrong with a name for somebody new: by the rules for all, or for a reason of the homeserver's. */
export type NameFault = LocalpartFault | "refused-there" | "kept-there";

/**
 * Whether the homeserver would take somebody of this name for new. A name it knows is never given to whoever asks for
 * it: they would be the person it knows.
 */
export async function checkNewName(
	homeserver: Pick<NamesThere, "isLocalpartAvailable">,
	localpart: string,
): Promise<NewNameOutcome> {
	try {
		const outcome = await homeserver.isLocalpartAvailable(localpart);
		if (outcome.ok) return outcome;
		if (outcome.reason === "taken") return { ok: false, reason: "localpart-taken" };
		return { ok: false, reason: "localpart-invalid", fault: faults[outcome.reason] };
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		return { ok: false, reason: "homeserver-unavailable" };
	}
}

const faults = { invalid: "refused-there", exclusive: "kept-there" } as const;
