/** Epoch milliseconds of a time. */
const ms = (column: string, name: string) =>
	`floor(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`;

const people = `
	SELECT u.user_id::text AS id, u.username, ${ms("u.created_at", "createdAt")}, ${ms("u.locked_at", "lockedAt")},
		${ms("u.deactivated_at", "deactivatedAt")}, u.can_request_admin AS admin, u.is_guest AS "isGuest",
		p.version AS "passwordVersion", p.hashed_password AS hash
	FROM users u
	LEFT JOIN LATERAL (
		SELECT version, hashed_password FROM user_passwords WHERE user_id = u.user_id
		ORDER BY created_at DESC LIMIT 1
	) p ON TRUE`;

export const masPeople = `${people} WHERE u.user_id > ?::uuid ORDER BY u.user_id LIMIT ?`;

const these = "user_id = ANY (?::uuid[])";

/** People of these ids. */
export const masPeopleOf = `${people} WHERE u.${these}`;

/** Sessions of all three kinds that these people have, under one set of names, for the query behind. */
const sessions = (query: string) => `
	WITH people AS (SELECT user_id FROM users WHERE ${these}), sessions AS (
		SELECT 'oauth' AS kind, s.oauth2_session_id AS id, s.user_id, s.oauth2_client_id AS client_id,
			NULL::text AS device_id, s.scope_list AS scope, FALSE AS is_synapse_admin, s.human_name AS name,
			s.created_at, s.last_active_at, s.last_active_ip, s.user_agent, FALSE AS is_owner_gone
		FROM oauth2_sessions s JOIN people USING (user_id) WHERE s.finished_at IS NULL
		UNION ALL
		SELECT 'compat', s.compat_session_id, s.user_id, NULL, s.device_id, '{}'::text[], s.is_synapse_admin,
			s.human_name, s.created_at, s.last_active_at, s.last_active_ip, s.user_agent, FALSE
		FROM compat_sessions s JOIN people USING (user_id) WHERE s.finished_at IS NULL
		UNION ALL
		SELECT 'personal', s.personal_session_id, s.actor_user_id, NULL, NULL, s.scope_list, FALSE, s.human_name,
			s.created_at, s.last_active_at, s.last_active_ip, NULL,
			coalesce(o.locked_at IS NOT NULL OR o.deactivated_at IS NOT NULL, FALSE)
		FROM personal_sessions s JOIN people ON people.user_id = s.actor_user_id
		LEFT JOIN users o ON o.user_id = s.owner_user_id WHERE s.revoked_at IS NULL
	) ${query}`;

/** Of people of these ids. */
export const masTheirs = {
	emails: `SELECT user_id::text AS "userId", email AS address, ${ms("min(created_at)", "addedAt")}
		FROM user_emails WHERE ${these} GROUP BY user_id, email ORDER BY email`,
	links: `SELECT user_id::text AS "userId", upstream_oauth_provider_id::text AS provider, subject
		FROM upstream_oauth_links WHERE ${these} ORDER BY 2, 3`,
	phones: `SELECT DISTINCT user_id::text AS "userId" FROM user_unsupported_third_party_ids WHERE ${these}`,
	sessions: sessions(`SELECT kind, id::text AS id, user_id::text AS "userId", client_id::text AS "clientId",
		device_id AS "deviceId", scope, is_synapse_admin AS "isSynapseAdmin", name, ${ms("created_at", "createdAt")},
		${ms("last_active_at", "lastActiveAt")}, host(last_active_ip) AS address, user_agent AS "userAgent",
		is_owner_gone AS "isOwnerGone" FROM sessions ORDER BY id`),
	access: sessions(`
		SELECT t.oauth2_access_token_id::text AS id, t.oauth2_session_id::text AS "sessionId", t.access_token AS token,
			NULL AS sha256, ${ms("t.created_at", "createdAt")}, ${ms("t.expires_at", "expiresAt")},
			t.first_used_at IS NOT NULL AS used
		FROM oauth2_access_tokens t JOIN sessions s ON s.id = t.oauth2_session_id WHERE t.revoked_at IS NULL
		UNION ALL
		SELECT t.compat_access_token_id::text, t.compat_session_id::text, t.access_token, NULL,
			${ms("t.created_at", "createdAt")}, ${ms("t.expires_at", "expiresAt")}, FALSE
		FROM compat_access_tokens t JOIN sessions s ON s.id = t.compat_session_id
		UNION ALL
		SELECT t.personal_access_token_id::text, t.personal_session_id::text, NULL, encode(t.access_token_sha256, 'hex'),
			${ms("t.created_at", "createdAt")}, ${ms("t.expires_at", "expiresAt")}, FALSE
		FROM personal_access_tokens t JOIN sessions s ON s.id = t.personal_session_id WHERE t.revoked_at IS NULL
		ORDER BY 1`),
	refresh: sessions(`
		SELECT t.oauth2_refresh_token_id::text AS id, t.oauth2_session_id::text AS "sessionId", t.refresh_token AS token,
			t.oauth2_access_token_id::text AS "accessId", t.next_oauth2_refresh_token_id::text AS "nextId",
			${ms("t.created_at", "createdAt")}, t.consumed_at IS NOT NULL AS consumed
		FROM oauth2_refresh_tokens t JOIN sessions s ON s.id = t.oauth2_session_id WHERE t.revoked_at IS NULL
		UNION ALL
		SELECT t.compat_refresh_token_id::text, t.compat_session_id::text, t.refresh_token,
			t.compat_access_token_id::text, NULL, ${ms("t.created_at", "createdAt")}, FALSE
		FROM compat_refresh_tokens t JOIN sessions s ON s.id = t.compat_session_id WHERE t.consumed_at IS NULL
		ORDER BY 1`),
} as const;

export const masClients = `
	SELECT oauth2_client_id::text AS id, client_name AS name, ${ms("created_at", "createdAt")}, is_static AS "isStatic",
		application_type AS "applicationType", client_uri AS "clientUri", logo_uri AS "logoUri", tos_uri AS "tosUri",
		policy_uri AS "policyUri", redirect_uris AS "redirectUris",
		grant_type_authorization_code AS "authorizationCode", grant_type_refresh_token AS "refreshToken",
		grant_type_device_code AS "deviceCode", grant_type_client_credentials AS "clientCredentials",
		token_endpoint_auth_method AS "authMethod", encrypted_client_secret AS "encryptedSecret",
		id_token_signed_response_alg AS "idTokenAlgorithm"
	FROM oauth2_clients WHERE oauth2_client_id > ?::uuid ORDER BY oauth2_client_id LIMIT ?`;

/** Secrets stay there: they are in MAS's settings too. */
export const masKept = {
	"upstream-provider": `
		SELECT upstream_oauth_provider_id::text AS id, issuer, human_name, brand_name, scope, client_id,
			token_endpoint_auth_method, token_endpoint_signing_alg, discovery_mode, pkce_mode, response_mode,
			claims_imports, additional_parameters, ${ms("disabled_at", "disabled_at")}
		FROM upstream_oauth_providers ORDER BY 1`,
	"registration-token": `
		SELECT user_registration_token_id::text AS id, token, usage_limit, times_used,
			${ms("created_at", "created_at")}, ${ms("last_used_at", "last_used_at")},
			${ms("expires_at", "expires_at")}, ${ms("revoked_at", "revoked_at")}
		FROM user_registration_tokens ORDER BY 1`,
} as const;

/** What the homeserver does not know yet. Of these that failed MAS has made another job. */
export const masWaiting = `
	SELECT count(*) AS count FROM queue_jobs
	WHERE status IN ('available', 'running', 'lost', 'scheduled') AND queue_name IN (
		'sync-devices', 'delete-device', 'provision-device', 'provision-user', 'deactivate-user', 'reactivate-user')`;
