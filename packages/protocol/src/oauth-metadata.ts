import { isHttpUrl } from "./http-url.ts";
import { errcodes } from "./matrix-error.ts";
import type { Parsed, Refused } from "./parse.ts";
import { accept, refuse } from "./parse.ts";
import { isRecord, isStringArray, member } from "./record.ts";

/**
 * The authorization server's metadata, as `auth_metadata` serves it. The first nine members are required.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv1auth_metadata
 * @see RFC 8414 section 2
 */
export interface OAuthMetadata {
	readonly issuer: string;
	readonly authorization_endpoint: string;
	readonly token_endpoint: string;
	readonly revocation_endpoint: string;
	readonly registration_endpoint: string;
	/** Contains `code`. */
	readonly response_types_supported: readonly string[];
	/** Contains `authorization_code` and `refresh_token`. */
	readonly grant_types_supported: readonly string[];
	/** Contains `query` and `fragment`. */
	readonly response_modes_supported: readonly string[];
	/** Contains `S256`. */
	readonly code_challenge_methods_supported: readonly string[];
	readonly prompt_values_supported?: readonly string[];
	readonly device_authorization_endpoint?: string;
	readonly account_management_uri?: string;
	readonly account_management_actions_supported?: readonly string[];
	readonly jwks_uri?: string;
	readonly introspection_endpoint?: string;
	readonly userinfo_endpoint?: string;
	readonly scopes_supported?: readonly string[];
	readonly token_endpoint_auth_methods_supported?: readonly string[];
	readonly acr_values_supported?: readonly string[];
	/** Whether every answer of the authorization endpoint names its issuer. @see RFC 9207 section 3 */
	readonly authorization_response_iss_parameter_supported?: boolean;
}

const endpoints = [
	"authorization_endpoint",
	"token_endpoint",
	"revocation_endpoint",
	"registration_endpoint",
] as const;

const optionalUrls = [
	"device_authorization_endpoint",
	"account_management_uri",
	"jwks_uri",
	"introspection_endpoint",
	"userinfo_endpoint",
] as const;

/** Each required list with the values it cannot do without. */
const requiredLists = {
	response_types_supported: ["code"],
	grant_types_supported: ["authorization_code", "refresh_token"],
	response_modes_supported: ["query", "fragment"],
	code_challenge_methods_supported: ["S256"],
} as const;

const optionalLists = [
	"prompt_values_supported",
	"account_management_actions_supported",
	"scopes_supported",
	"token_endpoint_auth_methods_supported",
	"acr_values_supported",
] as const;

const optionalFlags = ["authorization_response_iss_parameter_supported"] as const;

type Source = Readonly<Record<string, unknown>>;

/**
 * Guarantees the required members with the values Matrix needs, all of them absolute http(s) URLs without user
 * information; whether http is good enough is the caller's decision. Members not listed here, and optional ones of
 * the wrong type, are left out; the account management members are also read under their unstable prefix
 * `org.matrix.msc4191.`.
 *
 * Refuses with M_MISSING_PARAM or M_BAD_JSON, naming the member.
 * @see https://spec.matrix.org/v1.17/client-server-api/#get_matrixclientv1auth_metadata
 */
export function parseOAuthMetadata(body: unknown): Parsed<OAuthMetadata> {
	if (!isRecord(body)) return refuse(errcodes.badJson, "Server metadata must be an object");
	const fault = checkUrls(body) ?? checkLists(body);
	if (fault !== undefined) return fault;
	const required = ["issuer", ...endpoints, ...Object.keys(requiredLists)];
	const optional = [
		...pick(body, optionalUrls, isUrl),
		...pick(body, optionalLists, isStringArray),
		...pick(body, optionalFlags, (value) => typeof value === "boolean"),
	];
	const members = [...required.map((name) => [name, member(body, name)] as const), ...optional];
	return accept(Object.fromEntries<unknown>(members) as Source & OAuthMetadata);
}

function checkUrls(body: Source): Refused | undefined {
	for (const name of ["issuer", ...endpoints]) {
		const url = member(body, name);
		if (url === undefined) return missing(name);
		if (!isUrl(url) || url.includes("#")) return malformed(name, "must be an absolute http(s) URL");
	}
	// RFC 8414 section 2; the issuer is compared as text, a query would let two spellings pass for one.
	return String(member(body, "issuer")).includes("?")
		? malformed("issuer", "must not have a query")
		: undefined;
}

function checkLists(body: Source): Refused | undefined {
	for (const [name, needed] of Object.entries(requiredLists)) {
		const list = member(body, name);
		if (list === undefined) return missing(name);
		if (!isStringArray(list)) return malformed(name, "must be an array of strings");
		const absent = needed.find((value) => !list.includes(value));
		if (absent !== undefined) return malformed(name, `must contain ${absent}`);
	}
	return undefined;
}

function pick(
	body: Source,
	names: readonly string[],
	fits: (value: unknown) => boolean,
): [string, unknown][] {
	return names.flatMap((name): [string, unknown][] => {
		const values = [member(body, name), member(body, `org.matrix.msc4191.${name}`)];
		const value = (name.startsWith("account_management_") ? values : values.slice(0, 1)).find(fits);
		return value === undefined ? [] : [[name, value]];
	});
}

function isUrl(value: unknown): value is string {
	return typeof value === "string" && isHttpUrl(value);
}

function missing(name: string): Refused {
	return refuse(errcodes.missingParam, `Server metadata lacks ${name}`);
}

function malformed(name: string, rule: string): Refused {
	return refuse(errcodes.badJson, `Server metadata: ${name} ${rule}`);
}
