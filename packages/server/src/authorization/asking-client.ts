import type { AskingClient, ClientRecord } from "./ports.ts";

/** The client as a consent page shows it. */
export function askingClient({ id, metadata }: ClientRecord): AskingClient {
	return {
		id,
		uri: metadata.client_uri,
		host: new URL(metadata.client_uri).hostname,
		...(metadata.client_name === undefined ? {} : { name: metadata.client_name }),
		...(metadata.logo_uri === undefined ? {} : { logoUri: metadata.logo_uri }),
		...(metadata.tos_uri === undefined ? {} : { tosUri: metadata.tos_uri }),
		...(metadata.policy_uri === undefined ? {} : { policyUri: metadata.policy_uri }),
	};
}

/**
 * What a page's `form-action` has to name for its form to end at the app: browsers check redirects too. A policy
 * cannot name an IPv6 host, so that loopback address widens it to its scheme.
 * @see https://www.w3.org/TR/CSP3/#framework-directive-source-list
 */
export function redirectTarget(redirectUri: string): string {
	const { protocol, origin, hostname } = new URL(redirectUri);
	return origin === "null" || hostname.startsWith("[") ? protocol : origin;
}
