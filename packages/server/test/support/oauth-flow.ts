import { createHash } from "node:crypto";
import { createDeviceId } from "@countersign/client";
import { type AttackWorld, type Members, postForm } from "./attack-world.ts";
import type { FormBrowser, Page } from "./form-browser.ts";
import { type Answer, allow, type RunningServer } from "./server.ts";

/** What an app keeps between asking and exchanging. */
export interface Flow {
	readonly clientId: string;
	readonly redirectUri: string;
	readonly verifier: string;
	readonly deviceId: string;
	/** What a browser is sent to. */
	readonly url: string;
}

export const apiScope = "urn:matrix:client:api:*";
const deviceScope = "urn:matrix:client:device:";
const ownRedirect = "http://127.0.0.1/callback";

/** Registers a client with these members changed; `undefined` leaves one out. */
export async function registerClient(
	server: Pick<RunningServer, "url">,
	changes: Members = {},
): Promise<Answer> {
	const body = {
		client_uri: "https://app.example/",
		client_name: "Example App",
		redirect_uris: [ownRedirect],
		application_type: "native",
		response_types: ["code"],
		grant_types: ["authorization_code", "refresh_token"],
		token_endpoint_auth_method: "none",
		...changes,
	};
	const response = await fetch(new URL("oauth2/registration", server.url), {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify(body),
	});
	return { status: response.status, body: await response.json(), headers: response.headers };
}

/** Makes an authorization request with these parameters changed; `undefined` leaves one out. Registers a client unless told one. */
export async function beginFlow(
	server: RunningServer,
	changes: Readonly<Record<string, string | undefined>> = {},
	client: Members = {},
): Promise<Flow> {
	const verifier = `verifier-${createDeviceId()}-${"x".repeat(43)}`;
	const deviceId = createDeviceId();
	const clientId = "client_id" in changes ? changes.client_id : await registeredClient(server, client);
	const asked = {
		client_id: clientId,
		redirect_uri: ownRedirect,
		response_type: "code",
		response_mode: "query",
		scope: `openid ${apiScope} ${deviceScope}${deviceId}`,
		state: "state-of-the-app",
		code_challenge: createHash("sha256").update(verifier).digest("base64url"),
		code_challenge_method: "S256",
		...changes,
	};
	const url = new URL("authorize", server.url);
	for (const [name, value] of Object.entries(asked))
		if (value !== undefined) url.searchParams.set(name, value);
	return {
		...{ verifier, deviceId, url: url.href },
		clientId: asked.client_id ?? "",
		redirectUri: asked.redirect_uri ?? ownRedirect,
	};
}

async function registeredClient(server: RunningServer, client: Members): Promise<string> {
	const { status, body } = await registerClient(server, client);
	if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
	return String(body.client_id);
}

/** Walks the pages to the end; the code that the app is given. */
export async function codeOf(browser: FormBrowser, flow: Flow, localpart = "alice"): Promise<string> {
	const { left } = await allow(browser, flow.url, localpart);
	const code = left.searchParams.get("code");
	if (code === null) throw new Error(`no code: ${left.search}`);
	return code;
}

/** Sends the code to the token endpoint, with these fields changed. */
export function exchange(
	{ server }: Pick<AttackWorld, "server">,
	{ clientId, redirectUri, verifier }: Flow,
	code: string,
	changes: Readonly<Record<string, string>> = {},
): Promise<Answer> {
	const form = {
		grant_type: "authorization_code",
		client_id: clientId,
		redirect_uri: redirectUri,
		code_verifier: verifier,
		code,
		...changes,
	};
	return postForm(new URL("oauth2/token", server.url).href, form);
}

/** What an app would be told of a refusal: the browser stays here, and a link leads there. */
export function toldByLink({ text, left }: Pick<Page, "text" | "left">): URLSearchParams {
	if (left !== undefined) throw new Error(`the browser was sent on to ${left.href}`);
	const href =
		/<a class="button plain" href="([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "about:blank";
	return new URL(href).searchParams;
}
