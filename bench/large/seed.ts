import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createToken, tokenHash } from "../../packages/server/src/sessions/token-format.ts";
import { random, type Seeded, type SeededDevice, seed } from "../seed.ts";
import { inBulk, rowsLike } from "./rows.ts";

const hour = 3_600_000;

/** Opens the data of a server that does not run. */
export const openDatabase = (directory: string): DatabaseSync =>
	new DatabaseSync(join(directory, "countersign.db"));

/**
 * People in the middle of using a device each: their access tokens were used before, their sessions a moment ago, and
 * each has spent one refresh token. Storage writes the first of them, the others are as that one.
 */
export async function seedInUse(directory: string, count: number): Promise<Seeded> {
	const seeded = await seed(directory, 1);
	const database = openDatabase(directory);
	const add = deviceAdder(database);
	const devices: SeededDevice[] = [];
	inBulk(database, () => {
		for (let number = 0; number < count; number++) devices.push(add(`used${number}`));
	});
	database.close();
	return { ...seeded, devices };
}

function deviceAdder(database: DatabaseSync): (localpart: string) => SeededDevice {
	const now = Date.now();
	/** Neither end nor are noted again before the run is over: each of these would be a write beside what is measured. */
	const later = now + hour;
	const account = rowsLike(database, "accounts", ["id", "localpart"]);
	const device = rowsLike(database, "devices", ["account_id", "device_id"]);
	const session = rowsLike(database, "sessions", ["id", "account_id", "device_id", "scope", "last_used_at"]);
	const event = rowsLike(database, "security_events", ["id", "account_id", "session_id", "device_id"]);
	const access = rowsLike(database, "access_tokens", [
		...["hash", "session_id", "refresh_hash", "expires_at", "first_used_at"],
	]);
	const refresh = rowsLike(database, "refresh_tokens", ["hash", "session_id", "consumed_at"]);
	return (localpart) => {
		const accountId = `account-${localpart}`;
		const deviceId = randomBytes(5).toString("hex").toUpperCase();
		const sessionId = random.token();
		const accessToken = createToken("access", random);
		const refreshToken = createToken("refresh", random);
		const refreshHash = tokenHash(refreshToken);
		account(accountId, localpart);
		device(accountId, deviceId);
		const scope = `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
		session(sessionId, accountId, deviceId, scope, later);
		event(random.token(), accountId, sessionId, deviceId);
		refresh(random.token(32), sessionId, now);
		refresh(refreshHash, sessionId, null);
		access(tokenHash(accessToken), sessionId, refreshHash, later, now);
		return { userId: `@${localpart}:localhost`, deviceId, accessToken, refreshToken };
	};
}
