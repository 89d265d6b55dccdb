/** Which links a person takes away by themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { home, openPeopleWorld, random } from "../../test/support/people-world.ts";
import { createWaysIn } from "../proofs/index.ts";
import { createLinks } from "./links.ts";

test("a person unlinks services, and not the directory that checks their password", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const services = [{ id: "company" }, { id: "ldap", checksPasswords: true }];
	const links = createLinks({
		...{ storage, clock, random, directory: "ldap", afterUnlink: async () => 0 },
		ways: createWaysIn({ host: undefined, services }),
	});
	const accountId = await world.add("alice");
	const proof = await world.proofFor("change-links", await world.browserOf(accountId));
	world.rows("UPDATE accounts SET password_hash = NULL RETURNING id");
	for (const { id: provider } of services)
		await storage.write((unit) =>
			unit.accountLinks.add({ accountId, provider, subject: "s-1", linkedAt: clock() }),
		);
	const shown = async () => (await links.of(accountId)).map(({ provider }) => provider);
	const remove = (provider: string) => links.remove({ proof, provider, subject: "s-1", address: home });
	assert.deepEqual(await shown(), ["company"]);
	assert.deepEqual(await remove("ldap"), { ok: false, reason: "unknown" });
	assert.deepEqual(await remove("company"), { ok: true });
	assert.deepEqual(await shown(), []);
	assert.deepEqual(world.rows("SELECT provider FROM account_links"), [{ provider: "ldap" }]);
});
