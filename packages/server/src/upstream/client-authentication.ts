import { createPrivateKey } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import * as oidc from "openid-client";
import type { Clock, UpstreamConfig } from "../config/index.ts";

/** How long what we sign for Apple is good. */
const secretSeconds = 300;

/** How we show a service who we are. */
export async function clientAuthentication(
	{
		authMethod,
		clientSecret,
		signingKey: key,
	}: Pick<UpstreamConfig, "authMethod" | "clientSecret" | "signingKey">,
	clock: Clock,
): Promise<oidc.ClientAuth> {
	switch (authMethod) {
		case "none":
			return oidc.None();
		case "client_secret_basic":
			return oidc.ClientSecretBasic(clientSecret);
		case "client_secret_post":
			return oidc.ClientSecretPost(clientSecret);
		case "client_secret_jwt":
			return oidc.ClientSecretJwt(clientSecret);
		case "private_key_jwt":
			return oidc.PrivateKeyJwt(await keyPair(key));
		case "sign_in_with_apple":
			return signedSecret(key, clock);
	}
}

async function keyPair(key: UpstreamConfig["signingKey"]) {
	if (key === undefined) throw new Error("a key was not set that the settings demand");
	// Of whatever form it has in the file.
	const pem = createPrivateKey(key.pem).export({ type: "pkcs8", format: "pem" }).toString();
	const imported = await importPKCS8(pem, key.algorithm);
	return { key: imported, ...(key.id !== undefined && { kid: key.id }) };
}

/**
 * Apple's secret is a token that we sign, new for each request.
 * @see https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
async function signedSecret(key: UpstreamConfig["signingKey"], clock: Clock): Promise<oidc.ClientAuth> {
	const { key: signs, kid } = await keyPair(key);
	return async ({ issuer }, { client_id: clientId }, body) => {
		const now = Math.floor(clock() / 1000);
		const secret = await new SignJWT()
			.setProtectedHeader({ alg: "ES256", ...(kid !== undefined && { kid }) })
			.setIssuer(key?.team ?? "")
			.setSubject(clientId)
			.setAudience(issuer)
			.setIssuedAt(now)
			.setExpirationTime(now + secretSeconds)
			.sign(signs);
		body.set("client_id", clientId);
		body.set("client_secret", secret);
	};
}
