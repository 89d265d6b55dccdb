import type { AccountId } from "@countersign/core";
import type { TokenEndpointGrantContext } from "oidc-provider";

/** For apps that asked for `openid`. @see https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse */
export async function idToken(
	ctx: TokenEndpointGrantContext,
	about: {
		readonly accountId: AccountId;
		readonly accessToken: string;
		readonly nonce?: string | undefined;
		/** Epoch seconds, as OpenID Connect counts. */
		readonly authTime?: number | undefined;
		readonly amr?: readonly string[] | undefined;
		readonly acr?: string | undefined;
	},
): Promise<string> {
	const { accountId, accessToken, nonce, authTime, amr, acr } = about;
	const token = new ctx.oidc.provider.IdToken({}, { ctx });
	token.set("sub", accountId);
	token.set("at_hash", accessToken);
	if (nonce !== undefined) token.set("nonce", nonce);
	if (authTime !== undefined) token.set("auth_time", authTime);
	if (amr !== undefined) token.set("amr", amr);
	if (acr !== undefined) token.set("acr", acr);
	return token.issue({ use: "idtoken" });
}
