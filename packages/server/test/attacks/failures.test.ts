/** The server fails at a request itself: nobody may learn why from the answer, or lose anything by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openAttackWorld } from "../support/attack-world.ts";
import { assertSaysFault, assertStillSignedIn, everySurface } from "../support/failed-answers.ts";

const tables = [
	...["accounts", "clients", "settings", "sessions", "access_tokens", "refresh_tokens"],
	...["browser_sessions", "engine_records", "device_authorizations", "reset_requests"],
];

test("a fault of the server's own is told to every app and every person alike, and signs nobody out", async () => {
	await using world = await openAttackWorld({ mayFail: true });
	const surfaces = await everySurface(world);
	for (const table of tables) await world.server.change(`ALTER TABLE ${table} RENAME TO ${table}_gone`);
	for (const surface of surfaces) await assertSaysFault(surface);
	assert.ok(world.server.faults.length >= surfaces.length, "each has its line in the log");
	for (const table of tables) await world.server.change(`ALTER TABLE ${table}_gone RENAME TO ${table}`);
	await assertStillSignedIn(world);
});
