/** A database on which two servers rotate refresh tokens, for tests of the statement that does it. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { asAccountId, asSessionId } from "@countersign/core";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { createConnection } from "../../src/homeserver/embedded/index.ts";
import { createSessions } from "../../src/sessions/index.ts";
import type { QuickRotation } from "../../src/sessions/ports.ts";
import { openPostgres, type Storage, type Unit } from "../../src/storage/index.ts";
import { createDatabase, onDatabase } from "./postgres.ts";
import { random } from "./session-world.ts";
import { seedAccount } from "./storage.ts";

export const accountId = asAccountId("account-alice");
export const sessionId = asSessionId("alice/ONE");
export const clientId = "client-1";
export const now = 1_800_000_000_000;
export const address = "192.0.2.1";

/** Two servers' storages and sessions on one database, in which alice is signed in on a device with one token. */
export async function openRotationWorld(cluster: PostgresCluster) {
	const { url } = await createDatabase(cluster.url("postgres"));
	const failures: unknown[] = [];
	const openOne = () => openPostgres(url, (error) => failures.push(error));
	const storages = [await openOne(), await openOne()] as const;
	const [one, two] = storages;
	await seedAccount(one, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
	await addRefresh(one, "first");
	return {
		...{ url, one, two },
		sessions: storages.map((storage) => sessionsOn(storage)),
		rows: (sql: string) => onDatabase(url, async (client) => (await client.query(sql)).rows),
		async [Symbol.asyncDispose]() {
			await Promise.all(storages.map((storage) => storage.close()));
			assert.deepEqual(failures, []);
		},
	};
}

export const sessionsOn = (storage: Storage) =>
	createSessions<Unit>({
		...{ storage, clock: Date.now, random, serverName: "localhost", rotations: storage.rotations },
		...{
			homeserver: createConnection({ storage, clock: Date.now }),
			secretKey: new Uint8Array(32).fill(9),
		},
	});

export const addRefresh = (storage: Storage, hash: string, of = sessionId) =>
	storage.write((unit) => unit.tokens.addRefresh({ hash, sessionId: of, createdAt: 1 }));

export const rotate = (storage: Storage, changes: Partial<QuickRotation> = {}) => {
	assert.ok(storage.rotations);
	return storage.rotations.rotate({
		...{ hash: "first", clientId, successor: "second", access: randomUUID(), address },
		...{ clock: () => now, accessSeconds: 300, keepAccess: 16 },
		keys: { setting: "successor-keys", value: undefined },
		...changes,
	});
};
