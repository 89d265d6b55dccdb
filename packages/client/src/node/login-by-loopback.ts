import { deviceScope } from "../authorization.ts";
import type { NewSession } from "../new-session.ts";
import { createDeviceId } from "../pkce.ts";
import { type ClientMetadata, processRegistrationResponse, registrationRequest } from "../registration.ts";
import { type LoopbackFlow, tokensByLoopback } from "./loopback-flow.ts";
import { registeredRedirectUri } from "./redirect-listener.ts";

/** What {@link loginByLoopback} needs. */
export interface LoopbackLoginOptions extends LoopbackFlow {
	/** How the program introduces itself; redirect URI and type are filled in. */
	readonly client: Omit<ClientMetadata, "redirectUris" | "applicationType">;
	/** Default: a new random one. Naming an existing device takes it over and signs its old session out. */
	readonly deviceId?: string | undefined;
	/** Scope tokens beside the usual two, for example `openid`. */
	readonly extraScopes?: readonly string[] | undefined;
	readonly prompt?: "create" | undefined;
	readonly loginHint?: string | undefined;
}

/**
 * Signs in through the person's browser and a listener on 127.0.0.1, which is closed whatever happens.
 *
 * A redirect with another state is answered and ignored: any web page could send one, and must not be able to end
 * somebody's sign-in.
 *
 * @throws `sign-in-timeout`, `aborted`, `oauth-error` (`access_denied`, ...), `issuer-mismatch`, and what
 * registration and the code exchange throw; also what `present` throws
 * @see RFC 8252 section 7.3; Matrix specification v1.17, Client-Server API, "Login flows"
 */
export async function loginByLoopback(options: LoopbackLoginOptions): Promise<NewSession> {
	const { metadata, fetch, signal, deviceId = createDeviceId() } = options;
	const client = {
		...options.client,
		redirectUris: [registeredRedirectUri],
		applicationType: "native",
	} as const;
	const { clientId } = await processRegistrationResponse(
		await registrationRequest(metadata, client, { fetch, signal }),
	);
	const scope = [deviceScope(deviceId), ...(options.extraScopes ?? [])].join(" ");
	const { prompt, loginHint } = options;
	return {
		clientId,
		deviceId,
		tokens: await tokensByLoopback(options, { clientId, scope, prompt, loginHint }),
	};
}
