/** Another service that says who somebody is. */
export interface UpstreamConfig {
	/** Of the provider here, for ever: links of people hang on it. */
	readonly id: string;
	readonly issuer: string;
	/** On its button. */
	readonly name: string;
	readonly clientId: string;
	/** A secret. There unless the method is `none`. */
	readonly clientSecret?: string;
	/** A secret, as PEM, with which we sign who we are: there for the two methods that do. */
	readonly signingKey?: {
		readonly pem: string;
		readonly algorithm: string;
		/** As the service calls it. */
		readonly id?: string;
		/** At Apple, whose method it is then. */
		readonly team?: string;
	};
	/** Algorithms that are demanded of its words. Default: what it says that it has; of userinfo, unsigned ones too. */
	readonly signedWith?: { readonly idToken?: string; readonly userinfo?: string };
	readonly authMethod: UpstreamAuthMethod;
	readonly scope: string;
	readonly pkce: boolean;
	readonly fetchUserinfo: boolean;
	readonly responseMode?: "form_post";
	/** Where it does not say itself, or says something else. */
	readonly endpoints: UpstreamEndpoints;
	/** Whether it is asked where these are. */
	readonly discovers: boolean;
	readonly parameters: Readonly<Record<string, string>>;
	/** Whose people sign in by it, in lower case: it is offered first to who comes with an address there. */
	readonly emailDomains: readonly string[];
	/** Claims of which each has to have, or to be, one of these values. */
	readonly requiredClaims: Readonly<Record<string, readonly string[]>>;
	/** The same, of whom it makes an administrator. Empty: of nobody. */
	readonly adminClaims: Readonly<Record<string, readonly string[]>>;
	/** What ends here when the service says that somebody signed out there. */
	readonly onLogout: "do_nothing" | "logout_browser_only" | "logout_all";
	/** Whether somebody without an account gets one. */
	readonly newAccounts: "yes" | "token" | "no";
	readonly claims: UpstreamClaims;
}

export const authMethods = [
	...(["none", "client_secret_basic", "client_secret_post", "client_secret_jwt"] as const),
	...(["private_key_jwt", "sign_in_with_apple"] as const),
] as const;

type UpstreamAuthMethod = (typeof authMethods)[number];

interface UpstreamEndpoints {
	readonly authorization_endpoint?: string;
	readonly token_endpoint?: string;
	readonly userinfo_endpoint?: string;
	readonly jwks_uri?: string;
}

interface UpstreamClaims {
	readonly subject: string;
	readonly localpart: { readonly action: ImportAction; readonly template: string };
	readonly displayName: { readonly action: ImportAction; readonly template: string };
	readonly email: {
		readonly action: ImportAction;
		readonly template: string;
		/** Whether an address that the provider says is confirmed is so here, without a code of ours. */
		readonly isVouched: boolean;
	};
	/** What a link is called. */
	readonly accountName: string;
}

/** `suggest` may be changed by the person, `force` not, and without `require` nobody is let in. */
type ImportAction = "ignore" | "suggest" | "force" | "require";
