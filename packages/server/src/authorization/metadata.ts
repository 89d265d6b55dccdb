import { accountActions, type OAuthMetadata } from "@countersign/protocol";
import { Hono } from "hono";
import { answerOtherMethods, type Env, json, withCors } from "../http/index.ts";
import { acrValues } from "../proofs/index.ts";
import { deviceGrantType } from "./client-metadata.ts";

export interface MetadataConfig {
	/** With a trailing slash; also the issuer. No address here comes from anywhere else. */
	readonly publicBase: string;
	/** `prompt=create` is only promised while people can register. */
	readonly openRegistration: boolean;
	/** Apps are here that show a secret. None registers so: they came along with people from MAS. */
	readonly withSecrets: boolean;
	/** By which id tokens are signed. */
	readonly algorithms: readonly string[];
}

/** The required and optional members clients read, and the twins of those that were renamed. */
export type AuthorizationMetadata = OAuthMetadata & Readonly<Record<string, unknown>>;

/**
 * The authorization server's metadata. Served by itself and, unchanged, by the homeserver's `auth_metadata`.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv1auth_metadata
 */
export function authorizationMetadata({
	publicBase,
	openRegistration,
	withSecrets,
	algorithms,
}: MetadataConfig): AuthorizationMetadata {
	const at = (path: string) => new URL(path, publicBase).href;
	const account = {
		account_management_uri: at("account/"),
		account_management_actions_supported: accountActions,
	};
	return {
		issuer: publicBase,
		authorization_endpoint: at("authorize"),
		token_endpoint: at("oauth2/token"),
		device_authorization_endpoint: at("oauth2/device"),
		revocation_endpoint: at("oauth2/revoke"),
		registration_endpoint: at("oauth2/registration"),
		userinfo_endpoint: at("oauth2/userinfo"),
		jwks_uri: at("oauth2/keys.json"),
		...supported({ openRegistration, withSecrets, algorithms }),
		...account,
		"org.matrix.msc4191.account_management_uri": account.account_management_uri,
		"org.matrix.msc4191.account_management_actions_supported": account.account_management_actions_supported,
	};
}

function supported({ openRegistration, withSecrets, algorithms }: Omit<MetadataConfig, "publicBase">) {
	const authMethods = withSecrets ? ["none", "client_secret_basic", "client_secret_post"] : ["none"];
	return {
		response_types_supported: ["code"],
		response_modes_supported: ["query", "fragment"],
		grant_types_supported: ["authorization_code", "refresh_token", deviceGrantType],
		code_challenge_methods_supported: ["S256"],
		token_endpoint_auth_methods_supported: authMethods,
		revocation_endpoint_auth_methods_supported: authMethods,
		prompt_values_supported: openRegistration ? ["create", "login"] : ["login"],
		login_hint_types_supported: ["mxid"],
		scopes_supported: ["openid", "urn:matrix:client:api:*", "urn:matrix:org.matrix.msc2967.client:api:*"],
		acr_values_supported: acrValues,
		subject_types_supported: ["public"],
		id_token_signing_alg_values_supported: algorithms,
		claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "at_hash"],
		authorization_response_iss_parameter_supported: true,
		claims_parameter_supported: false,
		request_parameter_supported: false,
		request_uri_parameter_supported: false,
	};
}

const wellKnown = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

/** The same document under both of its names. Homeservers read the first. */
export function createMetadataRoutes(config: MetadataConfig): Hono<Env> {
	const document = authorizationMetadata(config);
	const routes = new Hono<Env>();
	for (const path of wellKnown) {
		routes.get(path, () => withCors(json(200, document, { "cache-control": "public, max-age=600" })));
		answerOtherMethods(routes, path, ["GET"]);
	}
	return routes;
}
