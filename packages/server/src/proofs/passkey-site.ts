import { isIP } from "node:net";

/** Whom passkeys are made for. */
export interface PasskeySite {
	/** The relying party's id. */
	readonly host: string;
	readonly origin: string;
}

/**
 * Undefined where browsers have no passkeys: without TLS, but for `localhost`, and at addresses that are numbers.
 * @see https://www.w3.org/TR/webauthn-3/#rp-id
 */
export function passkeySite(publicBase: string): PasskeySite | undefined {
	const { protocol, hostname: host, origin } = new URL(publicBase);
	if (isIP(host.replace(/^\[|\]$/g, "")) !== 0) return undefined;
	return protocol === "https:" || host === "localhost" ? { host, origin } : undefined;
}
