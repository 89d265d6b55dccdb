/**
 * What Ketesa and element-admin send to the admin API, as facts: request by request, with what they read of the answer.
 * `{bob}` and the like stand for ids that the test has.
 */
export interface ToolRequest {
	readonly method: string;
	/** Below `/api/admin/v1/`, with the query as the tool writes it. */
	readonly path: string;
	/** Absent: none is sent. */
	readonly body?: object;
	readonly status: number;
	/** Attributes that it reads, of the resource or of each of a list. */
	readonly reads?: readonly string[];
}

const get = (path: string, reads: readonly string[]): ToolRequest => ({
	...{ method: "GET", path, status: 200, reads },
});
const post = (path: string, more: Partial<ToolRequest> = {}): ToolRequest => ({
	...{ method: "POST", path, status: 200, ...more },
});

const page = (filters: string) => `page[first]=50${filters}&count=true`;
const userRead = ["username", "admin", "locked_at", "deactivated_at", "created_at", "legacy_guest"];
const emailRead = ["email", "user_id", "created_at"];
const sessionRead = [
	"user_id",
	"created_at",
	"finished_at",
	"user_agent",
	"last_active_at",
	"last_active_ip",
];
const tokenRead = [
	...["owner_user_id", "human_name", "scope", "created_at", "revoked_at", "last_active_at", "last_active_ip"],
	"expires_at",
];
const linkRead = ["user_id", "provider_id", "subject", "human_account_name", "created_at"];
const providerRead = ["issuer", "human_name", "brand_name", "created_at", "disabled_at"];
const registrationRead = ["token", "usage_limit", "times_used", "expires_at", "revoked_at"];

/** In an order in which each can be done. Deeds are sent without a body, and removals with an empty one. */
export const ketesaRequests: readonly ToolRequest[] = [
	get("site-config", []),
	get("version", []),
	get("users?page[first]=100&count=true", userRead),
	get("users?filter[search]=bob&page[first]=50&count=true", userRead),
	get("users?page[first]=10&filter[search]=bob&count=true", userRead),
	get(`users?${page("&filter[status]=active&filter[admin]=false")}`, userRead),
	get(`user-sessions?${page("&filter[user]={bob}&filter[status]=active")}`, sessionRead),
	post("user-sessions/{browser}/finish"),
	get("users/{bob}", userRead),
	post("users", { body: { username: "newcomer" }, status: 201, reads: userRead }),
	...["lock", "unlock"].map((deed) => post(`users/{bob}/${deed}`)),
	...[true, false].map((admin) => post("users/{bob}/set-admin", { body: { admin } })),
	get(`user-emails?${page("&filter[user]={bob}")}`, emailRead),
	post("user-emails", { body: { user_id: "{bob}", email: "x@example.org" }, status: 201, reads: emailRead }),
	get(`user-emails?${page("&filter[email]=bob@example.org")}`, emailRead),
	{ method: "DELETE", path: "user-emails/{email}", status: 204 },
	get(`compat-sessions?${page("&filter[user]={bob}")}`, [...sessionRead, "device_id", "human_name"]),
	post("compat-sessions/{compat}/finish"),
	get(`oauth2-sessions?${page("&filter[user]={bob}")}`, [...sessionRead, "client_id", "scope", "human_name"]),
	post("oauth2-sessions/{app}/finish"),
	get(`personal-sessions?${page("&filter[user]={bob}")}`, tokenRead),
	get(`personal-sessions?${page("&filter[user]={bob}&filter[status]=active")}`, tokenRead),
	post("personal-sessions", {
		body: {
			...{ actor_user_id: "{bob}", scope: "urn:matrix:client:api:*", human_name: "Bot", expires_in: 3600 },
		},
		...{ status: 201, reads: [...tokenRead, "access_token"] },
	}),
	post("personal-sessions/{token}/regenerate", { status: 201, reads: ["token"] }),
	post("personal-sessions/{token}/revoke"),
	get(`upstream-oauth-providers?${page("&filter[enabled]=true")}`, providerRead),
	get(`upstream-oauth-links?${page("&filter[user]={bob}&filter[provider]={provider}")}`, linkRead),
	post("upstream-oauth-links", {
		body: { user_id: "{bob}", provider_id: "{provider}", subject: "another" },
		...{ status: 201, reads: linkRead },
	}),
	{ method: "DELETE", path: "upstream-oauth-links/{link}", status: 204 },
	get(`user-registration-tokens?${page("&filter[valid]=true")}`, registrationRead),
	post("user-registration-tokens", { body: { usage_limit: 3 }, status: 201, reads: registrationRead }),
	{
		...{ method: "PUT", path: "user-registration-tokens/{registration}", status: 200 },
		body: { usage_limit: 5, expires_at: "2999-01-01T00:00:00.000Z" },
	},
	post("user-registration-tokens/{registration}/revoke"),
	post("user-registration-tokens/{registration}/unrevoke"),
	// Its page of policy data says that there are none.
	{ method: "GET", path: "policy-data/latest", status: 404 },
	post("users/{bob}/set-password", { body: { password: "a battery that staples horses" }, status: 204 }),
	post("users/{bob}/deactivate"),
	post("users/{bob}/reactivate"),
];

/** It takes an answer only where all of it has the shapes of MAS's own document, ids above all. */
export const elementAdminRequests: readonly ToolRequest[] = [
	get("site-config", []),
	get("version", []),
	get("users?page[first]=100&filter[admin]=false&filter[legacy-guest]=false&count=false", userRead),
	{ method: "GET", path: "users?count=only&filter[status]=active&filter[search]=b", status: 200 },
	get("users/{bob}", userRead),
	get("user-emails?filter[user]={bob}&page[first]=10", emailRead),
	get("upstream-oauth-links?filter[user]={bob}&page[first]=10", linkRead),
	get("upstream-oauth-providers?page[first]=1000", providerRead),
	get("user-registration-tokens?page[first]=100&filter[used]=false&filter[revoked]=false", registrationRead),
	{ method: "GET", path: "user-registration-tokens?count=only&filter[expired]=false", status: 200 },
	get("user-registration-tokens/{registration}", registrationRead),
	post("users", { body: { username: "second", skip_homeserver_check: false }, status: 201 }),
];
