import type { MasApi } from "./mas-api.ts";
import type { MasOutcome } from "./mas-call.ts";

/**
 * Makes a person known to Synapse, under their name here. Of two that do it at once Synapse tells one that the name has
 * just been taken: told again, it changes who is there now.
 */
export async function provision(
	api: MasApi,
	{ localpart, displayName }: { readonly localpart: string; readonly displayName: string | null },
): Promise<MasOutcome<unknown>> {
	const user = { localpart, ...(displayName !== null && { displayName }) };
	const outcome = await api.provisionUser(user);
	if (outcome.ok || outcome.reason !== "localpart-taken") return outcome;
	return api.provisionUser(user);
}
