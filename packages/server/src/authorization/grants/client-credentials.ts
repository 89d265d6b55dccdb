import { errors, type TokenEndpointGrantContext } from "oidc-provider";
import { clientCredentials } from "../client-metadata.ts";
import type { AuthorizationStorage } from "../ports.ts";
import { type ProgramTokens, programTokenSeconds } from "../program-tokens.ts";

/** What programs are given, and nothing else: they are nobody, and have no devices. */
const scope = "urn:mas:admin";

/**
 * A program of the operator's, known by its secret, gets a token for the administration of accounts. No refresh token:
 * it has what buys the next one.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export function createClientCredentialsGrant({
	storage,
	tokens,
}: {
	readonly storage: AuthorizationStorage;
	readonly tokens: Pick<ProgramTokens, "issue">;
}) {
	return async (ctx: TokenEndpointGrantContext): Promise<void> => {
		const asked = ctx.oidc.params.scope;
		const isAsked = typeof asked === "string" && asked.split(" ").includes(scope);
		if (!isAsked) throw new errors.InvalidScope(`Programs are given ${scope}`, String(asked ?? ""));
		const { clientId } = ctx.oidc.client;
		const found = await storage.read.clients.find(clientId);
		const secretHash = found?.metadata.client_secret_hash;
		// A client without a secret shows nothing: whoever knows its id would be it.
		if (secretHash === undefined || !found?.metadata.grant_types.includes(clientCredentials))
			throw new errors.UnauthorizedClient("The client is not allowed this grant.");
		ctx.set("Cache-Control", "no-store");
		ctx.set("Pragma", "no-cache");
		ctx.body = {
			access_token: tokens.issue({ id: clientId, secretHash }),
			token_type: "Bearer",
			expires_in: programTokenSeconds,
			scope,
		};
	};
}
