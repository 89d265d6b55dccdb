import type { ChangesThere, RefreshThere, SynapseTarget } from "../../moving/ports.ts";
import type { Ask } from "./source-postgres.ts";

/**
 * Writes what has changed for one person after the other.
 * @param truth how the dialect keeps one
 * @param commit writes all of it, once there is a backup
 */
export function writeSynapse(
	ask: Ask,
	truth: (is: boolean) => boolean | number,
	commit: (backup: string) => Promise<void>,
): Pick<SynapseTarget, "write" | "commit"> {
	const write = writePerson(ask, truth);
	let isWritten = false;
	return {
		async write(userId, changes) {
			if (isNothing(changes)) return;
			isWritten = true;
			await write(userId, changes);
		},
		async commit(backup) {
			if (isWritten) await commit(backup);
			return isWritten;
		},
	};
}

function isNothing({ account, ...lists }: ChangesThere): boolean {
	return account === undefined && Object.values(lists).every((list) => list.length === 0);
}

function writePerson(ask: Ask, truth: (is: boolean) => boolean | number): SynapseTarget["write"] {
	const addRefresh = async (userId: string, deviceId: string, token: string, next: number | null) => {
		const [row] = await ask(
			`INSERT INTO refresh_tokens (id, user_id, device_id, token, next_token_id)
			VALUES ((SELECT coalesce(max(id), 0) + 1 FROM refresh_tokens), ?, ?, ?, ?) RETURNING id`,
			[userId, deviceId, token, next],
		);
		return Number(row?.id);
	};
	const add = async (userId: string, { deviceId, token, before }: RefreshThere) => {
		const id = await addRefresh(userId, deviceId, token, null);
		if (before !== undefined) await addRefresh(userId, deviceId, before, id);
	};
	return async (userId: string, changes: ChangesThere) => {
		for (const token of changes.deleteAccess) await ask("DELETE FROM access_tokens WHERE token = ?", [token]);
		// One by one, not by the tables' own cascade: that of a successor would take what came before along.
		for (const id of changes.deleteRefresh) {
			await ask("DELETE FROM access_tokens WHERE refresh_token_id = ?", [id]);
			await ask("UPDATE refresh_tokens SET next_token_id = NULL WHERE next_token_id = ?", [id]);
		}
		for (const id of changes.deleteRefresh) await ask("DELETE FROM refresh_tokens WHERE id = ?", [id]);
		for (const refresh of changes.addRefresh) await add(userId, refresh);
		for (const { deviceId, token, until = null } of changes.addAccess)
			await ask(
				`INSERT INTO access_tokens (id, user_id, device_id, token, valid_until_ms)
				VALUES ((SELECT coalesce(max(id), 0) + 1 FROM access_tokens), ?, ?, ?, ?)`,
				[userId, deviceId, token, until],
			);
		if (changes.account === undefined) return;
		const { passwordHash, admin, locked } = changes.account;
		await ask("UPDATE users SET password_hash = ?, admin = ?, locked = ? WHERE name = ?", [
			passwordHash,
			Number(admin),
			truth(locked),
			userId,
		]);
	};
}
