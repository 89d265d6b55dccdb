/** People with a signed-in device each, written straight into a new database: signing in so many would take minutes. */
import { randomBytes } from "node:crypto";
import { type AccountId, asAccountId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { createConnection } from "../packages/server/src/homeserver/embedded/index.ts";
import { createSessions } from "../packages/server/src/sessions/index.ts";
import { openSqlite, type Storage, type Unit } from "../packages/server/src/storage/index.ts";

export interface Seeded {
	readonly clientId: string;
	/** What a homeserver presents when it asks about a token. */
	readonly introspectionSecret: string;
	readonly devices: readonly SeededDevice[];
}

export interface SeededDevice {
	readonly userId: string;
	readonly deviceId: string;
	readonly accessToken: string;
	readonly refreshToken: string;
}

export const clientId = "bench";
/** So many sign in at once: of more the last would wait longer for a database on a slow disk than anybody may. */
const together = 100;
export const random = {
	bytes: (count: number) => new Uint8Array(randomBytes(count)),
	token: (bytes = 24) => randomBytes(bytes).toString("base64url"),
};
const client = {
	application_type: "web",
	client_name: "Bench",
	client_uri: "https://app.example.org/",
	redirect_uris: ["https://app.example.org/callback"],
	response_types: ["code"],
	grant_types: ["authorization_code", "refresh_token"],
	token_endpoint_auth_method: "none",
	localized: {},
} as const;

export async function seed(directory: string, count: number): Promise<Seeded> {
	return seedStorage(await openSqlite(directory), count);
}

/** The same in any database. Closes it. */
export async function seedStorage(storage: Storage, count: number): Promise<Seeded> {
	const sessions = createSessions<Unit>({
		...{ storage, clock: Date.now, random, serverName: "localhost", secretKey: random.bytes(32) },
		homeserver: createConnection({ storage, clock: Date.now }),
		// As long as the longest run.
		rules: { accessSeconds: 60 * 60 },
	});
	const introspectionSecret = await storage.write(async (unit) => {
		await registerClient(unit);
		return unit.settings.getOrKeep("introspection-secret", random.token(32));
	});
	const numbers = Array.from({ length: count }, (_, number) => number);
	const devices: SeededDevice[] = [];
	for (let from = 0; from < count; from += together) {
		const some = numbers.slice(from, from + together);
		devices.push(...(await Promise.all(some.map((number) => signIn(storage, sessions, `seeded${number}`)))));
	}
	await sessions.close();
	await storage.close();
	return { clientId, introspectionSecret, devices };
}

export async function registerClient(unit: Pick<Unit, "clients">): Promise<void> {
	await unit.clients.register({ id: clientId, metadata: client, createdAt: Date.now() });
}

/** Adds an account. Default: one that nobody can sign in to with a password. */
export async function addAccount(
	unit: Pick<Unit, "accounts">,
	localpart: string,
	passwordHash = "none",
): Promise<AccountId> {
	const id = asAccountId(`account-${localpart}`);
	await unit.accounts.add({ id, localpart, passwordHash, createdAt: Date.now() });
	return id;
}

type Opening = Pick<ReturnType<typeof createSessions<Unit>>, "open">;

async function signIn(storage: Storage, sessions: Opening, localpart: string): Promise<SeededDevice> {
	await storage.write((unit) => addAccount(unit, localpart));
	return openDevice(sessions, localpart);
}

/** A new device of somebody with an account. */
export async function openDevice(sessions: Opening, localpart: string): Promise<SeededDevice> {
	const accountId = asAccountId(`account-${localpart}`);
	const deviceId = asDeviceId(randomBytes(5).toString("hex").toUpperCase());
	const scope = `urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
	const opened = await sessions.open({ accountId, clientId, scope, deviceId }, async () => true);
	if (!opened.ok) throw new Error(`not signed in: ${opened.reason}`);
	const { accessToken, refreshToken } = opened.tokens;
	return { userId: `@${localpart}:localhost`, deviceId, accessToken, refreshToken };
}
