/** On PostgreSQL two servers take these requests in turn: what a connection has seen must be with the app. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type LoggedInDevice, type RunningServer, startServer } from "../support/server.ts";
import { after, slidingSync } from "../support/sliding-sync.ts";

async function openWorld() {
	const server = await startServer();
	const browser = await server.register("alice");
	const [phone, laptop] = [
		await server.loginDevice({ localpart: "alice", browser }),
		await server.loginDevice({ localpart: "alice", browser }),
	];
	return { server, phone, laptop, [Symbol.asyncDispose]: () => server.close() };
}

function sync(server: RunningServer, device: LoggedInDevice, query: string, body?: unknown) {
	const call = (method: string, path: string, sent: unknown) => server.call(device, method, path, sent);
	return slidingSync({ call }, query, body);
}

async function send(server: RunningServer, from: LoggedInDevice, to: LoggedInDevice, n: number) {
	const messages = { [to.userId]: { [to.deviceId]: { n } } };
	const sent = await server.call(from, "PUT", `sendToDevice/org.example.n/t${n}`, { messages });
	assert.equal(sent.status, 200);
}

test("whichever server answers, and however often an answer is lost, every message comes once it is shown", async () => {
	await using world = await openWorld();
	const { server, phone, laptop } = world;
	let { pos, extensions } = (await sync(server, phone, "")).body;
	const received: number[] = [];
	for (let n = 0; n < 6; n++) {
		await send(server, laptop, phone, n);
		const asked = after(extensions.to_device.next_batch);
		// An odd number, so that the answer that arrives is each server's in turn.
		for (let lost = 0; lost < 2; lost++) await sync(server, phone, `?pos=${pos}`, asked);
		const answer = await sync(server, phone, `?pos=${pos}`, asked);
		assert.equal(answer.status, 200);
		({ pos, extensions } = answer.body);
		received.push(...extensions.to_device.events.map((event: { content: { n: number } }) => event.content.n));
	}
	assert.deepEqual(received, [0, 1, 2, 3, 4, 5]);
	await sync(server, phone, `?pos=${pos}`, after(extensions.to_device.next_batch));
	assert.deepEqual(await server.rows("to_device_messages"), []);
});

test("one that waits is woken by what any server writes, and ends with its session", async ({ mock }) => {
	// It never comes to the end of its time: whatever answers it is something that happened.
	mock.method(AbortSignal, "timeout", () => new AbortController().signal);
	await using world = await openWorld();
	const { server, phone, laptop } = world;
	const first = await sync(server, phone, "");
	for (let n = 0; n < 4; n++) {
		const waiting = sync(server, phone, `?pos=${first.body.pos}&timeout=30000`);
		await server.call(laptop, "PUT", `user/${laptop.userId}/account_data/org.example.n`, { n });
		const types = (await waiting).body.extensions.account_data.global.map(
			({ type }: { readonly type: string }) => type,
		);
		assert.deepEqual(types, ["org.example.n"]);
	}
	const last = await sync(server, phone, "");
	const waiting = sync(server, phone, `?pos=${last.body.pos}&timeout=30000`);
	const ended = await fetch(new URL("oauth2/revoke", server.url), {
		method: "POST",
		body: new URLSearchParams({ token: phone.accessToken, client_id: phone.clientId }),
	});
	assert.equal(ended.status, 200);
	assert.equal((await waiting).status, 401);
});
