import { hkdfSync } from "node:crypto";

/** What Countersign and Synapse show each other for Countersign to act as an application service. */
export interface AppServiceTokens {
	/** Shown to Synapse. */
	readonly asToken: string;
	/** Would be shown by Synapse, which never calls: the registration has no address. */
	readonly hsToken: string;
}

/**
 * The tokens of the application service, made from the secret that is shared with Synapse: the same secret, the same
 * tokens, so that there is nothing more to configure or to rotate. Neither tells anything of the secret.
 */
export function appServiceTokens(secret: string): AppServiceTokens {
	return { asToken: derive(secret, "as_token"), hsToken: derive(secret, "hs_token") };
}

function derive(secret: string, purpose: string): string {
	const key = hkdfSync("sha256", secret, "", `countersign application service ${purpose}`, 32);
	return Buffer.from(key).toString("base64url");
}

/**
 * The registration file for Synapse, a secret. The namespace covers everybody on this server and nobody elsewhere,
 * and takes no name away from people; the sender begins with an underscore, as no person's name may.
 * @see https://spec.matrix.org/v1.17/application-service-api/#registration
 */
export function registrationFile({
	serverName,
	secret,
}: {
	readonly serverName: string;
	readonly secret: string;
}): string {
	const { asToken, hsToken } = appServiceTokens(secret);
	const people = `@.*:${serverName.replaceAll(/[^a-z0-9:-]/g, String.raw`\$&`)}$`;
	// Everything is in quotes: to Synapse's YAML 1.1 a token like 1_0 would be a number.
	return `# Registers Countersign in Synapse, so that an upload of keys that somebody approved is let through, and no other.
# Made from the shared secret: when that changes, make this file again. Whoever reads it can act as anybody here.
id: "countersign"
url: null
as_token: "${asToken}"
hs_token: "${hsToken}"
sender_localpart: "_countersign"
rate_limited: false
namespaces:
  users:
    - exclusive: false
      regex: '${people}'
`;
}
