import assert from "node:assert/strict";
import { test } from "node:test";
import { byOperator, byPerson } from "../../test/support/actors.ts";
import { openPeopleWorld, random } from "../../test/support/people-world.ts";
import { createOperatorAddresses } from "./index.ts";

test("an address that the operator takes away is told without a link that puts it back, and its line is theirs", async () => {
	await using world = await openPeopleWorld();
	const { storage, clock } = world;
	const addresses = createOperatorAddresses({ storage, clock, random, hasMail: true });
	const accountId = await world.add("alice");
	const added = await addresses.add({ accountId, email: "thief@x.org" }, byOperator);
	assert.ok(added.ok);
	const removers = [
		byOperator,
		{ kind: "administrator", name: "@a:x" },
		{ kind: "program", name: "p" },
	] as const;
	for (const actor of removers) {
		await addresses.add({ accountId, email: "thief@x.org" }, actor);
		assert.equal(await addresses.remove({ accountId, key: added.key }, actor), true);
		const now = clock();
		const task = await storage.write(({ mailTasks }) =>
			mailTasks.claim({ accountId, now, early: false, lease: actor.kind, until: now + 1 }),
		);
		const { to, kind, ...more } = task?.letter ?? assert.fail();
		assert.deepEqual([to, kind, Object.keys(more)], ["thief@x.org", "address-withdrawn", ["expiresAt"]]);
	}
	for (const [eventId, actor] of [...removers, byPerson].entries())
		await storage.write(async ({ events, notices }) => {
			const line = {
				id: `${eventId}`,
				accountId,
				at: 5,
				detail: {},
				kind: "address-removed",
				actor,
			} as const;
			await events.record(line);
			await notices.add({ eventId: line.id, accountId, at: 5 });
		});
	for (const [eventId, isByOperator] of [true, true, true, false].entries())
		assert.equal((await storage.read.notices.find(`${eventId}`, 0))?.isByOperator, isByOperator);
});
