import type { Config } from "../config/index.ts";
import type { Ask } from "./ports.ts";
import { bearer, post, type Reply } from "./question.ts";
import { ownAddress } from "./setup.ts";

/** What the server that runs with these settings tells Synapse of a token; undefined where there is no Synapse. */
export function createAskToken(
	{ host, port, homeserver }: Config,
	ask: Ask,
): ((token: string) => Promise<Reply>) | undefined {
	if (homeserver === undefined) return undefined;
	const own = ownAddress({ host, port });
	return (token) =>
		ask(
			post(own, "oauth2/introspect", {
				headers: { "content-type": "application/x-www-form-urlencoded", ...bearer(homeserver.secret) },
				body: new URLSearchParams({ token, token_type_hint: "access_token" }).toString(),
			}),
		);
}
