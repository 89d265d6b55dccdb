export interface Rule {
	/** `carried`: it counts here as it did. `renamed`: so, under another name. `absent`: there is no such thing here. */
	readonly fate: "carried" | "renamed" | "absent" | "unknown";
	/** Where it is now, or what its absence means. */
	readonly means: string;
}

const carried = (means: string): Rule => ({ fate: "carried", means });
const renamed = (means: string): Rule => ({ fate: "renamed", means });
const absent = (means: string): Rule => ({ fate: "absent", means });

/** What becomes of every setting of MAS: the most exact name counts. */
export const rules: Readonly<Record<string, Rule>> = {
	"http.public_base": renamed("public_base"),
	"http.issuer": carried("the public base is the issuer"),
	"http.listeners": renamed(
		"host and port, of the first listener for people or OAuth that has an address; the others, TLS, prefixes, sockets and the PROXY protocol are a proxy's work",
	),
	"http.trusted_proxies": renamed("trusted_proxies"),
	"matrix.homeserver": renamed("server_name"),
	"matrix.secret": renamed("homeserver.secret_file"),
	"matrix.secret_file": renamed("homeserver.secret_file"),
	"matrix.endpoint": renamed("homeserver.synapse"),
	"matrix.kind": absent("there is one way to speak to Synapse"),
	database: absent("Countersign has data of its own (database); MAS's is only read, by the move"),
	"secrets.encryption": carried("the move opens the secrets of apps with it, and keeps their hashes"),
	"secrets.encryption_file": carried("the move opens the secrets of apps with it, and keeps their hashes"),
	"secrets.keys": carried("the move keeps those that can sign here, under their kid"),
	"secrets.keys_dir": carried("the move keeps those that can sign here, under their kid"),
	clients: carried("the move brings them along from MAS's database, where MAS keeps them as well"),
	"passwords.enabled": absent(
		"people sign in by passwords here always; where it is false the move leaves passwords behind, and nobody has one",
	),
	"passwords.schemes": renamed("passwords.schemes_file, which move settle makes of no use one by one"),
	"passwords.minimum_complexity": absent(
		"a new password has ten letters or more, and is none of those that are tried first",
	),
	"account.password_registration_enabled": renamed(
		"open_registration, which is no if an e-mail address, a captcha or agreement to terms was asked for there",
	),
	"account.password_registration_email_required": absent(
		"set registration.email_required by hand, with email; registration is closed until then",
	),
	"account.password_registration_token_required": renamed("open_registration, which is token then"),
	"account.registration_token_required": renamed("open_registration, which is token then"),
	"account.email_change_allowed": absent("everybody may change their addresses, where email is set"),
	"account.displayname_change_allowed": absent("everybody may change their display name"),
	"account.password_change_allowed": absent("everybody may change their password"),
	"account.password_recovery_enabled": absent(
		"a forgotten password takes a letter where email is set, and else the operator (users reset-link)",
	),
	"account.account_deactivation_allowed": absent("everybody may close their account"),
	"account.login_with_email_allowed": renamed("sign_in_by_email"),
	upstream_oauth2: absent(
		"set upstream by hand, each service under its ULID: the move keeps who people are there, and no secrets (docs/operating.md)",
	),
	email: absent("set email by hand: nothing is sent until then (docs/operating.md)"),
	captcha: absent("set captcha by hand, for hCaptcha or Turnstile; registration is closed until then"),
	branding: absent(
		"set operator.name and operator.privacy by hand; terms are registration.terms, and registration is closed until they are set",
	),
	templates: absent("pages are Countersign's own"),
	policy: absent("rules for names, passwords, apps and sessions are Countersign's own"),
	"policy.data.admin_users": carried("the move makes them administrators"),
	"policy.data.admin_clients": absent("apps are no administrators; people are (users promote)"),
	rate_limiting: absent("limits are Countersign's own (docs/threat-model.md)"),
	telemetry: absent("/metrics is read from this machine; there are no traces"),
	"experimental.access_token_ttl": absent("an access token lives for five minutes"),
	"experimental.compat_token_ttl": absent("an access token lives for five minutes"),
	"experimental.inactive_session_expiration": absent("no session ends because it is not used"),
	"experimental.session_limit": absent("nobody has a limit of sessions"),
	"experimental.plan_management_iframe_uri": absent("there are no plans"),
	experimental: absent("it does not exist here"),
	"oauth.device_code_grant_enabled": absent("devices without a browser can always be signed in"),
	"oauth.device_code_user_code_auto_fill_enabled": absent("the code of a link is filled in always"),
};
