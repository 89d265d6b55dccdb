/** What MAS would say of tokens, from its tables alone: by the rules of its introspection and of its two ways to refresh. */
import { hash } from "node:crypto";

type Ask = (statement: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const isPerson = "u.locked_at IS NULL AND u.deactivated_at IS NULL";
const isNow = "(t.expires_at IS NULL OR t.expires_at > now())";

/** The device of the session that an access token opens there; undefined where it opens nothing. */
export async function openedAtMas(ask: Ask, token: string): Promise<string | undefined> {
	const scoped =
		"(SELECT substring(s FROM 'device:(.*)$') FROM unnest(s.scope_list) s WHERE s LIKE '%device:%')";
	const [row] = await ask(`
		SELECT ${scoped} AS device FROM oauth2_access_tokens t JOIN oauth2_sessions s USING (oauth2_session_id)
			JOIN users u USING (user_id) WHERE access_token = '${token}' AND t.revoked_at IS NULL AND ${isNow}
			AND s.finished_at IS NULL AND ${isPerson}
		UNION ALL SELECT s.device_id FROM compat_access_tokens t JOIN compat_sessions s USING (compat_session_id)
			JOIN users u USING (user_id) WHERE access_token = '${token}' AND ${isNow} AND s.finished_at IS NULL AND ${isPerson}
		UNION ALL SELECT ${scoped} FROM personal_access_tokens t JOIN personal_sessions s USING (personal_session_id)
			JOIN users u ON u.user_id = s.actor_user_id WHERE t.revoked_at IS NULL AND ${isNow} AND s.revoked_at IS NULL
			AND access_token_sha256 = '\\x${hash("sha256", token, "hex")}' AND ${isPerson}`);
	return row && String(row.device);
}

/** Whether an app may refresh there with this token. */
export async function refreshesAtMas(ask: Ask, token: string): Promise<boolean> {
	const rows = await ask(`
		SELECT 1 FROM oauth2_refresh_tokens t JOIN oauth2_sessions s USING (oauth2_session_id) JOIN users u USING (user_id)
			LEFT JOIN oauth2_refresh_tokens n ON n.oauth2_refresh_token_id = t.next_oauth2_refresh_token_id
			LEFT JOIN oauth2_access_tokens a ON a.oauth2_access_token_id = n.oauth2_access_token_id
			WHERE t.refresh_token = '${token}' AND t.revoked_at IS NULL AND s.finished_at IS NULL AND ${isPerson}
			AND (t.consumed_at IS NULL OR (n.refresh_token IS NOT NULL AND n.consumed_at IS NULL AND n.revoked_at IS NULL
				AND a.first_used_at IS NULL))
		UNION ALL SELECT 1 FROM compat_refresh_tokens t JOIN compat_sessions s USING (compat_session_id)
			JOIN users u USING (user_id) WHERE t.refresh_token = '${token}' AND t.consumed_at IS NULL
			AND s.finished_at IS NULL AND ${isPerson}`);
	return rows.length > 0;
}
