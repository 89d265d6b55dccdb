import { z } from "zod";
import { parseClaimTemplate } from "./claim-template.ts";
import { yesOrNo } from "./setting-kinds.ts";
import { signingAlgorithms } from "./signing-key.ts";
import { authMethods, type UpstreamConfig } from "./upstream-config.ts";

/** By which a secret is shown that both have. */
const bySecret: readonly string[] = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];

const httpsOrHere = "an https URL (http for loopback alone)";
const url = z.string(httpsOrHere).refine(isSafeUrl, httpsOrHere);

const template = z
	.string("a template, like {{ user.preferred_username }}")
	.refine(
		(text) => parseClaimTemplate(text) !== undefined,
		"a template, like {{ user.email | split('@') | first }}",
	);

/** Of one of these alone it would be the same for everybody there, as without any. */
const ofNobody: readonly string[] = ["iss", "aud", "azp"];
const personal = "a template with what each person has of their own in double braces, like {{ user.sub }}";
const personalTemplate = template.refine(
	(text) => parseClaimTemplate(text)?.claims.some((claim) => !ofNobody.includes(claim)),
	personal,
);

const action = z.enum(["ignore", "suggest", "force", "require"], "ignore, suggest, force or require");

const imported = { action: action.optional(), template: template.optional() };
const personalImport = { ...imported, template: personalTemplate.optional() };

const pem = z
	.string("a private key")
	.refine(
		(text) => signingAlgorithms(text) !== undefined,
		"a private key that signs, as PEM (PKCS #8): RSA of 2048 bits or more, or EC on P-256, P-384 or P-521",
	);

const file = z.string("a file").min(1, "a file");

const ours = [
	...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
	...(["ES256", "ES384", "ES512"] as const),
] as const;
const twoHalves = "an algorithm with a key of two halves, like ES256";
const algorithm = z.enum([...ours, "EdDSA"], twoHalves);

const shown = z
	.string("a name")
	.regex(/^[^\p{Cc}\p{Bidi_Control}]{1,40}$/u, "a name of at most 40 characters");

const parameter =
	/^(?!(?:response_type|client_id|redirect_uri|scope|state|nonce|code_challenge|code_challenge_method|response_mode|max_age|request|request_uri)$)[\w.-]{1,64}$/;

const provider = z
	.strictObject(
		{
			issuer: url.describe("The provider, as its discovery document names itself."),
			human_name: shown.describe("What its button says. Default: its host.").optional(),
			client_id: z.string("a client id").min(1, "a client id").describe("Who we are there."),
			client_secret: z.string("a secret").min(1, "a secret").describe("Our secret there.").optional(),
			client_secret_file: z
				.string("a file")
				.min(1, "a file")
				.describe("File that holds the value of `client_secret`, relative to this file.")
				.optional(),
			token_endpoint_auth_method: z
				.enum(
					authMethods,
					"none, client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or sign_in_with_apple",
				)
				.describe("How we show who we are. Default: client_secret_basic; without a secret none.")
				.optional(),
			private_key: pem
				.describe("For private_key_jwt: the key with which we sign, whose public half the provider has.")
				.optional(),
			private_key_file: file.describe("File that holds the value of `private_key`.").optional(),
			key_id: z
				.string("a key id")
				.min(1, "a key id")
				.describe("What the provider calls that key. Default: it is not named.")
				.optional(),
			token_endpoint_auth_signing_alg: z
				.enum(ours, twoHalves)
				.describe("With what that key signs. Default: ES256, RS256 or what the key is for.")
				.optional(),
			sign_in_with_apple: z
				.strictObject(
					{
						team_id: z.string("a team id").min(1, "a team id"),
						key_id: z.string("a key id").min(1, "a key id"),
						private_key: pem.optional(),
						private_key_file: file.optional(),
					},
					"team_id, key_id and private_key_file",
				)
				.describe("For sign_in_with_apple: whose key it is, which, and the key as Apple gives it.")
				.optional(),
			id_token_signed_response_alg: algorithm
				.describe("With what its ID tokens are signed. Default: what it says.")
				.optional(),
			userinfo_signed_response_alg: algorithm
				.describe("With what its answers of userinfo are signed. Default: they may be unsigned.")
				.optional(),
			scope: z
				.string("scopes that begin with openid")
				.regex(/^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/, "scopes that begin with openid")
				.describe("What is asked for. Default: openid profile email.")
				.optional(),
			pkce_method: z
				.enum(["auto", "always", "never"], "auto, always or never")
				.describe("Whether the code is bound by PKCE (S256); auto means always. Default: always.")
				.optional(),
			fetch_userinfo: yesOrNo.describe("Whether claims from userinfo count, too. Default: no.").optional(),
			response_mode: z
				.enum(["query", "form_post"], "query or form_post")
				.describe("How the answer comes back. Default: query.")
				.optional(),
			discovery_mode: z
				.enum(["oidc", "disabled"], "oidc or disabled")
				.describe("Whether the provider is asked for its endpoints. Default: oidc.")
				.optional(),
			authorization_endpoint: url.describe("Instead of what it says. Default: what it says.").optional(),
			token_endpoint: url.describe("The same.").optional(),
			userinfo_endpoint: url.describe("The same.").optional(),
			jwks_uri: url.describe("The same.").optional(),
			additional_authorization_parameters: z
				.record(z.string().regex(parameter, "a parameter that we do not send ourselves"), z.string("text"))
				.describe("Sent along to its sign-in page, like {hd: example.org}. Default: none.")
				.optional(),
			new_accounts: z
				.union([z.boolean(), z.enum(["yes", "no", "token"])], "yes, no or token")
				.describe("Whether who has no account gets one. Default: as `open_registration`.")
				.optional(),
			email_domains: z
				.array(
					z
						.string("a domain, like example.org")
						.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain in lower case, like example.org"),
				)
				.describe(
					"Domains whose people sign in by it: who comes with an address there is offered it first. Default: none.",
				)
				.optional(),
			on_backchannel_logout: z
				.enum(
					["do_nothing", "logout_browser_only", "logout_all"],
					"do_nothing, logout_browser_only or logout_all",
				)
				.describe(
					"What ends here when it says that somebody signed out there: nothing, browsers that signed in by it, or also apps let in from these. Default: do_nothing.",
				)
				.optional(),
			required_claims: z
				.record(z.string().min(1), z.array(z.string("a list of values, like [staff]")).min(1))
				.describe(
					"Claims without one of these values nobody is let in, like {groups: [staff]}. Default: none.",
				)
				.optional(),
			admin_claims: z
				.record(z.string().min(1), z.array(z.string("a list of values, like [matrix-admins]")).min(1))
				.describe(
					"Claims with each of which, by one of these values, somebody administers this server, looked at at each sign-in, like {groups: [matrix-admins]}. Default: nobody by that.",
				)
				.optional(),
			claims_imports: z
				.strictObject(
					{
						subject: z
							.strictObject({ template: personalTemplate.optional() }, "settings by their names")
							.optional(),
						localpart: z.strictObject(personalImport, "settings by their names").optional(),
						displayname: z.strictObject(imported, "settings by their names").optional(),
						email: z
							.strictObject(
								{
									...personalImport,
									set_email_verification: z
										.enum(["import", "never"], "import or never; always would believe what nobody saw")
										.optional(),
								},
								"settings by their names",
							)
							.optional(),
						account_name: z
							.strictObject({ template: template.optional() }, "settings by their names")
							.optional(),
					},
					"settings by their names",
				)
				.describe("What is made of what it says of a person; see the handbook. Default: a name is suggested.")
				.optional(),
		},
		"settings by their names, indented",
	)
	.superRefine((given, context) => {
		const missing = (path: string, message: string) =>
			context.addIssue({ code: "custom", path: [path], message });
		const hasSecret = given.client_secret !== undefined || given.client_secret_file !== undefined;
		const method = given.token_endpoint_auth_method;
		if (method !== undefined && bySecret.includes(method) && !hasSecret)
			missing("client_secret", `a secret beside token_endpoint_auth_method ${method}`);
		if (method !== undefined && !bySecret.includes(method) && hasSecret)
			missing("token_endpoint_auth_method", "a method that shows the secret");
		const { sign_in_with_apple: apple, private_key: key, token_endpoint_auth_signing_alg: signs } = given;
		const isByKey = method === "private_key_jwt";
		if (isByKey && key === undefined && given.private_key_file === undefined)
			missing("private_key", "a key beside token_endpoint_auth_method private_key_jwt");
		for (const name of ["private_key", "key_id", "token_endpoint_auth_signing_alg"] as const)
			if (!isByKey && given[name] !== undefined)
				missing("token_endpoint_auth_method", `private_key_jwt beside ${name}`);
		if (signs !== undefined && key !== undefined && signingAlgorithms(key)?.includes(signs) === false)
			missing("token_endpoint_auth_signing_alg", "an algorithm that the key is for");
		if (method === "sign_in_with_apple" && apple === undefined)
			missing("sign_in_with_apple", "team_id, key_id and private_key_file");
		if (apple !== undefined && method !== "sign_in_with_apple")
			missing("token_endpoint_auth_method", "sign_in_with_apple beside that");
		if (apple !== undefined && (apple.private_key ?? apple.private_key_file) === undefined)
			missing("sign_in_with_apple", "team_id, key_id and private_key_file");
		if (apple?.private_key !== undefined && signingAlgorithms(apple.private_key)?.[0] !== "ES256")
			missing("sign_in_with_apple", "a key for ES256, as Apple gives it");
		if (hasManyTenants(given.issuer) && given.required_claims?.tid === undefined)
			missing("required_claims", "tid: and the ids of your tenants, beside an issuer that has everybody's");
		if (given.discovery_mode !== "disabled") return;
		for (const name of ["authorization_endpoint", "token_endpoint", "jwks_uri"] as const)
			if (given[name] === undefined) missing(name, "an https URL beside discovery_mode disabled");
	});

/** By the id that each has here. */
export const upstreamSettings = z.record(
	z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "an id of letters, digits, _ and -, like company"),
	provider,
	"providers by an id of yours, like company:",
);

/** Of one provider. */
export const upstreamNames: readonly string[] = Object.keys(provider.shape);

export function upstreamOf(
	given: z.output<typeof upstreamSettings> | undefined,
	registration: "yes" | "token" | "no",
): readonly UpstreamConfig[] {
	return Object.entries(given ?? {}).map(([id, one]) => Object.freeze(oneOf(id, one, registration)));
}

function oneOf(
	id: string,
	given: z.output<typeof provider>,
	registration: UpstreamConfig["newAccounts"],
): UpstreamConfig {
	const imports = given.claims_imports ?? {};
	const open = given.new_accounts;
	const { authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri } = given;
	return {
		id,
		issuer: given.issuer,
		name: given.human_name ?? new URL(given.issuer).hostname,
		clientId: given.client_id,
		...(given.client_secret !== undefined && { clientSecret: given.client_secret }),
		...keyOf(given),
		...signedWithOf(given),
		authMethod:
			given.token_endpoint_auth_method ??
			(given.client_secret === undefined ? "none" : "client_secret_basic"),
		scope: given.scope ?? "openid profile email",
		pkce: given.pkce_method !== "never",
		fetchUserinfo: isYes(given.fetch_userinfo),
		...(given.response_mode === "form_post" && { responseMode: given.response_mode }),
		endpoints: {
			...(authorization_endpoint !== undefined && { authorization_endpoint }),
			...(token_endpoint !== undefined && { token_endpoint }),
			...(userinfo_endpoint !== undefined && { userinfo_endpoint }),
			...(jwks_uri !== undefined && { jwks_uri }),
		},
		discovers: given.discovery_mode !== "disabled",
		parameters: given.additional_authorization_parameters ?? {},
		requiredClaims: given.required_claims ?? {},
		emailDomains: given.email_domains ?? [],
		adminClaims: given.admin_claims ?? {},
		onLogout: given.on_backchannel_logout ?? "do_nothing",
		newAccounts: open === undefined ? registration : open === "token" ? open : isYes(open) ? "yes" : "no",
		claims: {
			subject: imports.subject?.template ?? "{{ user.sub }}",
			localpart: {
				action: imports.localpart?.action ?? "suggest",
				template: imports.localpart?.template ?? "{{ user.preferred_username }}",
			},
			displayName: {
				action: imports.displayname?.action ?? "ignore",
				template: imports.displayname?.template ?? "{{ user.name }}",
			},
			email: {
				action: imports.email?.action ?? "ignore",
				template: imports.email?.template ?? "{{ user.email }}",
				isVouched: imports.email?.set_email_verification === "import",
			},
			accountName: imports.account_name?.template ?? "{{ user.preferred_username }}",
		},
	};
}

function keyOf({
	private_key: pem,
	key_id: id,
	token_endpoint_auth_signing_alg: signs,
	sign_in_with_apple: apple,
}: z.output<typeof provider>): Pick<UpstreamConfig, "signingKey"> {
	if (apple?.private_key !== undefined) {
		const { private_key, key_id, team_id } = apple;
		return { signingKey: { pem: private_key, algorithm: "ES256", id: key_id, team: team_id } };
	}
	const algorithm = pem === undefined ? undefined : (signs ?? signingAlgorithms(pem)?.[0]);
	if (pem === undefined || algorithm === undefined) return {};
	return { signingKey: { pem, algorithm, ...(id !== undefined && { id }) } };
}

function signedWithOf({
	id_token_signed_response_alg: idToken,
	userinfo_signed_response_alg: userinfo,
}: z.output<typeof provider>): Pick<UpstreamConfig, "signedWith"> {
	if (idToken === undefined && userinfo === undefined) return {};
	return {
		signedWith: {
			...(idToken !== undefined && { idToken }),
			...(userinfo !== undefined && { userinfo }),
		},
	};
}

function isYes(answer: boolean | string | undefined): boolean {
	return answer === true || answer === "yes";
}

/** Microsoft's issuer for every tenant there is: each says of its people what it likes. */
export function hasManyTenants(issuer: string): boolean {
	const { hostname, pathname } = new URL(issuer);
	const isTheirs = /(^|\.)(microsoftonline\.(com|us|cn)|windows\.net)$/.test(hostname);
	return isTheirs && /\/(common|organizations|consumers)(\/|$)/i.test(pathname);
}

/** What is said over plain http can be said by anybody on the way. */
function isSafeUrl(text: string): boolean {
	const read = URL.canParse(text) ? new URL(text) : undefined;
	if (read === undefined || read.username !== "" || read.password !== "" || read.hash !== "") return false;
	const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(read.hostname);
	return read.protocol === "https:" || (read.protocol === "http:" && isHere);
}
