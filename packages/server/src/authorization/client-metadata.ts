import { isRecord, isStringArray, member } from "@countersign/protocol";
import { readLocalized } from "./localized.ts";
import { type CommonBase, commonBase, isOnBase, isRedirectUri } from "./redirect-uris.ts";

/**
 * What a client registered, after every rule was checked: only members this server knows, nothing left out that
 * it promises to honour. Names and addresses remain claims of whoever wrote the app.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-metadata
 */
export interface ClientMetadata {
	readonly application_type: "web" | "native";
	readonly client_uri: string;
	readonly client_name?: string;
	readonly logo_uri?: string;
	readonly tos_uri?: string;
	readonly policy_uri?: string;
	readonly redirect_uris: readonly string[];
	readonly response_types: readonly string[];
	readonly grant_types: readonly string[];
	readonly token_endpoint_auth_method: "none";
	/** `client_name#fr` and the like, as registered. */
	readonly localized: Readonly<Record<string, string>>;
}

/** @see https://www.rfc-editor.org/rfc/rfc8628#section-3.4 */
export const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code";

export const clientLimits = { redirectUris: 20, uriLength: 1024, nameLength: 256 } as const;

interface RefusedMetadata {
	readonly ok: false;
	readonly error: "invalid_redirect_uri" | "invalid_client_metadata" | "invalid_request";
	readonly description: string;
}

export type ParsedMetadata = { readonly ok: true; readonly value: ClientMetadata } | RefusedMetadata;

type Body = Readonly<Record<string, unknown>>;

const knownGrants = ["authorization_code", "refresh_token", deviceGrantType];
const addresses = ["logo_uri", "tos_uri", "policy_uri"] as const;

/**
 * Judges a registration request by the rules of the specification. Unknown members, grant types and response types
 * are dropped, as it demands; whatever else is wrong is refused and named, so that a developer can mend it.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-registration
 */
export function parseClientMetadata(body: unknown): ParsedMetadata {
	if (!isRecord(body)) return refuse("invalid_request", "The request must be a JSON object");
	const type = member(body, "application_type") ?? "web";
	if (type !== "web" && type !== "native") return invalid("application_type must be web or native");
	if ((member(body, "token_endpoint_auth_method") ?? "none") !== "none")
		return invalid("token_endpoint_auth_method must be none: clients here hold no secret");
	const uri = member(body, "client_uri");
	const base = typeof uri === "string" && isShort(uri) ? commonBase(uri) : undefined;
	if (typeof uri !== "string" || base === undefined)
		return invalid("client_uri must be the https address of a named host, without user information");
	const [flow, shown] = [readFlow(body, type, base), readShown(body, base)];
	if (!flow.ok) return flow;
	if (!shown.ok) return shown;
	const fixed = { application_type: type, client_uri: uri, token_endpoint_auth_method: "none" } as const;
	return { ok: true, value: { ...fixed, ...shown.value, ...flow.value } };
}

type Read<Names extends keyof ClientMetadata> =
	| { readonly ok: true; readonly value: Pick<ClientMetadata, Names> }
	| RefusedMetadata;

/** How the client signs in. RFC 7591 section 2: absent lists mean the code grant. */
function readFlow(
	body: Body,
	type: ClientMetadata["application_type"],
	base: CommonBase,
): Read<"grant_types" | "response_types" | "redirect_uris"> {
	const grants = member(body, "grant_types") ?? ["authorization_code"];
	const responses = member(body, "response_types") ?? ["code"];
	const redirects = member(body, "redirect_uris") ?? [];
	if (!isStringArray(grants) || !isStringArray(responses) || !isStringArray(redirects))
		return invalid("grant_types, response_types and redirect_uris must be arrays of strings");
	const grantTypes = knownGrants.filter((grant) => grants.includes(grant));
	const usesCodes = grantTypes.includes("authorization_code");
	if (grantTypes.length === 0) return invalid("grant_types names none that is supported");
	if (usesCodes && !responses.includes("code")) return invalid("response_types must include code");
	if (usesCodes && redirects.length === 0)
		return refuse("invalid_redirect_uri", "redirect_uris must name at least one address");
	if (redirects.length > clientLimits.redirectUris)
		return refuse("invalid_redirect_uri", `redirect_uris may name at most ${clientLimits.redirectUris}`);
	const wrong = redirects.findIndex((uri) => !isShort(uri) || !isRedirectUri(uri, type, base));
	if (wrong >= 0)
		return refuse("invalid_redirect_uri", `redirect_uris[${wrong}] is not allowed for this client`);
	const responseTypes = usesCodes ? ["code"] : [];
	const redirectUris = [...new Set(redirects)];
	return {
		ok: true,
		value: { grant_types: grantTypes, response_types: responseTypes, redirect_uris: redirectUris },
	};
}

/** What people are shown of it. */
function readShown(
	body: Body,
	base: CommonBase,
): Read<"client_name" | "logo_uri" | "tos_uri" | "policy_uri" | "localized"> {
	const name = member(body, "client_name");
	if (name !== undefined && !isName(name)) return invalid("client_name must be a short text");
	for (const address of addresses) {
		const uri = member(body, address);
		if (uri !== undefined && !isAddress(uri, base))
			return invalid(`${address} must be an https address on the host of client_uri or below it`);
	}
	const localized = readLocalized(body, { isName, isAddress: (uri) => isAddress(uri, base) });
	if (localized === undefined) return invalid("a translated name or address is not allowed");
	const present = ["client_name", ...addresses].filter((each) => member(body, each) !== undefined);
	// Each was checked above to be text.
	const shown = Object.fromEntries(present.map((each) => [each, String(member(body, each))]));
	return { ok: true, value: { ...shown, localized } };
}

function isName(value: unknown): value is string {
	return typeof value === "string" && value.length <= clientLimits.nameLength && value.isWellFormed();
}

function isAddress(value: unknown, base: CommonBase): value is string {
	return typeof value === "string" && isShort(value) && isOnBase(value, base);
}

function isShort(uri: string): boolean {
	return uri.length <= clientLimits.uriLength;
}

function invalid(description: string): RefusedMetadata {
	return refuse("invalid_client_metadata", description);
}

function refuse(error: RefusedMetadata["error"], description: string): RefusedMetadata {
	return { ok: false, error, description };
}
