import assert from "node:assert/strict";
import { test } from "node:test";
import { openTemporaryStorage } from "../../test/support/storage.ts";
import { createAdapters, recordHash } from "./adapter.ts";

async function opened() {
	const storage = await openTemporaryStorage();
	let now = 1_000;
	const adapters = createAdapters({ storage, clock: () => now });
	const advance = (ms: number) => {
		now += ms;
	};
	return { storage, adapters, advance };
}

const interaction = { jti: "id-1", returnTo: "http://localhost/authorize/id-1", params: { state: "s" } };

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

test("the engine can keep no session, no code and no token here", async () => {
	const { storage, adapters } = await opened();
	for (const kind of ["Session", "Grant", "AuthorizationCode", "AccessToken", "RefreshToken"]) {
		await adapters(kind).upsert("id-1", { jti: "id-1" }, 60);
		assert.equal(await adapters(kind).find("id-1"), undefined, kind);
		assert.equal(await storage.read.engineRecords.find(kind, recordHash("id-1")), undefined, kind);
	}
	await storage.close();
});
