import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { identityOf } from "../support/device-crypto.ts";
import { type App, openHomeserverWorld } from "../support/homeserver-world.ts";

const send = (app: App, transaction: string, messages: unknown, type = "m.test") =>
	app.call("PUT", `sendToDevice/${type}/${transaction}`, { messages });
const sync = async (app: App, query = "") => (await app.call("GET", `sync?${query}`)).body;
const day = 24 * 60 * 60_000;

test("a message reaches the device it names exactly once, and again until its token was used", async () => {
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const since = (await sync(bob)).next_batch;
	assert.deepEqual((await send(alice, "t1", { [bob.userId]: { BBBBBBBBBB: { n: 1 } } })).body, {});
	const expected = [{ sender: alice.userId, type: "m.test", content: { n: 1 } }];
	const first = await sync(bob, `since=${since}`);
	assert.deepEqual(first.to_device.events, expected);
	await world.restart();
	const again = await sync(bob, `since=${since}`);
	assert.deepEqual(again.to_device.events, expected, "the answer may have been lost");
	const next = await sync(bob, `since=${again.next_batch}`);
	assert.deepEqual(next.to_device.events, []);
	assert.deepEqual((await sync(bob)).to_device.events, [], "a first sync does not bring it back either");
	assert.deepEqual((await sync(alice)).to_device.events, []);
});

test("a message wakes its receiver, and not by the clock", async ({ mock }) => {
	mock.method(AbortSignal, "timeout", () => new AbortController().signal);
	await using world = await openHomeserverWorld();
	const [alice, bob] = [await world.signIn("alice", "AAAAAAAAAA"), await world.signIn("bob", "BBBBBBBBBB")];
	const waiting = sync(bob, `since=${(await sync(bob)).next_batch}&timeout=20000`);
	await world.waiting(1);
	await send(alice, "t1", { [bob.userId]: { "*": { n: 1 } } });
	assert.equal((await waiting).to_device.events.length, 1);
});

test("a star means every device, and a device's own message wins over it", async () => {
	await using world = await openHomeserverWorld();
	const one = await world.signIn("alice", "ONEONEONEO");
	const two = await world.signIn("alice", "TWOTWOTWOT");
	await send(one, "t1", { [one.userId]: { "*": { to: "all" }, TWOTWOTWOT: { to: "two" } } });
	assert.deepEqual(
		[await sync(one), await sync(two)].map((body) => body.to_device.events[0].content.to),
		["all", "two"],
	);
});

test("twenty repetitions of one send at once are one message; another type or device is another send", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const other = await world.signIn("alice", "OTHEROTHER");
	const bob = await world.signIn("bob", "BBBBBBBBBB");
	const messages = { [bob.userId]: { "*": {} } };
	const answers = await Promise.all(Array.from({ length: 20 }, () => send(alice, "t1", messages)));
	assert.ok(answers.every(({ status }) => status === 200));
	await send(alice, "t1", messages, "m.other");
	await send(other, "t1", messages);
	await send(alice, "t2", messages);
	assert.equal((await sync(bob)).to_device.events.length, 4);
});

test("the name of a send is free again after a day", async () => {
	await using world = await openHomeserverWorld();
	let alice = await world.signIn("alice", "AAAAAAAAAA");
	const messages = { [alice.userId]: { AAAAAAAAAA: {} } };
	await send(alice, "t1", messages);
	world.advance(day - 1);
	alice = await world.signIn("alice", "AAAAAAAAAA");
	await send(alice, "t1", messages);
	assert.equal((await sync(alice)).to_device.events.length, 1);
	world.advance(2);
	await send(alice, "t1", messages);
	assert.equal((await sync(alice)).to_device.events.length, 2);
});

test("people and devices that do not exist are passed over in silence", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const { status } = await send(alice, "t1", {
		"@nobody:example.org": { "*": {} },
		"@alice:elsewhere.example": { AAAAAAAAAA: {} },
		"no user id": { "*": {} },
		[alice.userId]: { NOSUCHDEVICE: {}, AAAAAAAAAA: { here: true } },
	});
	assert.equal(status, 200);
	assert.deepEqual((await sync(alice)).to_device.events.length, 1);
});

test("more than a hundred messages come in their order over several syncs, without waiting", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	for (let n = 0; n < 205; n++) await send(alice, `t${n}`, { [alice.userId]: { AAAAAAAAAA: { n } } });
	const seen: number[] = [];
	let batch = await sync(alice);
	while (batch.to_device.events.length > 0) {
		assert.ok(batch.to_device.events.length <= 100);
		for (const event of batch.to_device.events) seen.push(event.content.n);
		batch = await sync(alice, `since=${batch.next_batch}`);
	}
	assert.deepEqual(
		seen,
		Array.from({ length: 205 }, (_, n) => n),
	);
});

test("account data and changed keys are told once while more messages wait than come at once", async ({
	mock,
}) => {
	mock.method(AbortSignal, "timeout", () => new AbortController().signal);
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const bob = await world.signIn("bob", "BBBBBBBBBB");
	const { body: begun } = await alice.call("GET", "sync");
	for (let nth = 0; nth < 250; nth++) {
		const messages = { [alice.userId]: { [alice.deviceId]: { nth } } };
		assert.equal((await bob.call("PUT", `sendToDevice/m.test/${nth}`, { messages })).status, 200);
	}
	const put = (type: string) => alice.call("PUT", `user/${alice.userId}/account_data/${type}`, { type });
	await put("before");
	const { body: keys } = identityOf(alice.userId, "first");
	assert.equal((await alice.call("POST", "keys/device_signing/upload", keys)).status, 200);
	const told: string[] = [];
	let since: string = begun.next_batch;
	for (let syncs = 0; syncs < 3; syncs++) {
		const { body } = await alice.call("GET", `sync?timeout=30000&since=${since}`);
		since = body.next_batch;
		const types = body.account_data.events.map(({ type }: { type: string }) => type);
		told.push(`${body.to_device.events.length} ${types} ${body.device_lists.changed}`);
		if (syncs === 0) await put("between");
	}
	assert.deepEqual(told, [`100 before ${alice.userId}`, "100 between ", "50  "]);
	const { body: first } = await alice.call("GET", "sync");
	assert.equal(first.account_data.events.length, 3, "a first sync has all of it, however many messages wait");
});

test("a removed device's messages do not wait for a later one of the same name", async () => {
	await using world = await openHomeserverWorld();
	const alice = await world.signIn("alice", "AAAAAAAAAA");
	const bob = await world.signIn("bob", "BBBBBBBBBB");
	await send(alice, "t1", { [bob.userId]: { BBBBBBBBBB: {} } });
	await world.storage.write((unit) =>
		unit.homeserver.removeDevice(bob.accountId, asDeviceId("BBBBBBBBBB"), 0),
	);
	assert.deepEqual((await sync(await world.signIn("bob", "BBBBBBBBBB"))).to_device.events, []);
});

const badBodies: readonly (readonly [string, unknown, number, string])[] = [
	["no messages", {}, 400, "M_MISSING_PARAM"],
	["messages that are no object", { messages: [] }, 400, "M_BAD_JSON"],
	["a user's messages that are no object", { messages: { "@a:example.org": 1 } }, 400, "M_BAD_JSON"],
	["a message that is no object", { messages: { "@a:example.org": { "*": "x" } } }, 400, "M_BAD_JSON"],
	[
		"a message that is too large",
		{ messages: { "@a:example.org": { "*": { x: "x".repeat(64 * 1024) } } } },
		413,
		"M_TOO_LARGE",
	],
	["a body that is too large", { messages: {}, x: "x".repeat(1024 * 1024) }, 413, "M_TOO_LARGE"],
];

for (const [what, body, status, errcode] of badBodies) {
	test(`a send with ${what} is refused and its name stays free`, async () => {
		await using world = await openHomeserverWorld();
		const alice = await world.signIn("alice", "AAAAAAAAAA");
		const refused = await alice.call("PUT", "sendToDevice/m.test/t1", body);
		assert.deepEqual([refused.status, refused.body.errcode], [status, errcode]);
		await send(alice, "t1", { [alice.userId]: { "*": {} } });
		assert.equal((await sync(alice)).to_device.events.length, 1);
	});
}
