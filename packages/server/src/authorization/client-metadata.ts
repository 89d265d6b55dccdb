/**
 * What a client registered, after every rule was checked: only members this server knows, nothing left out that
 * it promises to honour. Names and addresses remain claims of whoever wrote the app.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-metadata
 */
export interface ClientMetadata {
	readonly application_type: "web" | "native";
	readonly client_uri: string;
	readonly client_name?: string;
	readonly logo_uri?: string;
	readonly tos_uri?: string;
	readonly policy_uri?: string;
	readonly redirect_uris: readonly string[];
	readonly response_types: readonly string[];
	readonly grant_types: readonly string[];
	readonly token_endpoint_auth_method: "none";
	/** `client_name#fr` and the like, as registered. */
	readonly localized: Readonly<Record<string, string>>;
}
