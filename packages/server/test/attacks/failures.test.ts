/** The server fails at a request itself: nobody may learn why from the answer, or lose anything by it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openAttackWorld } from "../support/attack-world.ts";
import {
	assertSaysAway,
	assertSaysFault,
	assertStillSignedIn,
	everySurface,
} from "../support/failed-answers.ts";
import { dialect } from "../support/storage.ts";

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

test("data that somebody else holds too long are told as data that are away", async () => {
	// What PostgreSQL does then is in test/postgres.
	if (dialect !== "SQLite") return;
	await using world = await openAttackWorld({ mayFail: true });
	const { server, phone } = world;
	const holder = new DatabaseSync(join(server.dataDirectory, "countersign.db"));
	holder.exec("BEGIN IMMEDIATE");
	const writes = (await everySurface(world)).filter(({ name }) => /refresh_token|registration/.test(name));
	assert.equal(writes.length, 2);
	await Promise.all(writes.map(assertSaysAway));
	assert.equal((await server.call(phone, "GET", "account/whoami")).status, 200, "reading goes on");
	assert.equal((await fetch(new URL("health", server.url))).status, 503, "but this server is not well");
	holder.exec("ROLLBACK");
	holder.close();
	await assertStillSignedIn(world);
	world.advance(1_000);
	assert.equal((await fetch(new URL("health", server.url))).status, 200);
});
