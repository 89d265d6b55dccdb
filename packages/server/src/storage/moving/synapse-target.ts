import type { DatabaseSync } from "node:sqlite";
import type { ChangesThere, RefreshThere, SynapseTarget } from "../../moving/ports.ts";
import { copyAside, openSynapseToWrite } from "./open-synapse.ts";
import { knownSchema, sourceOn } from "./synapse-source.ts";

/**
 * Opens the SQLite file of a stopped Synapse to be written. Only tables of the version that is known best are. Throws
 * `SourceUnusable`.
 */
export function openSynapseTarget(file: string): SynapseTarget {
	const opened = openSynapseToWrite(file);
	const { connection } = opened;
	const source = sourceOn(opened, knownSchema.to);
	return {
		...source,
		write: writers(connection),
		commit(backup) {
			copyAside(file, backup);
			connection.exec("COMMIT");
		},
	};
}

function writers(connection: DatabaseSync): SynapseTarget["write"] {
	const deleteAccess = connection.prepare("DELETE FROM access_tokens WHERE token = ?");
	const deleteBeside = connection.prepare("DELETE FROM access_tokens WHERE refresh_token_id = ?");
	const forget = connection.prepare("UPDATE refresh_tokens SET next_token_id = NULL WHERE next_token_id = ?");
	const deleteRefresh = connection.prepare("DELETE FROM refresh_tokens WHERE id = ?");
	const addRefresh = connection.prepare(`
		INSERT INTO refresh_tokens (id, user_id, device_id, token, next_token_id)
		SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ? FROM refresh_tokens RETURNING id`);
	const account = connection.prepare(
		"UPDATE users SET password_hash = ?, admin = ?, locked = ? WHERE name = ?",
	);
	const add = (userId: string, { deviceId, token, before }: RefreshThere) => {
		const { id } = addRefresh.get(userId, deviceId, token, null) as { readonly id: number };
		if (before !== undefined) addRefresh.get(userId, deviceId, before, id);
	};
	return (userId: string, changes: ChangesThere) => {
		for (const token of changes.deleteAccess) deleteAccess.run(token);
		// One by one, not by the tables' own cascade: that of a successor would take what came before along.
		for (const id of changes.deleteRefresh) {
			deleteBeside.run(id);
			forget.run(id);
		}
		for (const id of changes.deleteRefresh) deleteRefresh.run(id);
		for (const refresh of changes.addRefresh) add(userId, refresh);
		if (changes.account !== undefined) {
			const { passwordHash, admin, locked } = changes.account;
			account.run(passwordHash, Number(admin), Number(locked), userId);
		}
	};
}
