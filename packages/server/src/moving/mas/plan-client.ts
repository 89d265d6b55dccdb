import { createDecipheriv } from "node:crypto";
import { secretHash } from "../../secrets/index.ts";
import type { MovedApp, MovedAppMetadata } from "../ports.ts";
import type { MasClient } from "./ports.ts";

/** What becomes of an app. `means` is for the operator. */
export type AppPlan =
	| {
			readonly ok: true;
			readonly id: string;
			readonly name: string;
			readonly app: MovedApp;
			/** What of it does not come along. */
			readonly note: string | undefined;
	  }
	| { readonly ok: false; readonly id: string; readonly name: string; readonly means: string };

interface Means {
	/** What stands for the address of an app that named none. */
	readonly publicBase: string;
	/** MAS's `secrets.encryption`, 32 bytes. */
	readonly encryptionKey: Uint8Array;
	/** By which id tokens can be signed here. */
	readonly algorithms: readonly string[];
	readonly now: number;
}

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

/** What an app of MAS is to be here, under the id it has: its rules for registering are not asked. Pure. */
export function planClient(client: MasClient, means: Means): AppPlan {
	const { id, name, grants } = client;
	const leave = (why: string) => ({ ok: false, id, name: name ?? "", means: why }) as const;
	if (!grants.authorizationCode && !grants.deviceCode && !grants.refreshToken)
		return leave(
			"signs in no people (client_credentials): programs create makes one that administers accounts",
		);
	const secret = secretOf(client, means.encryptionKey);
	if (!secret.ok) return leave(secret.means);
	const type = typeOf(client);
	const redirects = client.redirectUris.filter((uri) => isRedirect(uri, type));
	const usesCodes = grants.authorizationCode && redirects.length > 0;
	const asked = client.idTokenAlgorithm ?? "RS256";
	const metadata: MovedAppMetadata = {
		application_type: type,
		client_uri: addressOf(client, redirects) ?? means.publicBase,
		...shownOf(client),
		redirect_uris: redirects,
		response_types: usesCodes ? ["code"] : [],
		grant_types: [
			...(usesCodes ? ["authorization_code"] : []),
			"refresh_token",
			...(grants.deviceCode ? [deviceGrant] : []),
		],
		...secret.value,
		...(means.algorithms.includes(asked) && { id_token_signed_response_alg: asked }),
		localized: {},
	};
	const createdAt = client.createdAt ?? means.now;
	return {
		...{ ok: true, id, name: name ?? "", note: noteOf(client, redirects) },
		app: { id, metadata, createdAt, isStatic: client.isStatic },
	};
}

/** MAS lets every app of its settings file do everything; what it is for can only be guessed. */
function noteOf({ redirectUris, grants }: MasClient, kept: readonly string[]): string | undefined {
	const lost = redirectUris.filter((uri) => !kept.includes(uri));
	if (lost.length > 0) return `cannot return to ${lost.join(", ")} here`;
	return redirectUris.length === 0 && grants.clientCredentials
		? "names no address to return to: if it is a machine (client_credentials), programs allow lets it administer accounts"
		: undefined;
}

type Secret =
	| {
			readonly ok: true;
			readonly value: Pick<MovedAppMetadata, "token_endpoint_auth_method" | "client_secret_hash">;
	  }
	| { readonly ok: false; readonly means: string };

/** Only a hash of a secret is kept, so that those by which an app signs something cannot come along. */
function secretOf({ authMethod, encryptedSecret }: MasClient, key: Uint8Array): Secret {
	if (authMethod === null || authMethod === "none")
		return { ok: true, value: { token_endpoint_auth_method: "none" } };
	if (authMethod !== "client_secret_basic" && authMethod !== "client_secret_post")
		return { ok: false, means: `shows who it is by ${authMethod}, which does not exist here` };
	const secret = encryptedSecret === null ? undefined : decrypt(encryptedSecret, key);
	return secret === undefined
		? { ok: false, means: "has a secret that secrets.encryption does not open" }
		: {
				ok: true,
				value: {
					token_endpoint_auth_method: authMethod,
					client_secret_hash: secretHash(secret),
				},
			};
}

/** ChaCha20-Poly1305: twelve bytes of nonce, the text, sixteen bytes that prove it. */
function decrypt(text: string, key: Uint8Array): string | undefined {
	const bytes = Buffer.from(text, "base64");
	if (bytes.length < 28) return undefined;
	const opener = createDecipheriv("chacha20-poly1305", key, bytes.subarray(0, 12), { authTagLength: 16 });
	opener.setAuthTag(bytes.subarray(-16));
	try {
		return Buffer.concat([opener.update(bytes.subarray(12, -16)), opener.final()]).toString();
	} catch {
		return undefined;
	}
}

/** MAS kept no type in its first years: an app with an address that no browser page has is none. */
function typeOf({ applicationType, redirectUris }: MasClient): MovedAppMetadata["application_type"] {
	const isWeb = redirectUris.every((uri) => /^https?:/i.test(uri));
	return applicationType !== "native" && isWeb ? "web" : "native";
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Those that the engine refuses would take the whole app along. */
function isRedirect(uri: string, type: MovedAppMetadata["application_type"]): boolean {
	const url = URL.parse(uri);
	if (url === null || uri.includes("#")) return false;
	if (type === "web") return true;
	if (url.protocol === "http:") return loopback.has(url.hostname);
	if (url.protocol === "https:") return !loopback.has(url.hostname);
	return !["javascript:", "data:", "file:", "blob:", "vbscript:", "about:"].includes(url.protocol);
}

function addressOf({ clientUri }: MasClient, redirects: readonly string[]): string | undefined {
	const known = [clientUri, ...redirects].map((uri) => URL.parse(uri ?? ""));
	return known.find((url) => url?.protocol === "https:" || url?.protocol === "http:")?.href;
}

/** What people are shown of it. */
function shownOf(client: MasClient) {
	const address = (uri: string | null) => (URL.parse(uri ?? "")?.protocol === "https:" ? uri : null);
	const all = {
		client_name: client.name,
		logo_uri: address(client.logoUri),
		tos_uri: address(client.tosUri),
		policy_uri: address(client.policyUri),
	};
	return Object.fromEntries(Object.entries(all).filter((each): each is [string, string] => each[1] !== null));
}
