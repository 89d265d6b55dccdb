/** The whole server on a PostgreSQL that neither answers nor breaks a connection. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { PostgresCluster } from "../../../../tools/postgres.ts";
import { openAttackWorld, postForm } from "../support/attack-world.ts";
import { startChild } from "../support/child-server.ts";
import { assertSaysAway, assertStillSignedIn, everySurface } from "../support/failed-answers.ts";
import { createDatabase, skipWithoutPostgres, startCluster } from "../support/postgres.ts";
import { startWire } from "../support/wire.ts";

describe("a server whose PostgreSQL falls silent", { skip: skipWithoutPostgres, concurrency: true }, () => {
	let cluster: PostgresCluster;
	before(async () => {
		cluster = await startCluster();
	});
	after(() => cluster.stop());

	async function openWire() {
		const { url } = await createDatabase(cluster.url("postgres"));
		return startWire(url);
	}

	test("tells every app and every person to try again, and signs nobody out", async () => {
		await using wire = await openWire();
		await using world = await openAttackWorld({ database: wire.url, mayFail: true });
		const surfaces = await everySurface(world);
		wire.silence();
		await Promise.all(surfaces.map(assertSaysAway));
		await world.server.metadata();
		wire.restore();
		await assertStillSignedIn(world);
	});

	test("ends within its time at SIGTERM, and says what it gave up", async () => {
		await using wire = await openWire();
		const data = await mkdtemp(join(tmpdir(), "countersign-silent-"));
		const server = await startChild({ DATA: data, DATABASE: wire.url });
		const arrived = wire.silenceAfter("client-of-nobody");
		const asked = postForm(`${server.url}oauth2/device`, { client_id: "client-of-nobody" });
		const cutOff = assert.rejects(asked);
		await arrived;
		server.signal("SIGTERM");
		const ended = await server.ended;
		await cutOff;
		await rm(data, { recursive: true });
		assert.equal(ended.code, 1);
		assert.match(ended.stderr, /Not everything ended in time/);
		for (const what of ["requests", "data"])
			assert.match(ended.stderr, new RegExp(`"what":"${what}","msg":"given up at the stop`));
	});
});
