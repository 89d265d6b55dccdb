import assert from "node:assert/strict";
import { test } from "node:test";
import { errors } from "oidc-provider";
import { openTemporaryStorage } from "../../test/support/storage.ts";
import { createAdapters, recordHash } from "./adapter.ts";

async function opened() {
	const storage = await openTemporaryStorage();
	let now = 1_000;
	const adapters = createAdapters(storage, () => now);
	const advance = (ms: number) => {
		now += ms;
	};
	return { storage, adapters, advance };
}

const interaction = { jti: "id-1", returnTo: "http://localhost/authorize/id-1", params: { state: "s" } };

test("of many browsers on the way back to the app exactly one finds the interaction", async () => {
	const { storage, adapters } = await opened();
	const adapter = adapters("Interaction");
	await adapter.upsert("id-1", interaction, 60);
	const ends = await Promise.allSettled(Array.from({ length: 20 }, () => adapter.destroy("id-1")));
	const refused = ends.filter((end) => end.status === "rejected");
	assert.equal(refused.length, 19);
	for (const { reason } of refused) assert.ok(reason instanceof errors.SessionNotFound);
	await storage.close();
});

test("an answer that comes after the way back was taken does not open the interaction again", async () => {
	const { storage, adapters } = await opened();
	const adapter = adapters("Interaction");
	await adapter.upsert("id-1", interaction, 60);
	await adapter.upsert("id-1", { ...interaction, result: { consent: {} } }, 60);
	await adapter.destroy("id-1");
	const late = adapter.upsert("id-1", { ...interaction, result: { consent: {} } }, 60);
	await assert.rejects(late, errors.SessionNotFound);
	assert.equal(await adapter.find("id-1"), undefined);
	await storage.close();
});

test("of many that consume a code exactly one may go on", async () => {
	const { storage, adapters } = await opened();
	const adapter = adapters("AuthorizationCode");
	await adapter.upsert("code-1", { jti: "code-1" }, 60);
	const ends = await Promise.allSettled(Array.from({ length: 20 }, () => adapter.consume("code-1")));
	const refused = ends.filter((end) => end.status === "rejected");
	assert.equal(refused.length, 19);
	for (const { reason } of refused) assert.ok(reason instanceof errors.InvalidGrant);
	await storage.close();
});

test("what is kept comes back whole, and its id is nowhere in the database", async () => {
	const { storage, adapters } = await opened();
	await adapters("Interaction").upsert("id-1", interaction, 60);
	assert.deepEqual(await adapters("Interaction").find("id-1"), interaction);
	const found = await storage.read.engineRecords.find("Interaction", "id-1");
	assert.equal(found, undefined);
	await storage.close();
});

test("what has expired is not there", async () => {
	const { storage, adapters, advance } = await opened();
	await adapters("Interaction").upsert("id-1", interaction, 60);
	advance(59_999);
	assert.ok(await adapters("Interaction").find("id-1"));
	advance(1);
	assert.equal(await adapters("Interaction").find("id-1"), undefined);
	await storage.close();
});

test("the engine can keep no session and no token here", async () => {
	const { storage, adapters } = await opened();
	for (const kind of ["Session", "Grant", "AccessToken", "RefreshToken"]) {
		await adapters(kind).upsert("id-1", { jti: "id-1" }, 60);
		assert.equal(await adapters(kind).find("id-1"), undefined, kind);
		assert.equal(await storage.read.engineRecords.find(kind, recordHash("id-1")), undefined, kind);
	}
	await storage.close();
});
