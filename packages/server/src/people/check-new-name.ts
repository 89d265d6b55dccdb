import { type Homeserver, HomeserverUnavailable } from "@countersign/core";

export type NewNameOutcome =
	| { readonly ok: true }
	| { readonly ok: false; readonly reason: "localpart-taken" | "homeserver-unavailable" }
	| { readonly ok: false; readonly reason: "localpart-invalid"; readonly explanation: string };

/**
 * Whether the homeserver would take somebody of this name for new. A name it knows is never given to whoever asks for
 * it: they would be the person it knows.
 */
export async function checkNewName(
	homeserver: Pick<Homeserver, "isLocalpartAvailable">,
	localpart: string,
): Promise<NewNameOutcome> {
	try {
		const outcome = await homeserver.isLocalpartAvailable(localpart);
		if (outcome.ok) return outcome;
		if (outcome.reason === "taken") return { ok: false, reason: "localpart-taken" };
		return { ok: false, reason: "localpart-invalid", explanation: explanations[outcome.reason] };
	} catch (error) {
		if (!(error instanceof HomeserverUnavailable)) throw error;
		return { ok: false, reason: "homeserver-unavailable" };
	}
}

const explanations = {
	invalid: "The homeserver does not take this name",
	exclusive: "The homeserver keeps this name for one of its services",
} as const;
