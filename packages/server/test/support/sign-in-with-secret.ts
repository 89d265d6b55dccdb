/** A sign-in by an app that has a secret, as one that came along from MAS: from the page to the id token. */
import assert from "node:assert/strict";
import {
	authorizationUrl,
	createPkce,
	createState,
	deviceScope,
	processAuthorizationCallback,
} from "@countersign/client";
import type { OAuthMetadata } from "@countersign/protocol";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { createFormBrowser } from "./form-browser.ts";
import { masPassword } from "./mas-people.ts";

const [redirectUri, deviceId] = ["https://tool.example/back", "ATOOLSDEVICE"];

/** The id token is checked against the keys that the server publishes, as an app does. */
export async function signInWithSecret(
	url: string,
	[id, secret]: readonly [string, string],
	username: string,
) {
	const told = await fetch(new URL(".well-known/openid-configuration", url));
	const metadata = (await told.json()) as OAuthMetadata & { readonly jwks_uri: string };
	assert.deepEqual(metadata.token_endpoint_auth_methods_supported, [
		...["none", "client_secret_basic", "client_secret_post"],
	]);
	const [pkce, state] = [await createPkce(), createState()];
	const asked = { redirectUri, scope: `openid ${deviceScope(deviceId)}`, state, pkce };
	const address = authorizationUrl(metadata, { ...asked, clientId: id, responseMode: "query" });
	const browser = createFormBrowser(url);
	const asking = await browser.press(await browser.open(address), "Sign in", {
		username,
		password: masPassword,
	});
	const { left } = await browser.press(asking, "Allow");
	const { code } = processAuthorizationCallback(left?.href ?? "", { state, metadata });
	const answer = await fetch(metadata.token_endpoint, {
		method: "POST",
		headers: { authorization: `Basic ${btoa(`${id}:${encodeURIComponent(secret)}`)}` },
		body: new URLSearchParams({
			...{ grant_type: "authorization_code", code },
			...{ redirect_uri: redirectUri, code_verifier: pkce.verifier },
		}),
	});
	const tokens = (await answer.json()) as Readonly<Record<string, string>>;
	assert.equal(answer.status, 200, JSON.stringify(tokens));
	const jwks = (await (await fetch(metadata.jwks_uri)).json()) as JSONWebKeySet;
	const read = await jwtVerify(tokens.id_token ?? "", createLocalJWKSet(jwks), { issuer: url, audience: id });
	const { alg, kid } = read.protectedHeader;
	const withPrivate = jwks.keys.filter(({ d }) => d !== undefined).length;
	return {
		...{ token: tokens.access_token ?? "", sub: read.payload.sub, signedBy: { alg, kid } },
		keys: { published: jwks.keys.length, withPrivate },
	};
}
