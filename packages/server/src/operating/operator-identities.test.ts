/** Links that the operator makes, by ids of a directory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, random } from "../../test/support/people-world.ts";
import { createOperatorIdentities } from "./operator-identities.ts";

test("who somebody is in a directory is linked in one spelling, and once, and by nothing that no entry has", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const identities = createOperatorIdentities({
		...{ storage, clock, random, afterUnlink: async () => 0 },
		subjectOf: (provider, said) =>
			provider !== "ldap" ? said : said.startsWith("id-") ? said : said === "" ? undefined : `id-${said}`,
	});
	const [alice, bob] = [await world.add("alice"), await world.add("bob")];
	const link = (accountId: typeof alice, subject: string, provider = "ldap") =>
		identities.add({ accountId, provider, subject }, byOperator);
	assert.equal(await link(alice, "1"), "added");
	assert.equal(await link(alice, "id-1"), "is-theirs");
	assert.equal(await link(bob, "1"), "somebodys");
	assert.equal(await link(bob, ""), "subject-refused");
	assert.equal(await link(bob, "1", "company"), "added");
	assert.deepEqual(world.rows("SELECT provider, subject FROM account_links ORDER BY provider"), [
		{ provider: "company", subject: "1" },
		{ provider: "ldap", subject: "id-1" },
	]);
});
