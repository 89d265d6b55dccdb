/** Each act of a person on what is kept of them says whether anything was done, and writes a line only then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { random } from "../../test/support/people-world.ts";
import { seedProof } from "../../test/support/seed-proof.ts";
import { openTemporaryStorage, seedAccount } from "../../test/support/storage.ts";
import { createKept } from "./index.ts";

const now = 1_000_000;
const deviceId = asDeviceId("ONE");
const address = "192.0.2.1";

/** Alice, signed in in a browser, with so much kept of her. */
async function opened(holds: number) {
	const storage = await openTemporaryStorage();
	const { accountId, sessions } = await seedAccount(storage, {
		...{ localpart: "alice", deviceIds: ["ONE"], at: 1 },
	});
	for (let each = 0; each < holds; each++) {
		const hold = { reference: `h${each}`, accountId, floor: each, devices: [deviceId] };
		await storage.write(async (unit) => {
			const open = { ...hold, openedAt: now, lastAt: now, state: "held" } as const;
			await unit.holds.put(open);
			await unit.holds.keep(open, { until: now + 5, now });
		});
	}
	const proof = await seedProof(storage, "use-kept", { accountId, now });
	const kept = createKept({ storage, clock: () => now, random });
	const [session] = sessions;
	assert.ok(session !== undefined);
	return {
		letRead: () => kept.letRead({ proof, session, address }),
		dropNow: () => kept.dropNow({ proof, address }),
		readers: async () => (await kept.list(accountId)).map(({ reading }) => reading),
		signOut: () => storage.write((unit) => unit.browserSessions.endAllOf(accountId)),
		lines: async () =>
			(await storage.read.events.list(accountId, { limit: 50 })).map(({ id: _, ...line }) => line),
		[Symbol.asyncDispose]: storage.close,
	};
}

const line = { accountId: "account-alice", at: now, actor: { kind: "person" }, address, detail: {} };

test("nothing can be read or dropped where nothing is kept", async () => {
	await using world = await opened(0);
	assert.deepEqual([await world.letRead(), await world.dropNow()], [false, false]);
	assert.deepEqual(await world.lines(), []);
});

test("nothing is read or dropped from a browser that was signed out meanwhile", async () => {
	await using world = await opened(1);
	await world.signOut();
	assert.deepEqual([await world.letRead(), await world.dropNow()], [false, false]);
	assert.deepEqual([await world.readers(), await world.lines()], [[undefined], []]);
});

test("one session may read all of it for ten minutes", async () => {
	await using world = await opened(1);
	assert.equal(await world.letRead(), true);
	assert.deepEqual(await world.readers(), [{ sessionId: "alice/ONE", until: now + 600_000 }]);
	assert.deepEqual(await world.lines(), [{ ...line, kind: "reset-data-opened", deviceId }]);
});

test("of what is dropped each has its line, and it is dropped once", async () => {
	for (const holds of [1, 2]) {
		await using world = await opened(holds);
		assert.deepEqual([await world.dropNow(), await world.readers()], [true, []]);
		assert.equal(await world.dropNow(), false);
		assert.deepEqual(await world.lines(), Array(holds).fill({ ...line, kind: "reset-data-deleted" }));
	}
});
