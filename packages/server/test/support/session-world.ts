import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type AccountId, asAccountId, HomeserverUnavailable } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import { createConnection } from "../../src/homeserver/embedded/index.ts";
import { wayBackOf } from "../../src/moving/index.ts";
import {
	createLastingTokens,
	createSessions,
	type LastingTokens,
	type OpenSession,
	type SessionRules,
	type Sessions,
} from "../../src/sessions/index.ts";
import type { DeviceMaking } from "../../src/sessions/ports.ts";
import { type HomeserverKind, openSqlite, type Storage } from "../../src/storage/index.ts";

/** Sessions over a real database in a directory of its own, with a clock that moves when told. */
export interface SessionWorld {
	readonly storage: Storage;
	readonly sessions: Sessions<Storage["read"]>;
	readonly lastingTokens: LastingTokens;
	/** Whether the homeserver can be reached, what happens once it has made a device, and its word of an end. */
	readonly homeserver: {
		unavailable: boolean;
		/** What it was to call each device, in order. */
		readonly names: (string | undefined)[];
		afterDevice?: () => Promise<unknown>;
		afterEnd?: (accountId: AccountId) => Promise<void>;
	};
	readonly clock: () => number;
	advance(ms: number): void;
	/** Opens a session as `alice` unless told otherwise and returns its tokens. */
	signIn(session?: Partial<OpenSession>): ReturnType<typeof signIn>;
	lock(accountId: AccountId, at: number | null): void;
	deactivate(accountId: AccountId): void;
	/** Rows of a table, for what no port shows. */
	rows(sql: string, ...values: string[]): Record<string, unknown>[];
	[Symbol.asyncDispose](): Promise<void>;
}

export const alice = asAccountId("account-alice");
export const bob = asAccountId("account-bob");
export const client = "client-one";
export const otherClient = "client-two";
export const random = {
	bytes: (count: number) => new Uint8Array(randomBytes(count)),
	token: (bytes = 24) => randomBytes(bytes).toString("base64url"),
};

export function scopeFor(deviceId: string): string {
	return `openid urn:matrix:client:api:* urn:matrix:client:device:${deviceId}`;
}

export async function openSessionWorld(
	kind: HomeserverKind = "embedded",
	rules?: SessionRules,
): Promise<SessionWorld> {
	const directory = await mkdtemp(join(tmpdir(), "countersign-sessions-"));
	const storage = await openSqlite(directory, { homeserver: kind });
	const beside = new DatabaseSync(join(directory, "countersign.db"), { timeout: 5_000 });
	seed(beside);
	let now = 1_800_000_000_000;
	const clock = () => now;
	const homeserver: SessionWorld["homeserver"] = { unavailable: false, names: [] };
	const connection = homeserverOver(storage, homeserver, clock);
	const sessions = createSessions({
		...{ storage, clock, random, serverName: "localhost", secretKey: new Uint8Array(32).fill(9) },
		...{ homeserver: connection, wayBack: wayBackOf, rules },
		afterEnd: async (accountId) => homeserver.afterEnd?.(accountId),
	});
	const issuing = { storage, clock, random, homeserver: connection, wayBack: wayBackOf };
	const lastingTokens = createLastingTokens({ ...issuing, publicBase: "https://auth.example/" });
	return {
		...{ storage, sessions, lastingTokens, homeserver, clock },
		advance(ms) {
			now += ms;
		},
		signIn: (session = {}) => signIn(sessions, session),
		lock: (id, at) => beside.prepare("UPDATE accounts SET locked_at = ? WHERE id = ?").run(at, id),
		deactivate: (id) => beside.prepare("UPDATE accounts SET deactivated_at = ? WHERE id = ?").run(now, id),
		rows: (sql, ...values) => beside.prepare(sql).all(...values),
		async [Symbol.asyncDispose]() {
			await sessions.close();
			await storage.close();
			beside.close();
			await rm(directory, { recursive: true });
		},
	};
}

async function signIn(sessions: Sessions<Storage["read"]>, session: Partial<OpenSession>) {
	const deviceId = session.deviceId ?? asDeviceId("DEVICEAAAA");
	const opened = await sessions.open(
		{ accountId: alice, clientId: client, scope: scopeFor(deviceId), deviceId, ...session },
		async () => true,
	);
	if (!opened.ok) throw new Error(`not opened: ${opened.reason}`);
	return { ...opened.tokens, deviceId };
}

/** The embedded homeserver, until it is told to fail. */
function homeserverOver(
	storage: Storage,
	says: SessionWorld["homeserver"],
	clock: () => number,
): DeviceMaking {
	const embedded = createConnection({ storage, clock });
	return {
		async upsertDevice(device) {
			if (says.unavailable) throw new HomeserverUnavailable();
			says.names.push(device.displayName);
			const made = await embedded.upsertDevice(device);
			await says.afterDevice?.();
			return made;
		},
	};
}

function seed(database: DatabaseSync): void {
	const account = database.prepare("INSERT INTO accounts (id, localpart, created_at) VALUES (?, ?, 0)");
	account.run(alice, "alice");
	account.run(bob, "bob");
	const metadata = JSON.stringify({ client_name: "Example\u202e App", client_uri: "https://app.example/" });
	for (const id of [client, otherClient]) {
		database
			.prepare("INSERT INTO clients (id, metadata, created_at, last_used_at) VALUES (?, ?, 0, 0)")
			.run(id, metadata);
	}
}
