/** Strangers where two devices meet. On PostgreSQL two servers take these requests in turn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, startServer } from "../support/server.ts";

const path = "_matrix/client/unstable/io.element.msc4388/rendezvous";

async function openWorld() {
	const server = await startServer();
	async function ask(method: string, place: string, sent?: unknown): Promise<Answer> {
		const response = await fetch(new URL(place, server.url), {
			method,
			...(sent !== undefined && { body: JSON.stringify(sent) }),
		});
		return { status: response.status, body: await response.json(), headers: response.headers };
	}
	return { server, ask, [Symbol.asyncDispose]: () => server.close() };
}

test("of many who write at once over the same payload one does, and the others are told", async () => {
	await using world = await openWorld();
	const { server, ask } = world;
	const { body: opened } = await ask("POST", path, { data: "" });
	const place = `${path}/${opened.id}`;
	const token = opened.sequence_token;
	const outcomes = await Promise.all(
		Array.from({ length: 40 }, (_, n) => ask("PUT", place, { sequence_token: token, data: `writer ${n}` })),
	);
	const winners = outcomes.filter(({ status }) => status === 200);
	assert.equal(winners.length, 1);
	assert.equal(outcomes.filter(({ status }) => status === 409).length, 39);
	for (let reads = 0; reads < 2; reads++) {
		const { body } = await ask("GET", place);
		assert.equal(body.sequence_token, winners[0]?.body.sequence_token);
		assert.equal(body.data, `writer ${outcomes.findIndex(({ status }) => status === 200)}`);
	}
	await ask("DELETE", place);
	assert.deepEqual(await server.rows("rendezvous"), [], "nothing is left of it");
});

test("a stranger who opens one place after another has 20, at whichever server", async () => {
	await using world = await openWorld();
	const { server, ask } = world;
	const statuses = [];
	for (let n = 0; n < 30; n++) statuses.push((await ask("POST", path, { data: "x" })).status);
	assert.equal(statuses.filter((status) => status === 200).length, 20);
	assert.equal(statuses.filter((status) => status === 429).length, 10);
	assert.equal((await server.rows("rendezvous")).length, 20);
});
