import { loginByDeviceGrant, type NewSession, type OAuthMetadata } from "@countersign/client";
import { loginByLoopback } from "@countersign/client/node";
import type { Asked } from "../command.ts";
import { readManifest } from "../manifest.ts";
import type { SignedIn } from "./signed-in.ts";
import { whoAmI } from "./who-am-i.ts";

/** How this program introduces itself. */
const client = () => ({ clientUri: readManifest().homepage, clientName: "xsign" });

/** Signs in by a code that is typed anywhere, or by a browser on this machine. */
export async function signInByOAuth(
	asked: Asked,
	{ homeserver, metadata }: { readonly homeserver: string; readonly metadata: OAuthMetadata },
): Promise<SignedIn> {
	const byBrowser = asked.flag("browser");
	const made = await (byBrowser ? inBrowser(asked, metadata) : byCode(asked, metadata));
	const { clientId, tokens } = made;
	const who = await whoAmI({ homeserver, accessToken: tokens.accessToken }, asked.signal);
	const { token_endpoint: tokenEndpoint, revocation_endpoint: revocationEndpoint } = metadata;
	const { issuer, account_management_uri: accountPage } = metadata;
	const pages = accountPage === undefined ? [issuer] : [issuer, accountPage];
	const auth = { kind: "oauth", clientId, tokenEndpoint, revocationEndpoint, pages } as const;
	return { session: { homeserver, ...who, auth }, tokens };
}

function inBrowser({ report, signal }: Asked, metadata: OAuthMetadata): Promise<NewSession> {
	return loginByLoopback({
		metadata,
		client: client(),
		signal,
		present: (url) => report.tell({ event: "open-browser", url }),
	});
}

function byCode({ report, signal }: Asked, metadata: OAuthMetadata): Promise<NewSession> {
	return loginByDeviceGrant({
		metadata,
		client: client(),
		signal,
		present: (prompt) => report.tell({ event: "enter-code", ...prompt }),
	});
}
