/**
 * What programs that were written for MAS ask of its admin API (1.22): facts of its surface, by operation. Attributes are
 * those that they read; a parameter without `filter` or `page` before it stands as it is.
 */

export interface MasOperation {
	readonly method: string;
	/** Below `/api/admin/v1`. */
	readonly path: string;
	/** Names in `filter[...]`. */
	readonly filters?: readonly string[];
	/** Members of the body. */
	readonly body?: readonly string[];
	/** Of those the ones that have to be there. */
	readonly required?: readonly string[];
	readonly statuses: readonly number[];
	/** The type of the resource that is answered, by which its attributes are known. */
	readonly type?: keyof typeof masAttributes;
	readonly isList?: boolean;
}

export const masAttributes = {
	user: ["username", "created_at", "locked_at", "deactivated_at", "admin", "legacy_guest"],
	"user-email": ["created_at", "user_id", "email"],
	"user-session": ["created_at", "finished_at", "user_id", "user_agent", "last_active_at", "last_active_ip"],
	"compat-session": [
		...["user_id", "device_id", "user_session_id", "redirect_uri", "created_at", "user_agent"],
		...["last_active_at", "last_active_ip", "finished_at", "human_name"],
	],
	"oauth2-client": [
		...["client_id", "client_name", "client_uri", "logo_uri", "redirect_uris", "grant_types", "is_static"],
	],
	"oauth2-session": [
		...["created_at", "finished_at", "user_id", "user_session_id", "client_id", "scope", "user_agent"],
		...["last_active_at", "last_active_ip", "human_name"],
	],
	"personal-session": [
		...[
			"created_at",
			"revoked_at",
			"owner_user_id",
			"owner_client_id",
			"actor_user_id",
			"human_name",
			"scope",
		],
		...["last_active_at", "last_active_ip", "expires_at", "access_token"],
	],
	"user-registration_token": [
		...[
			"token",
			"valid",
			"usage_limit",
			"times_used",
			"created_at",
			"last_used_at",
			"expires_at",
			"revoked_at",
		],
	],
	"upstream-oauth-link": ["created_at", "provider_id", "subject", "user_id", "human_account_name"],
	"upstream-oauth-provider": [
		...["issuer", "human_name", "brand_name", "created_at", "disabled_at", "registration_token_required"],
	],
	"policy-data": ["created_at", "data"],
} as const;

export const masSiteConfig = [
	...["server_name", "password_login_enabled", "password_registration_enabled"],
	...["password_registration_email_required", "password_registration_token_required"],
	...["registration_token_required", "email_change_allowed", "displayname_change_allowed"],
	...["password_change_allowed", "account_recovery_allowed", "account_deactivation_allowed"],
	...["captcha_enabled", "minimum_password_complexity"],
] as const;

const dates = ["created-before", "created-after", "last-active-before", "last-active-after"];
const get = (
	path: string,
	more: Omit<MasOperation, "method" | "path" | "statuses"> = {},
	...others: number[]
) => ({ method: "GET", path, statuses: [200, ...others], ...more }) as const;
const post = (
	path: string,
	statuses: number[],
	more: Omit<MasOperation, "method" | "path" | "statuses"> = {},
) => ({ method: "POST", path, statuses, ...more }) as const;

/** All 47. */
export const masOperations: readonly MasOperation[] = [
	get("/site-config"),
	get("/version"),
	get(
		"/compat-sessions",
		{
			...{ type: "compat-session", isList: true, filters: ["user", "user-session", "status", ...dates] },
		},
		404,
	),
	get("/compat-sessions/{id}", { type: "compat-session" }, 404),
	post("/compat-sessions/{id}/finish", [200, 400, 404], { type: "compat-session" }),
	get("/oauth2-clients", {
		...{ type: "oauth2-client", isList: true },
		filters: ["client-kind", "client-name", "client-uri", "grant-type", "has-active-sessions"],
	}),
	get("/oauth2-clients/{id}", { type: "oauth2-client" }, 404),
	get(
		"/oauth2-sessions",
		{
			...{ type: "oauth2-session", isList: true },
			filters: ["user", "client", "client-kind", "user-session", "scope", "status", ...dates],
		},
		400,
		404,
	),
	get("/oauth2-sessions/{id}", { type: "oauth2-session" }, 404),
	post("/oauth2-sessions/{id}/finish", [200, 400, 404], { type: "oauth2-session" }),
	get(
		"/personal-sessions",
		{
			...{ type: "personal-session", isList: true },
			filters: [
				...["owner_user", "owner_client", "actor_user", "scope", "status"],
				...["expires_before", "expires_after", "expires"],
			],
		},
		404,
	),
	post("/personal-sessions", [201, 400, 404], {
		type: "personal-session",
		body: ["actor_user_id", "human_name", "scope", "expires_in"],
		required: ["actor_user_id", "human_name", "scope"],
	}),
	get("/personal-sessions/{id}", { type: "personal-session" }, 404),
	post("/personal-sessions/{id}/revoke", [200, 404, 409], { type: "personal-session" }),
	post("/personal-sessions/{id}/regenerate", [201, 404], { type: "personal-session", body: ["expires_in"] }),
	post("/policy-data", [201, 400], { type: "policy-data", body: ["data"], required: ["data"] }),
	get("/policy-data/latest", { type: "policy-data" }, 404),
	get("/policy-data/{id}", { type: "policy-data" }, 404),
	get(
		"/users",
		{
			...{ type: "user", isList: true },
			filters: [
				...["admin", "legacy-guest", "search", "status", "active-oauth2-client"],
				...["has-active-oauth2-session", "has-active-compat-session"],
			],
		},
		404,
	),
	post("/users", [201, 400, 409], {
		type: "user",
		body: ["username", "skip_homeserver_check", "displayname", "avatar_url"],
		required: ["username"],
	}),
	get("/users/{id}", { type: "user" }, 404),
	post("/users/{id}/set-password", [204, 400, 403, 404], {
		body: ["password", "skip_password_check"],
		required: ["password"],
	}),
	get("/users/by-username/{username}", { type: "user" }, 404),
	post("/users/{id}/set-admin", [200, 404], { type: "user", body: ["admin"], required: ["admin"] }),
	post("/users/{id}/deactivate", [200, 404], { type: "user", body: ["skip_erase"] }),
	post("/users/{id}/reactivate", [200, 404], { type: "user" }),
	post("/users/{id}/lock", [200, 404], { type: "user" }),
	post("/users/{id}/unlock", [200, 404], { type: "user" }),
	get("/user-emails", { type: "user-email", isList: true, filters: ["user", "email"] }, 404),
	post("/user-emails", [201, 400, 404, 409], {
		...{ type: "user-email", body: ["user_id", "email"], required: ["user_id", "email"] },
	}),
	get("/user-emails/{id}", { type: "user-email" }, 404),
	{ method: "DELETE", path: "/user-emails/{id}", statuses: [204, 404] },
	get("/user-sessions", { type: "user-session", isList: true, filters: ["user", "status", ...dates] }, 404),
	get("/user-sessions/{id}", { type: "user-session" }, 404),
	post("/user-sessions/{id}/finish", [200, 400, 404], { type: "user-session" }),
	get("/user-registration-tokens", {
		...{ type: "user-registration_token", isList: true, filters: ["used", "revoked", "expired", "valid"] },
	}),
	post("/user-registration-tokens", [201, 409], {
		...{ type: "user-registration_token", body: ["token", "usage_limit", "expires_at"] },
	}),
	get("/user-registration-tokens/{id}", { type: "user-registration_token" }, 404),
	{
		...{ method: "PUT", path: "/user-registration-tokens/{id}", statuses: [200, 404] },
		...{ type: "user-registration_token", body: ["expires_at", "usage_limit"] },
	},
	post("/user-registration-tokens/{id}/revoke", [200, 400, 404], { type: "user-registration_token" }),
	post("/user-registration-tokens/{id}/unrevoke", [200, 400, 404], { type: "user-registration_token" }),
	get(
		"/upstream-oauth-links",
		{
			...{ type: "upstream-oauth-link", isList: true },
			filters: ["user", "provider", "subject", "human-account-name"],
		},
		404,
	),
	post("/upstream-oauth-links", [200, 201, 404, 409], {
		type: "upstream-oauth-link",
		body: ["user_id", "provider_id", "subject", "human_account_name"],
		required: ["user_id", "provider_id", "subject"],
	}),
	get("/upstream-oauth-links/{id}", { type: "upstream-oauth-link" }, 404),
	{ method: "DELETE", path: "/upstream-oauth-links/{id}", statuses: [204, 404] },
	get("/upstream-oauth-providers", { type: "upstream-oauth-provider", isList: true, filters: ["enabled"] }),
	get("/upstream-oauth-providers/{id}", { type: "upstream-oauth-provider" }, 404),
];
