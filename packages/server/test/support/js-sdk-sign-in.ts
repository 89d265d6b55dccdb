import assert from "node:assert/strict";
import { loadSdk, quiet } from "./js-sdk-library.ts";
import type { LoggedInDevice } from "./server.ts";

const apps = {
	web: { redirectUri: "https://app.example/signed-in", responseMode: "fragment" },
	native: { redirectUri: "http://127.0.0.1/signed-in", responseMode: "query" },
} as const;

export interface SdkSignIn {
	readonly homeserver: string;
	readonly kind: keyof typeof apps;
	/** Of a person who has no account yet. */
	readonly prompt?: "create";
	/** The person's part: opens this address, and says where the browser was sent at the end. */
	readonly walk: (url: string) => Promise<URL>;
}

/** Signs in through the library's own functions, as Element Web does. */
export async function signInBySdk({ homeserver, kind, prompt, walk }: SdkSignIn): Promise<LoggedInDevice> {
	const { createClient, OAuth2 } = await loadSdk();
	const { redirectUri, responseMode } = apps[kind];
	const client = createClient({ baseUrl: homeserver, logger: quiet });
	const metadata = await client.getAuthMetadata();
	const clientId = await OAuth2.registerClient(
		metadata,
		{
			client_name: "Element",
			client_uri: "https://app.example/",
			logo_uri: "https://app.example/logo.png",
			redirect_uris: [redirectUri],
			application_type: kind,
		},
		quiet,
	);
	const oauth = new OAuth2(metadata, { clientId }, quiet);
	const url = await oauth.generateAuthorizationCodeGrantUrl("state-1", redirectUri, responseMode, prompt);
	const left = await walk(url);
	const answer = new URLSearchParams(responseMode === "fragment" ? left.hash.slice(1) : left.search);
	assert.equal(answer.get("state"), "state-1");
	const tokens = await oauth.completeAuthorizationCodeGrant(answer.get("code") ?? "", redirectUri);
	const { access_token: accessToken, refresh_token: refreshToken = "", expires_in } = tokens;
	const { user_id: userId } = await createClient({
		baseUrl: homeserver,
		accessToken,
		logger: quiet,
	}).whoami();
	const { deviceId } = oauth.context;
	return { userId, deviceId, clientId, accessToken, refreshToken, expiresInSeconds: expires_in };
}
