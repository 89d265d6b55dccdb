import type { ClientRecord } from "./ports.ts";

type Named = Pick<ClientRecord, "id" | "metadata">;

/** Whether this app may register, and begin to sign somebody in. One that is signed in goes on. */
export type MayBegin = (client: Named) => boolean;

/**
 * Of the apps that the operator names, by client id, or by a host that their `client_uri` is on or below. Web apps are
 * held to that host by where they return to; what runs on a person's own machine can claim any.
 */
export function allowedClients(allowed: readonly string[] | undefined): MayBegin {
	if (allowed === undefined) return () => true;
	return ({ id, metadata }) => {
		const host = URL.parse(metadata.client_uri)?.hostname ?? "";
		return allowed.some((one) => one === id || one === host || host.endsWith(`.${one}`));
	};
}
