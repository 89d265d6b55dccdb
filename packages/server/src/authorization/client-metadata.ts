import { isRecord, isStringArray } from "@countersign/protocol";
import { readLocalized } from "./localized.ts";
import {
	baseRule,
	type CommonBase,
	commonBase,
	isOnBase,
	redirectRule,
	type ServerPlace,
} from "./redirect-uris.ts";

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
	/** Clients that register here hold no secret; some that moved in do. */
	readonly token_endpoint_auth_method: "none" | "client_secret_basic" | "client_secret_post";
	/** SHA-256 of that secret, base64url. */
	readonly client_secret_hash?: string;
	/** Default: ES256. */
	readonly id_token_signed_response_alg?: string;
	/** `client_name#fr` and the like, as registered. */
	readonly localized: Readonly<Record<string, string>>;
}

/** @see https://www.rfc-editor.org/rfc/rfc8628#section-3.4 */
export const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code";

/** Nobody registers with it: the operator gives it to a program. RFC 6749 section 4.4. */
export const clientCredentials = "client_credentials";

const clientLimits = { redirectUris: 20, uriLength: 1024, nameLength: 256 } as const;

interface RefusedMetadata {
	readonly ok: false;
	readonly error: "invalid_redirect_uri" | "invalid_client_metadata" | "invalid_request";
	readonly description: string;
}

export type ParsedMetadata = { readonly ok: true; readonly value: ClientMetadata } | RefusedMetadata;

type Body = Readonly<Record<string, unknown>>;

const knownGrants = ["authorization_code", "refresh_token", deviceGrantType];
const listRule = "must be an array of strings";
const addresses = ["logo_uri", "tos_uri", "policy_uri"] as const;

/**
 * Judges a registration request by the rules of the specification. Unknown members, grant types and response types
 * are dropped, as it demands, and so is what would only be shown and breaks a rule: the answer says what was
 * registered. Whatever else is wrong is refused, with the member, its value and the rule, so that a developer can mend
 * it. A member that is null is absent.
 * @see https://spec.matrix.org/v1.17/client-server-api/#client-registration
 */
export function parseClientMetadata(body: unknown, place: ServerPlace): ParsedMetadata {
	if (!isRecord(body)) return refuse("invalid_request", "The request must be a JSON object");
	const type = member(body, "application_type") ?? "web";
	if (type !== "web" && type !== "native") return invalid("application_type", type, "must be web or native");
	const method = member(body, "token_endpoint_auth_method") ?? "none";
	if (method !== "none")
		return invalid("token_endpoint_auth_method", method, "must be none: clients here hold no secret");
	const uri = member(body, "client_uri");
	const base = typeof uri === "string" && isShort(uri) ? commonBase(uri, place) : undefined;
	if (typeof uri !== "string" || base === undefined) return invalid("client_uri", uri, baseRule);
	const flow = readFlow(body, { type, base, ...place });
	if (!flow.ok) return flow;
	const fixed = { application_type: type, client_uri: uri, token_endpoint_auth_method: "none" } as const;
	return { ok: true, value: { ...fixed, ...readShown(body, base), ...flow.value } };
}

/** The member as it was sent; null is a way to leave it out. */
function member(body: Body, name: string): unknown {
	return Object.hasOwn(body, name) ? (body[name] ?? undefined) : undefined;
}

type Flow =
	| {
			readonly ok: true;
			readonly value: Pick<ClientMetadata, "grant_types" | "response_types" | "redirect_uris">;
	  }
	| RefusedMetadata;

interface FlowRules extends ServerPlace {
	readonly type: ClientMetadata["application_type"];
	readonly base: CommonBase;
}

/** How the client signs in. RFC 7591 section 2: absent lists mean the code grant. */
function readFlow(body: Body, rules: FlowRules): Flow {
	const grants = member(body, "grant_types") ?? ["authorization_code"];
	const responses = member(body, "response_types") ?? ["code"];
	const redirects = member(body, "redirect_uris") ?? [];
	if (!isStringArray(grants)) return invalid("grant_types", grants, listRule);
	if (!isStringArray(responses)) return invalid("response_types", responses, listRule);
	if (!isStringArray(redirects)) return invalid("redirect_uris", redirects, listRule);
	const grantTypes = knownGrants.filter((grant) => grants.includes(grant));
	const usesCodes = grantTypes.includes("authorization_code");
	if (grantTypes.length === 0)
		return invalid("grant_types", grants, `must name one of ${knownGrants.join(", ")}`);
	if (usesCodes && !responses.includes("code"))
		return invalid("response_types", responses, "must include code");
	const refused = checkRedirects(redirects, { ...rules, isNeeded: usesCodes });
	if (refused !== undefined) return refused;
	const responseTypes = usesCodes ? ["code"] : [];
	const redirectUris = [...new Set(redirects)];
	return {
		ok: true,
		value: { grant_types: grantTypes, response_types: responseTypes, redirect_uris: redirectUris },
	};
}

function checkRedirects(
	redirects: readonly string[],
	{ type, isNeeded, ...rules }: FlowRules & { readonly isNeeded: boolean },
): RefusedMetadata | undefined {
	const wrong = (rule: string) => refuse("invalid_redirect_uri", `redirect_uris ${rule}`);
	if (isNeeded && redirects.length === 0) return wrong("must name at least one address");
	const { redirectUris, uriLength } = clientLimits;
	if (redirects.length > redirectUris) return wrong(`may name at most ${redirectUris} addresses`);
	for (const [at, uri] of redirects.entries()) {
		const rule = isShort(uri) ? redirectRule(uri, type, rules) : `must have at most ${uriLength} characters`;
		if (rule !== undefined)
			return refuse("invalid_redirect_uri", `redirect_uris[${at}] is ${shown(uri)}, but ${rule}`);
	}
	return undefined;
}

/** What people are shown of it: what breaks a rule is left out, nobody needs it to sign in. */
function readShown(
	body: Body,
	base: CommonBase,
): Pick<ClientMetadata, "client_name" | "logo_uri" | "tos_uri" | "policy_uri" | "localized"> {
	const rules = { isName, isAddress: (value: unknown): value is string => isAddress(value, base) };
	const name = member(body, "client_name");
	const plain = addresses.flatMap((each): [string, string][] => {
		const uri = member(body, each);
		return rules.isAddress(uri) ? [[each, uri]] : [];
	});
	return {
		...(isName(name) ? { client_name: name } : {}),
		...Object.fromEntries(plain),
		localized: readLocalized(body, rules),
	};
}

/** No character that cannot be shown is in it, the null byte among them, at which PostgreSQL reads no JSON. */
function isName(value: unknown): value is string {
	if (typeof value !== "string" || value.length > clientLimits.nameLength) return false;
	return value.isWellFormed() && !/\p{Cc}/u.test(value);
}

function isAddress(value: unknown, base: CommonBase): value is string {
	return typeof value === "string" && isShort(value) && isOnBase(value, base);
}

function isShort(uri: string): boolean {
	return uri.length <= clientLimits.uriLength;
}

function invalid(name: string, value: unknown, rule: string): RefusedMetadata {
	const description = value === undefined ? `${name} ${rule}` : `${name} is ${shown(value)}, but ${rule}`;
	return refuse("invalid_client_metadata", description);
}

/** A value as a developer sent it, in the characters that an error description may have. RFC 6749 section 5.2. */
function shown(value: unknown): string {
	const text = typeof value === "string" ? value : JSON.stringify(value);
	return `'${text.slice(0, 120).replaceAll(/[^\x20-\x7e]|["\\]/g, "?")}'`;
}

function refuse(error: RefusedMetadata["error"], description: string): RefusedMetadata {
	return { ok: false, error, description };
}
