import assert from "node:assert/strict";
import { test } from "node:test";
import { guardedPath, identityOfAlice, openGuardingWorld } from "../../test/support/guarding-world.ts";

test("a token of no device may not ask, because nobody could be shown which device asks", async () => {
	await using world = await openGuardingWorld();
	const { accessToken } = await world.signIn();
	world.rows("UPDATE sessions SET device_id = NULL");
	const answer = await fetch(`http://127.0.0.1:${world.port}${guardedPath}`, {
		...{ method: "POST", headers: { authorization: `Bearer ${accessToken}` } },
		body: JSON.stringify(identityOfAlice("first")),
	});
	const { errcode, error } = (await answer.json()) as Readonly<Record<string, string>>;
	assert.deepEqual([answer.status, errcode], [403, "M_FORBIDDEN"]);
	assert.match(error ?? "", /belongs to no device/);
	assert.deepEqual(world.homeserverBehind.arrived, []);
	assert.deepEqual(world.rows("SELECT * FROM reset_requests"), []);
});
