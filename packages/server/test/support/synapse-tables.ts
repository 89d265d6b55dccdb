/** A database in Synapse's shape, as far as a move reads and writes it; in both dialects. */
export const synapseTables: readonly string[] = [
	"CREATE TABLE schema_version (version INTEGER NOT NULL)",
	`CREATE TABLE users (name TEXT UNIQUE, password_hash TEXT, creation_ts BIGINT, admin SMALLINT DEFAULT 0 NOT NULL,
		is_guest SMALLINT DEFAULT 0 NOT NULL, appservice_id TEXT, deactivated SMALLINT DEFAULT 0 NOT NULL,
		shadow_banned BOOLEAN, locked BOOLEAN DEFAULT FALSE NOT NULL, approved BOOLEAN)`,
	"CREATE TABLE profiles (user_id TEXT NOT NULL, displayname TEXT, full_user_id TEXT NOT NULL)",
	`CREATE TABLE devices (user_id TEXT NOT NULL, device_id TEXT NOT NULL, display_name TEXT, last_seen BIGINT, ip TEXT,
		user_agent TEXT, hidden BOOLEAN DEFAULT FALSE)`,
	`CREATE TABLE refresh_tokens (id BIGINT PRIMARY KEY, user_id TEXT NOT NULL, device_id TEXT NOT NULL,
		token TEXT NOT NULL UNIQUE, next_token_id BIGINT REFERENCES refresh_tokens (id) ON DELETE CASCADE,
		expiry_ts BIGINT, ultimate_session_expiry_ts BIGINT)`,
	`CREATE TABLE access_tokens (id BIGINT PRIMARY KEY, user_id TEXT NOT NULL, device_id TEXT, token TEXT NOT NULL UNIQUE,
		valid_until_ms BIGINT, puppets_user_id TEXT, last_validated BIGINT,
		refresh_token_id BIGINT REFERENCES refresh_tokens (id) ON DELETE CASCADE, used BOOLEAN)`,
	"CREATE TABLE user_ips (user_id TEXT NOT NULL, access_token TEXT NOT NULL, device_id TEXT, ip TEXT NOT NULL, user_agent TEXT NOT NULL, last_seen BIGINT NOT NULL)",
	"CREATE TABLE user_threepids (user_id TEXT NOT NULL, medium TEXT NOT NULL, address TEXT NOT NULL, added_at BIGINT)",
	"CREATE TABLE user_external_ids (auth_provider TEXT NOT NULL, external_id TEXT NOT NULL, user_id TEXT NOT NULL)",
];

/** Two people: one with everything, one with nothing. */
export const synapseRows: readonly string[] = [
	"INSERT INTO schema_version VALUES (94)",
	`INSERT INTO users VALUES ('@Bob:example.org', 'hash', 1700000000, 1, 0, NULL, 0, TRUE, TRUE, FALSE),
		('@alice:example.org', NULL, 1700000001, 0, 1, 'bridge', 1, NULL, FALSE, NULL)`,
	"INSERT INTO profiles VALUES ('Bob', 'Bobby', '@Bob:example.org')",
	`INSERT INTO devices VALUES ('@Bob:example.org', 'B', 'Desk', 1700000000001, '192.0.2.1', 'App/1', FALSE),
		('@Bob:example.org', 'A', NULL, NULL, NULL, NULL, NULL), ('@Bob:example.org', 'MASTERKEY', 'key', NULL, NULL, NULL, TRUE)`,
	"INSERT INTO refresh_tokens VALUES (8, '@Bob:example.org', 'B', 'syr_2', NULL, 1700000000004, 1700000000005)",
	"INSERT INTO refresh_tokens VALUES (7, '@Bob:example.org', 'B', 'syr_1', 8, NULL, NULL)",
	`INSERT INTO access_tokens VALUES (3, '@Bob:example.org', 'B', 'syt_1', 1700000000002, NULL, 1700000000003, 8, TRUE),
		(4, '@Bob:example.org', NULL, 'syt_2', NULL, '@alice:example.org', NULL, NULL, FALSE)`,
	"INSERT INTO user_threepids VALUES ('@Bob:example.org', 'email', 'bob@example.org', 1700000000006)",
	"INSERT INTO user_external_ids VALUES ('oidc-x', 'sub-1', '@Bob:example.org')",
];
