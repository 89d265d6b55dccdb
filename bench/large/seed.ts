import { randomBytes } from "node:crypto";
import { createToken, tokenHash } from "../../packages/server/src/sessions/token-format.ts";
import { random, type Seeded, type SeededDevice, seedStorage } from "../seed.ts";
import type { Bulk } from "./bulk.ts";
import type { Place } from "./places.ts";

const hour = 3_600_000;
/** So many people are written at once where they are sent. */
const together = 5_000;

/**
 * People in the middle of using a device each: their access tokens were used before, their sessions a moment ago, and
 * each has spent one refresh token. Storage writes the first of them, the others are as that one.
 */
export async function seedInUse(place: Place, count: number): Promise<Seeded> {
	const seeded = await seedStorage(await place.storage(), 1);
	const bulk = await place.bulk();
	const add = await deviceAdder(bulk);
	const devices: SeededDevice[] = [];
	for (let number = 0; number < count; number++) {
		devices.push(add(`used${number}`));
		if (devices.length % together === 0) await bulk.flush();
	}
	await bulk.end();
	return { ...seeded, devices };
}

async function deviceAdder(bulk: Bulk): Promise<(localpart: string) => SeededDevice> {
	const now = Date.now();
	/** Neither end nor are noted again before the run is over: each of these would be a write beside what is measured. */
	const later = now + 3 * hour;
	const account = await bulk.like("accounts", ["id", "localpart"]);
	const device = await bulk.like("devices", ["account_id", "device_id"]);
	const session = await bulk.like("sessions", [
		...["id", "told_id", "account_id", "device_id", "scope", "last_used_at"],
	]);
	const event = await bulk.like("security_events", ["id", "account_id", "session_id", "device_id"]);
	const refresh = await bulk.like("refresh_tokens", ["hash", "session_id", "consumed_at"]);
	const access = await bulk.like("access_tokens", [
		...["hash", "session_id", "refresh_hash", "expires_at", "first_used_at"],
	]);
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
		session(sessionId, sessionId, accountId, deviceId, scope, later);
		event(random.token(), accountId, sessionId, deviceId);
		refresh(random.token(32), sessionId, now);
		refresh(refreshHash, sessionId, null);
		access(tokenHash(accessToken), sessionId, refreshHash, later, now);
		return { userId: `@${localpart}:localhost`, deviceId, accessToken, refreshToken };
	};
}
