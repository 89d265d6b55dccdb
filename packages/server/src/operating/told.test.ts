/** What a homeserver beside this server is told when an account is locked, closed and opened: no Synapse is needed for that. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { byOperator } from "../../test/support/actors.ts";
import { openPeopleWorld, password } from "../../test/support/people-world.ts";
import { told } from "../../test/support/told.ts";

async function opened() {
	const world = await openPeopleWorld({ homeserver: "synapse" });
	const accountId = await world.add("alice");
	await told(world, accountId);
	return { ...world, accountId };
}

test("a lock is told, and that it is lifted", async () => {
	await using world = await opened();
	await world.operator.lock(world.accountId, byOperator);
	assert.deepEqual(await told(world, world.accountId), [{ kind: "set-locked", locked: true }]);
	await world.operator.lock(world.accountId, byOperator);
	assert.deepEqual(await told(world, world.accountId), [], "it was locked before");
	await world.operator.unlock(world.accountId, byOperator);
	assert.deepEqual(await told(world, world.accountId), [{ kind: "set-locked", locked: false }]);
});

test("closing an account is told, with what to erase, and once", async () => {
	for (const erase of [false, true]) {
		await using world = await opened();
		const { accountId, operator } = world;
		await Promise.all([1, 2, 3].map(() => operator.deactivate(accountId, { erase }, byOperator)));
		assert.deepEqual(await told(world, accountId), [{ kind: "delete-user", erase }]);
	}
});

test("an account that was locked and closed is opened there, and stays locked", async () => {
	await using world = await opened();
	const { accountId, operator } = world;
	await operator.lock(accountId, byOperator);
	await operator.deactivate(accountId, { erase: false }, byOperator);
	await told(world, accountId);
	assert.deepEqual(await operator.reactivate(accountId, password, byOperator), { ok: true, isLocked: true });
	assert.deepEqual(await told(world, accountId), [
		{ kind: "reactivate-user" },
		{ kind: "set-locked", locked: true },
	]);
});

test("a browser that was signed in when the account closed is not when it is opened again", async () => {
	await using world = await opened();
	const { accountId, operator, browserSessions } = world;
	const { cookieValue } = await world.browserOf(accountId);
	await operator.deactivate(accountId, { erase: false }, byOperator);
	await operator.reactivate(accountId, password, byOperator);
	assert.equal(await browserSessions.find(cookieValue), undefined);
});
