import { json } from "../../http/index.ts";
import { type Endpoint, v3 } from "./endpoint.ts";

export interface DiscoveryDeps {
	/** With a trailing slash. */
	readonly publicBase: string;
	/** The authorization server's metadata document, as it serves it itself. */
	readonly authorizationMetadata: Readonly<Record<string, unknown>>;
}

/**
 * Versions whose parts for identity, keys and OAuth are served. Clients look for a floor here (v1.1 for v3 paths,
 * v1.15 for the OAuth API) and find out the rest by asking.
 */
const versions = Array.from({ length: 15 }, (_, minor) => `v1.${minor + 1}`);

/**
 * What is served under names that are not in the specification yet, or were not when apps began to ask: of the
 * first, Element's apps make no identity at a server that is silent here.
 */
const unstableFeatures = {
	"org.matrix.e2e_cross_signing": true,
	"org.matrix.msc4108": true,
	"org.matrix.simplified_msc3575": true,
} as const;

/** Where things are, and who asks. Everything but whoami is public. */
export function discoveryEndpoints({ publicBase, authorizationMetadata }: DiscoveryDeps): Endpoint[] {
	const open = (path: string, body: unknown): Endpoint => ({
		method: "GET",
		paths: [path],
		takes: "no-token",
		answer: () => json(200, body),
	});
	return [
		open("/.well-known/matrix/client", {
			"m.homeserver": { base_url: publicBase },
		}),
		open("/_matrix/client/versions", { versions, unstable_features: unstableFeatures }),
		open("/_matrix/client/v1/auth_metadata", authorizationMetadata),
		open("/_matrix/client/unstable/org.matrix.msc2965/auth_metadata", authorizationMetadata),
		open("/_matrix/client/unstable/org.matrix.msc2965/auth_issuer", {
			issuer: authorizationMetadata.issuer,
		}),
		{
			method: "GET",
			paths: [v3("account/whoami")],
			takes: "nothing",
			answer: ({ caller }) =>
				json(200, { user_id: caller.userId, device_id: caller.deviceId, is_guest: false }),
		},
	];
}
