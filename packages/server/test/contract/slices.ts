import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { Storage, Unit } from "../../src/storage/index.ts";
import { seedAccount } from "../support/storage.ts";

const sessionId = asSessionId("alice/ONE");
const accountId = asAccountId("account-alice");
/** More than one slice holds, and less than two. */
const many = 1_500;

type Looked = Parameters<Unit["slices"]["end"]>[0];

/** Adds a row that clean-up would find at this time. */
const add: Readonly<Record<Looked, (unit: Unit, row: string, at: number) => Promise<unknown>>> = {
	"access tokens": (unit, hash, expiresAt) =>
		unit.tokens.addAccess({ hash, sessionId, createdAt: 1, expiresAt }),
	"refresh tokens": async (unit, hash, at) => {
		await unit.tokens.addRefresh({ hash, sessionId, createdAt: 1 });
		await unit.tokens.consumeRefresh(hash, at);
	},
	sessions: async (unit, id, at) => {
		const session = {
			id: asSessionId(id),
			accountId,
			clientId: "client-1",
			deviceId: asDeviceId(id),
			scope: "",
		};
		await unit.sessions.add({ ...session, createdAt: 1 });
		await unit.sessions.end({ sessionId: asSessionId(id) }, "signed-out", at);
	},
	devices: (unit, id, createdAt) => unit.devices.add({ accountId, deviceId: asDeviceId(id), createdAt }),
	clients: (unit, id, createdAt) =>
		unit.clients.register({
			id,
			metadata: {
				...{ application_type: "native", client_uri: "https://app.example.org/", localized: {} },
				...{ redirect_uris: [], response_types: [], grant_types: [], token_endpoint_auth_method: "none" },
			},
			createdAt,
		}),
};
const kinds = Object.keys(add) as readonly Looked[];

/** What every storage must hold that clean-up goes through slice by slice. */
export function slicesContract(name: string, open: () => Promise<Storage>): void {
	async function seeded(what: Looked, rows: (row: number) => number) {
		const storage = await open();
		await seedAccount(storage, { localpart: "alice", deviceIds: ["ONE"], at: 1 });
		await storage.write(async (unit) => {
			for (let row = 0; row < many; row++) await add[what](unit, `row-${row}`, rows(row));
		});
		return storage;
	}

	describe(`slices of dead rows, ${name}`, () => {
		for (const what of kinds) {
			test(`${what}: the next slice begins where one ends, the last ends with the time asked for`, async (t) => {
				const storage = await seeded(what, (row) => 100 + 2 * row);
				t.after(() => storage.close());
				const { slices } = storage.read;
				const before = 100 + 2 * many;
				const end = await slices.end(what, { since: 100, before });
				assert.ok(end > 100 && end < before, `${end}`);
				assert.equal(await slices.end(what, { since: end, before }), before);
				assert.equal(await slices.end(what, { since: 100, before: 150 }), 150, "few rows");
				assert.equal(await slices.end(what, { since: before, before: before + 5 }), before + 5, "no rows");
			});
		}

		test("more rows of one millisecond than a slice holds are one slice", async (t) => {
			const storage = await seeded("clients", () => 100);
			t.after(() => storage.close());
			const { slices } = storage.read;
			const end = await slices.end("clients", { since: 100, before: 1_000 });
			assert.ok(end > 100 && end <= 1_000, "it has to go on");
			assert.equal(await slices.end("clients", { since: 0, before: 1_000 }), 100);
		});
	});
}
