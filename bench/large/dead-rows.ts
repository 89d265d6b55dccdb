import type { DatabaseSync } from "node:sqlite";
import { random } from "../seed.ts";
import { inBulk, rowsLike } from "./rows.ts";
import { openDatabase } from "./seed.ts";

const day = 24 * 3_600_000;
/** Longer than any row is kept after its end; the ends lie on the days before that. */
const deadMs = 366 * day;
const spreadMs = 30 * day;

/**
 * Adds rows that clean-up has to delete, of the four kinds of which there are most: expired access tokens, used refresh
 * tokens, ended sessions, old lines of the security log. Each belongs to somebody whose session lives.
 */
export function addDeadRows(directory: string, count: number): void {
	const database = openDatabase(directory);
	const live = liveSessions(database);
	const adders = deadRowAdders(database);
	const deadSince = Date.now() - deadMs;
	inBulk(database, () => {
		for (let number = 0; number < count; number++) {
			const of = live[(number * 7_919) % live.length];
			if (of === undefined) throw new Error("there are no sessions yet");
			adders[number % adders.length]?.(of, deadSince - Math.floor(Math.random() * spreadMs));
		}
	});
	database.close();
}

/** How many of them are left. */
export function countDeadRows(directory: string): number {
	const database = openDatabase(directory);
	const count = ([table, end]: readonly [string, string]) => {
		const found = database.prepare(`SELECT count(*) AS dead FROM ${table} WHERE ${end} < ?`);
		const { dead } = found.get(Date.now() - deadMs) ?? {};
		return Number(dead);
	};
	const counts = ends.map(count);
	database.close();
	return counts.reduce((sum, one) => sum + one, 0);
}

const ends = [
	["access_tokens", "expires_at"],
	["refresh_tokens", "consumed_at"],
	["sessions", "ended_at"],
	["security_events", "at"],
] as const;

interface Live {
	readonly sessionId: string;
	readonly accountId: string;
	readonly deviceId: string;
}

function liveSessions(database: DatabaseSync): readonly Live[] {
	const rows = database
		.prepare("SELECT id, account_id, device_id FROM sessions WHERE ended_at IS NULL")
		.all();
	return rows.map(({ id, account_id, device_id }) => ({
		sessionId: String(id),
		accountId: String(account_id),
		deviceId: String(device_id),
	}));
}

function deadRowAdders(database: DatabaseSync): readonly ((of: Live, at: number) => void)[] {
	const access = rowsLike(database, "access_tokens", [
		...["hash", "session_id", "refresh_hash", "created_at", "expires_at", "first_used_at"],
	]);
	const refresh = rowsLike(database, "refresh_tokens", ["hash", "session_id", "created_at", "consumed_at"]);
	const session = rowsLike(database, "sessions", [
		...["id", "account_id", "device_id", "created_at", "last_used_at", "ended_at", "end_reason"],
	]);
	const event = rowsLike(database, "security_events", [
		...["id", "account_id", "session_id", "device_id", "at"],
	]);
	const hash = () => random.token(32);
	return [
		({ sessionId }, at) => access(hash(), sessionId, hash(), at, at, at),
		({ sessionId }, at) => refresh(hash(), sessionId, at, at),
		({ accountId, deviceId }, at) => session(random.token(), accountId, deviceId, at, at, at, "signed-out"),
		({ sessionId, accountId, deviceId }, at) => event(random.token(), accountId, sessionId, deviceId, at),
	];
}
