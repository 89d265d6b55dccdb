import assert from "node:assert/strict";
import { test } from "node:test";
import { requestAt } from "@countersign/core";
import { accountOf, bodyFor, people } from "@countersign/core/testing/people";
import fc from "fast-check";
import { dialect } from "../support/storage.ts";
import { commands } from "./commands.ts";
import { emptyModel, type Model } from "./model.ts";
import { openWorld, type World } from "./world.ts";

/** What must hold whenever nobody is writing. */
async function checkWorld(model: Model, world: World): Promise<void> {
	for (const localpart of people) {
		const accountId = accountOf(localpart);
		const rows = await world.storage.read.requests.ofAccount(accountId, 0);
		const count = (state: string) => rows.filter((row) => row.state === state).length;
		assert.ok(count("approved") <= 1, "one approved row per person");
		assert.ok(count("spending") <= 1, "one spending row per person");
		const stored = await world.storage.read.keys.stored(accountId);
		const keySet = model.keys.get(localpart);
		const expected = keySet === undefined ? undefined : bodyFor(localpart, keySet, undefined).master;
		assert.equal(stored.master?.publicKey, expected?.publicKey, "the keys in force are the approved ones");
		for (const row of rows) {
			const known = model.requests.get(row.reference);
			assert.ok(known !== undefined, "no request that nobody was told of");
			const now = requestAt(row, world.now()).state;
			const over = now === "expired" && ["pending", "approved", "withdrawn"].includes(known.state);
			// A waiting request may have given way to a newer one of its session.
			const gaveWay = now === "withdrawn" && known.state === "pending";
			assert.ok(now === known.state || over || gaveWay, `${row.reference}: ${now}, not ${known.state}`);
		}
	}
}

test("whatever happens, keys change only for an approval of that person, session and keys, once", async () => {
	await fc.assert(
		fc.asyncProperty(fc.commands(commands, { size: "+2", maxCommands: 80 }), async (sequence) => {
			const world = await openWorld();
			const model = emptyModel();
			try {
				await fc.asyncModelRun(() => ({ model, real: world }), sequence);
				await checkWorld(model, world);
			} finally {
				await world.storage.close();
			}
		}),
		{ numRuns: dialect === "SQLite" ? 100 : 30 },
	);
});
