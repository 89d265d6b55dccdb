import assert from "node:assert/strict";
import { authorizationUrl, createPkce, createState } from "@countersign/client";
import { type AttackWorld, uploadPath } from "./attack-world.ts";
import { identityOf } from "./device-crypto.ts";

/** Whose eyes an answer is for. */
type Reader = "OAuth app" | "Matrix app" | "person";

/** A request that cannot be answered without the data. */
interface Surface {
	readonly name: string;
	readonly reader: Reader;
	ask(): Promise<Response>;
}

/** One request of every kind that the server answers, from apps in a browser and from people who are signed in. */
export async function everySurface({ server, alice, phone }: AttackWorld): Promise<readonly Surface[]> {
	const metadata = await server.metadata();
	const { clientId: client_id, refreshToken: refresh_token, accessToken: token } = phone;
	const redirectUri = "http://127.0.0.1/callback";
	const post = (
		path: string,
		body: string | URLSearchParams,
		headers: Readonly<Record<string, string>> = {},
	) =>
		fetch(new URL(path, server.url), {
			...{ method: "POST", body, redirect: "manual" },
			headers: { origin: "https://app.example", ...headers },
		});
	const form = (path: string, fields: Readonly<Record<string, string>>, authorization?: string) => ({
		name: `${path} ${fields.grant_type ?? ""}`,
		reader: "OAuth app" as const,
		ask: () => post(path, new URLSearchParams(fields), authorization ? { authorization } : {}),
	});
	const opened = (path: string) => ({
		name: path,
		reader: "person" as const,
		ask: () => alice.send(path),
	});
	const bearer = { headers: { authorization: `Bearer ${token}` } };
	const get = (path: string, reader: Reader) => ({
		...{ name: path, reader },
		ask: () => fetch(new URL(path, server.url), bearer),
	});
	const pkce = await createPkce();
	const asked = { clientId: client_id, redirectUri, scope: "urn:matrix:client:api:*", pkce };
	const code = { code: "x".repeat(43), redirect_uri: redirectUri, code_verifier: pkce.verifier };
	const deviceCode = { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: "x" };
	return [
		form("oauth2/token", { grant_type: "refresh_token", client_id, refresh_token }),
		form("oauth2/token", { grant_type: "authorization_code", client_id, ...code }),
		form("oauth2/token", { client_id, ...deviceCode }),
		form("oauth2/device", {
			client_id,
			scope: "urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ",
		}),
		form("oauth2/revoke", { token }),
		form("oauth2/introspect", { token }, `Bearer ${server.introspectionSecret}`),
		{
			...{ name: "oauth2/registration", reader: "OAuth app" },
			ask: () => post("oauth2/registration", JSON.stringify(client), { "content-type": "application/json" }),
		},
		get("oauth2/userinfo", "OAuth app"),
		get("health", "OAuth app"),
		get("_matrix/client/v3/account/whoami", "Matrix app"),
		get("_matrix/client/v3/sync", "Matrix app"),
		{
			...{ name: "an upload of keys", reader: "Matrix app" },
			ask: () =>
				post(
					`_matrix/client/v3/${uploadPath}`,
					JSON.stringify(identityOf(phone.userId, "second").body),
					bearer.headers,
				),
		},
		opened(authorizationUrl(metadata, { ...asked, responseMode: "query", state: createState() })),
		opened("account/"),
		opened("account/reset/some-reference"),
		opened("link"),
		opened("_matrix/client/v3/auth/m.oauth/fallback/web?session=x"),
	];
}

const client = {
	client_name: "Another app",
	client_uri: "https://app.example/",
	redirect_uris: ["http://127.0.0.1/callback"],
	application_type: "native",
	token_endpoint_auth_method: "none",
	response_types: ["code"],
	grant_types: ["authorization_code", "refresh_token"],
};

/** The server says, in the words of this reader, that it cannot at the moment, and that it is worth trying again. */
export async function assertSaysAway(surface: Surface): Promise<void> {
	const answer = await surface.ask();
	assert.equal(answer.status, 503, surface.name);
	assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/, surface.name);
	await assertShape(surface, answer, { oauth: "temporarily_unavailable", title: /cannot reach its data/ });
}

/** The same of a fault of its own. */
export async function assertSaysFault(surface: Surface): Promise<void> {
	const answer = await surface.ask();
	assert.equal(answer.status, 500, surface.name);
	await assertShape(surface, answer, { oauth: "server_error", title: /Something went wrong/ });
}

async function assertShape(
	{ name, reader }: Surface,
	answer: Response,
	words: { readonly oauth: string; readonly title: RegExp },
): Promise<void> {
	const { headers } = answer;
	const text = await answer.text();
	if (reader === "person") {
		assert.match(headers.get("content-type") ?? "", /^text\/html/, name);
		assert.match(text, words.title, name);
		return;
	}
	assert.match(headers.get("content-type") ?? "", /^application\/json/, name);
	assert.equal(headers.get("access-control-allow-origin"), "*", name);
	assert.match(headers.get("access-control-expose-headers") ?? "", /Retry-After/, name);
	const body = JSON.parse(text);
	if (reader === "Matrix app") assert.equal(body.errcode, "M_UNKNOWN", name);
	else assert.deepEqual([body.error, body.errcode], [words.oauth, undefined], name);
}

/** The tokens and the browser that were good before are good now. */
export async function assertStillSignedIn({ server, alice, phone, renew }: AttackWorld): Promise<void> {
	assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200);
	const renewed = await renew(phone);
	assert.equal((await server.call(renewed, "GET", "account/whoami")).status, 200);
	assert.equal((await alice.open("/account/")).url.pathname, "/account/");
}
