import {
	authorizationCodeRequest,
	authorizationUrl,
	createDeviceId,
	createPkce,
	createState,
	deviceScope,
	processAuthorizationCallback,
	processAuthorizationCodeResponse,
	processRegistrationResponse,
	registrationRequest,
	type TokenAnswer,
} from "@countersign/client";
import type { RunningServer } from "./server.ts";

/** An app that waits for a person to let it sign in. */
export interface AskingApp {
	/** What it opens in the browser. */
	readonly url: string;
	readonly state: string;
	/** Redeems what the browser came back with. */
	exchange(callbackUrl: string): Promise<TokenAnswer>;
}

export interface Asks {
	/** Of a program by default: `http://127.0.0.1/callback`, on any port. An `https:` address is a website's. */
	readonly redirectUri?: string;
	/** Default `query`. */
	readonly responseMode?: "query" | "fragment";
	readonly prompt?: "create";
	readonly loginHint?: string;
	readonly acrValues?: string;
	/** Default: a new one. */
	readonly deviceId?: string;
}

export async function askToSignIn(
	server: Pick<RunningServer, "metadata">,
	asks: Asks = {},
): Promise<AskingApp> {
	const {
		redirectUri = "http://127.0.0.1/callback",
		responseMode = "query",
		deviceId = createDeviceId(),
	} = asks;
	const isWeb = redirectUri.startsWith("https:");
	const metadata = await server.metadata();
	const { clientId } = await processRegistrationResponse(
		await registrationRequest(metadata, {
			...{ clientUri: "https://app.example/", clientName: "Example App" },
			...(isWeb
				? { applicationType: "web", redirectUris: [redirectUri], policyUri: "https://app.example/privacy" }
				: { applicationType: "native", redirectUris: ["http://127.0.0.1/callback"] }),
		}),
	);
	const [state, pkce] = [createState(), await createPkce()];
	const asked = { clientId, redirectUri, scope: deviceScope(deviceId), state, pkce, responseMode };
	const { prompt, loginHint, acrValues } = asks;
	return {
		url: authorizationUrl(metadata, { ...asked, prompt, loginHint, acrValues }),
		state,
		async exchange(callbackUrl) {
			const { code } = processAuthorizationCallback(callbackUrl, { state, metadata });
			const exchange = { clientId, code, redirectUri, verifier: pkce.verifier };
			return processAuthorizationCodeResponse(await authorizationCodeRequest(metadata, exchange));
		},
	};
}
