import type { ChangesAtMas, MasTarget, NewAtMas, RefreshAtMas } from "../../moving/mas/ports.ts";
import type { MovedApp } from "../../moving/ports.ts";
import type { Ask } from "./source-postgres.ts";
import { uuidOf } from "./ulid.ts";

/**
 * Writes what has changed for one person after the other.
 * @param commit writes all of it, once there is a backup
 */
export function writeMas(
	ask: Ask,
	commit: (backup: string) => Promise<void>,
): Pick<MasTarget, "addApp" | "write" | "commit"> {
	let isWritten = false;
	return {
		async addApp(app) {
			await writeApp(ask, app);
			isWritten = true;
		},
		async write(userId, changes) {
			const changed = await writePerson(ask, uuidOf(userId), changes);
			isWritten ||= changed;
		},
		async commit(backup) {
			if (isWritten) await commit(backup);
			return isWritten;
		},
	};
}

/** Epoch milliseconds as a time. */
const time = "to_timestamp(?::double precision / 1000)";

/** A list, as JSON. */
const texts = "ARRAY (SELECT jsonb_array_elements_text(?::jsonb))";

const endSession = {
	oauth: `UPDATE oauth2_sessions SET finished_at = ${time} WHERE oauth2_session_id = ?`,
	compat: `UPDATE compat_sessions SET finished_at = ${time} WHERE compat_session_id = ?`,
	personal: `UPDATE personal_sessions SET revoked_at = ${time} WHERE personal_session_id = ?`,
} as const;

const endAccess = {
	oauth: `UPDATE oauth2_access_tokens SET revoked_at = ${time} WHERE oauth2_access_token_id = ?`,
	compat: `UPDATE compat_access_tokens SET expires_at = ${time} WHERE compat_access_token_id = ?`,
	personal: `UPDATE personal_access_tokens SET revoked_at = ${time} WHERE personal_access_token_id = ?`,
} as const;

const consume = {
	oauth: `UPDATE oauth2_refresh_tokens SET consumed_at = coalesce(consumed_at, ${time}),
		next_oauth2_refresh_token_id = ? WHERE oauth2_refresh_token_id = ?`,
	compat: `UPDATE compat_refresh_tokens SET consumed_at = ${time} WHERE compat_refresh_token_id = ?`,
} as const;

/** True where anything has changed. */
async function writePerson(ask: Ask, userId: string, changes: ChangesAtMas): Promise<boolean> {
	const { at, join } = changes;
	if (join !== undefined)
		await ask(`INSERT INTO users (user_id, username, created_at) VALUES (?, ?, ${time})`, [
			userId,
			join.username,
			join.createdAt,
		]);
	await writeAccount(ask, userId, changes);
	for (const { kind, id } of changes.endSessions) await ask(endSession[kind], [at, uuidOf(id)]);
	for (const session of changes.addSessions) await addSession(ask, userId, session);
	for (const { kind, id } of changes.endAccess) await ask(endAccess[kind], [at, uuidOf(id)]);
	for (const refresh of changes.addRefresh) await addRefresh(ask, refresh, at);
	for (const { kind, id, nextId } of changes.consume)
		await ask(
			consume[kind],
			kind === "oauth" ? [at, nextId === null ? null : uuidOf(nextId), uuidOf(id)] : [at, uuidOf(id)],
		);
	const browsers = await ask(
		`UPDATE user_sessions SET finished_at = ${time} WHERE user_id = ? AND finished_at IS NULL RETURNING 1`,
		[at, userId],
	);
	return browsers.length > 0 || !isNothing(changes);
}

function isNothing({ at: _, ...changes }: ChangesAtMas): boolean {
	return Object.values(changes).every((change) => Array.isArray(change) && change.length === 0);
}

async function writeAccount(ask: Ask, userId: string, changes: ChangesAtMas): Promise<void> {
	const { at, account, password } = changes;
	if (account !== undefined)
		await ask(
			`UPDATE users SET can_request_admin = ?,
				locked_at = CASE WHEN ? THEN coalesce(locked_at, ${time}) END,
				deactivated_at = CASE WHEN ? THEN coalesce(deactivated_at, ${time}) END
			WHERE user_id = ?`,
			[account.admin, account.locked, at, account.closed, at, userId],
		);
	if (password !== undefined)
		await ask(
			`INSERT INTO user_passwords (user_password_id, user_id, hashed_password, version, created_at)
			VALUES (gen_random_uuid(), ?, ?, ?, greatest(${time},
				(SELECT max(created_at) + interval '1 millisecond' FROM user_passwords WHERE user_id = ?)))`,
			[userId, password.hash, password.version, at, userId],
		);
}

async function addSession(ask: Ask, userId: string, session: NewAtMas): Promise<void> {
	const id = uuidOf(session.id);
	const { name, createdAt, lastActiveAt, lastActiveAddress: address, userAgent } = session;
	switch (session.kind) {
		case "oauth":
			await ask(
				`INSERT INTO oauth2_sessions (oauth2_session_id, user_id, oauth2_client_id, scope_list, human_name,
					created_at, last_active_at, last_active_ip, user_agent)
				VALUES (?, ?, ?, ${texts}, ?, ${time}, ${time}, ?::inet, ?)`,
				[
					...[id, userId, uuidOf(session.clientId), JSON.stringify(session.scope), name],
					...[createdAt, lastActiveAt, address, userAgent],
				],
			);
			return;
		case "compat":
			await ask(
				`INSERT INTO compat_sessions (compat_session_id, user_id, device_id, is_synapse_admin, human_name,
					created_at, last_active_at, last_active_ip, user_agent)
				VALUES (?, ?, ?, ?, ?, ${time}, ${time}, ?::inet, ?)`,
				[
					...[id, userId, session.deviceId, session.isSynapseAdmin, name],
					...[createdAt, lastActiveAt, address, userAgent],
				],
			);
			if (session.token === null) return;
			await ask(
				`INSERT INTO compat_access_tokens (compat_access_token_id, compat_session_id, access_token, created_at)
				VALUES (?, ?, ?, ${time})`,
				[id, id, session.token, createdAt],
			);
			return;
		case "personal":
			await ask(
				`INSERT INTO personal_sessions (personal_session_id, owner_user_id, actor_user_id, human_name,
					scope_list, created_at, last_active_at, last_active_ip)
				VALUES (?, ?, ?, ?, ${texts}, ${time}, ${time}, ?::inet)`,
				[
					...[id, userId, userId, name ?? "", JSON.stringify(session.scope)],
					...[createdAt, lastActiveAt, address],
				],
			);
			await ask(
				`INSERT INTO personal_access_tokens
					(personal_access_token_id, personal_session_id, access_token_sha256, created_at, expires_at)
				VALUES (?, ?, decode(?, 'hex'), ${time}, ${time})`,
				[id, id, Buffer.from(session.hash, "base64url").toString("hex"), createdAt, session.expiresAt],
			);
	}
}

async function writeApp(ask: Ask, { id, metadata, createdAt }: MovedApp): Promise<void> {
	const has = (grant: string) => metadata.grant_types.includes(grant);
	await ask(
		`INSERT INTO oauth2_clients (oauth2_client_id, redirect_uris, application_type, client_name, client_uri, logo_uri,
			tos_uri, policy_uri, grant_type_authorization_code, grant_type_refresh_token, grant_type_device_code,
			id_token_signed_response_alg, token_endpoint_auth_method, created_at)
		VALUES (?, ${texts}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${time})`,
		[
			...[uuidOf(id), JSON.stringify(metadata.redirect_uris), metadata.application_type],
			...[metadata.client_name ?? null, metadata.client_uri, metadata.logo_uri ?? null],
			...[metadata.tos_uri ?? null, metadata.policy_uri ?? null],
			...[
				has("authorization_code"),
				has("refresh_token"),
				has("urn:ietf:params:oauth:grant-type:device_code"),
			],
			...[metadata.id_token_signed_response_alg ?? "ES256", metadata.token_endpoint_auth_method, createdAt],
		],
	);
}

async function addRefresh(
	ask: Ask,
	{ kind, id, sessionId, token, nextId }: RefreshAtMas,
	at: number,
): Promise<void> {
	const [uuid, session, next] = [uuidOf(id), uuidOf(sessionId), nextId === null ? null : uuidOf(nextId)];
	if (kind === "oauth") {
		await ask(
			`INSERT INTO oauth2_refresh_tokens (oauth2_refresh_token_id, oauth2_session_id, refresh_token, created_at,
				consumed_at, next_oauth2_refresh_token_id)
			VALUES (?, ?, ?, ${time}, CASE WHEN ? THEN ${time} END, ?)`,
			[uuid, session, token, at, next !== null, at, next],
		);
		return;
	}
	// MAS wants an access token beside it: this is none, and is over.
	await ask(
		`INSERT INTO compat_access_tokens (compat_access_token_id, compat_session_id, access_token, created_at, expires_at)
		VALUES (?, ?, ?, ${time}, ${time})`,
		[uuid, session, `none beside ${id}`, at, at],
	);
	await ask(
		`INSERT INTO compat_refresh_tokens
			(compat_refresh_token_id, compat_session_id, compat_access_token_id, refresh_token, created_at)
		VALUES (?, ?, ?, ?, ${time})`,
		[uuid, session, uuid, token, at],
	);
}
