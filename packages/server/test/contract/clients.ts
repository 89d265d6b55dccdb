import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asAccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { ClientMetadata } from "../../src/authorization/ports.ts";
import type { Storage } from "../../src/storage/index.ts";

const metadata: ClientMetadata = {
	application_type: "native",
	client_uri: "https://app.example.org/",
	client_name: "Ünïcode",
	redirect_uris: ["http://127.0.0.1/"],
	response_types: ["code"],
	grant_types: ["authorization_code"],
	token_endpoint_auth_method: "none",
	localized: { "client_name#fr": "Une appli" },
};

/** What every storage of registered clients must hold. */
export function clientsContract(name: string, open: () => Promise<Storage>): void {
	async function opened() {
		const storage = await open();
		const register = (id: string, createdAt: number) =>
			storage.write((unit) => unit.clients.register({ id, metadata, createdAt }));
		return { storage, register };
	}

	describe(`clients, ${name}`, () => {
		test("a client comes back as it was registered", async () => {
			const { storage, register } = await opened();
			assert.deepEqual(await register("one", 7), { id: "one", metadata, createdAt: 7 });
			const found = { id: "one", metadata, createdAt: 7 };
			assert.deepEqual(await storage.read.clients.find("one"), { ...found, lastUsedAt: 7 });
			await register("one", 9);
			assert.deepEqual(await storage.read.clients.find("one"), { ...found, lastUsedAt: 9 });
			assert.equal(await storage.read.clients.find("two"), undefined);
			await storage.close();
		});

		test("registering again keeps the first registration, also when many do at once", async () => {
			const { storage, register } = await opened();
			await register("one", 7);
			const again = await Promise.all(Array.from({ length: 20 }, (_, at) => register("one", 8 + at)));
			assert.deepEqual(new Set(again.map(({ createdAt }) => createdAt)), new Set([7]));
			await storage.close();
		});

		test("a client that is registered again or has had a session is not cleaned up", async () => {
			const { storage, register } = await opened();
			for (const id of ["unused", "returning", "signed-in"]) await register(id, 10);
			await register("returning", 100);
			await storage.write(async (unit) => {
				await unit.accounts.add({
					id: asAccountId("a"),
					localpart: "a",
					passwordHash: "unused",
					createdAt: 1,
				});
				const session = {
					id: asSessionId("s"),
					accountId: asAccountId("a"),
					clientId: "signed-in",
					deviceId: asDeviceId("D"),
					scope: "",
				};
				await unit.sessions.add({ ...session, createdAt: 1 });
				await unit.sessions.end({ sessionId: asSessionId("s") }, "signed-out", 2);
			});
			assert.equal(await storage.write((unit) => unit.clients.deleteUnused(50, 0)), 1);
			const left = ["unused", "returning", "signed-in"].map((id) => storage.read.clients.find(id));
			assert.deepEqual(
				(await Promise.all(left)).map((client) => client?.id),
				[undefined, "returning", "signed-in"],
			);
			await storage.close();
		});
	});
}
