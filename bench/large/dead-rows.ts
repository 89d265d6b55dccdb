import { random } from "../seed.ts";
import type { Bulk } from "./bulk.ts";
import type { Place } from "./places.ts";

const day = 24 * 3_600_000;
/** Longer than any row is kept after its end; the ends lie on the days before that. */
const deadMs = 366 * day;
const spreadMs = 30 * day;
/** So many rows are written at once where they are sent. */
const together = 20_000;

/**
 * Adds rows that clean-up has to delete, of the four kinds of which there are most: expired access tokens, used refresh
 * tokens, ended sessions, old lines of the security log. Each belongs to somebody whose session lives.
 */
export async function addDeadRows(place: Place, count: number): Promise<void> {
	const bulk = await place.bulk();
	const live = await liveSessions(bulk);
	const adders = await deadRowAdders(bulk);
	const deadSince = Date.now() - deadMs;
	for (let number = 0; number < count; number++) {
		const of = live[(number * 7_919) % live.length];
		if (of === undefined) throw new Error("there are no sessions yet");
		adders[number % adders.length]?.(of, deadSince - Math.floor(Math.random() * spreadMs));
		if (number % together === together - 1) await bulk.flush();
	}
	await bulk.end();
}

/** How many of them are left. */
export async function countDeadRows(place: Place): Promise<number> {
	const bulk = await place.bulk();
	let left = 0;
	for (const [table, end] of ends) {
		const before = Date.now() - deadMs;
		const [row] = await bulk.all(`SELECT count(*) AS dead FROM ${table} WHERE ${end} < ${before}`);
		left += Number(row?.dead);
	}
	await bulk.end();
	return left;
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

async function liveSessions(bulk: Bulk): Promise<readonly Live[]> {
	const rows = await bulk.all("SELECT id, account_id, device_id FROM sessions WHERE ended_at IS NULL");
	return rows.map(({ id, account_id, device_id }) => ({
		sessionId: String(id),
		accountId: String(account_id),
		deviceId: String(device_id),
	}));
}

async function deadRowAdders(bulk: Bulk): Promise<readonly ((of: Live, at: number) => void)[]> {
	const access = await bulk.like("access_tokens", [
		...["hash", "session_id", "refresh_hash", "created_at", "expires_at", "first_used_at"],
	]);
	const refresh = await bulk.like("refresh_tokens", ["hash", "session_id", "created_at", "consumed_at"]);
	const session = await bulk.like("sessions", [
		...["id", "told_id", "account_id", "device_id", "created_at", "last_used_at", "ended_at", "end_reason"],
	]);
	const event = await bulk.like("security_events", ["id", "account_id", "session_id", "device_id", "at"]);
	const hash = () => random.token(32);
	return [
		({ sessionId }, at) => access(hash(), sessionId, hash(), at, at, at),
		({ sessionId }, at) => refresh(hash(), sessionId, at, at),
		({ accountId, deviceId }, at) => {
			const id = random.token();
			session(id, id, accountId, deviceId, at, at, at, "signed-out");
		},
		({ sessionId, accountId, deviceId }, at) => event(random.token(), accountId, sessionId, deviceId, at),
	];
}
