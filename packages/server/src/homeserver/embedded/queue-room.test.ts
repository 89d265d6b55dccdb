import assert from "node:assert/strict";
import { test } from "node:test";
import { decideRoom } from "./queue-room.ts";

const mebibyte = 1024 * 1024;
const has = (sender: string, messages: number, bytes = messages) => ({ sender, messages, bytes });
const friend = { sender: "friend", bytes: 100 };

test("a queue takes what is within the share of its sender: a thousand messages, six mebibytes", () => {
	assert.deepEqual(decideRoom([], friend), { verdict: "fits" });
	assert.deepEqual(decideRoom([has("friend", 999)], friend), { verdict: "fits" });
	assert.deepEqual(decideRoom([has("friend", 1_000)], friend), { verdict: "full" });
	assert.deepEqual(decideRoom([has("friend", 1, 6 * mebibyte - 100)], friend), { verdict: "fits" });
	assert.deepEqual(decideRoom([has("friend", 1, 6 * mebibyte - 99)], friend), { verdict: "full" });
});

test("of five thousand messages, whoever has most gives way to who has less", () => {
	const crowd = ["a", "b", "c", "d", "e", "f"].map((sender) => has(sender, sender === "e" ? 834 : 833));
	assert.deepEqual(decideRoom(crowd.slice(0, 5), friend), { verdict: "fits" });
	assert.deepEqual(decideRoom([...crowd, has("g", 1)], friend), { verdict: "give-way", sender: "e" });
	assert.deepEqual(decideRoom([...crowd, has("friend", 1)], friend), { verdict: "give-way", sender: "e" });
});

test("of thirty-two mebibytes too, though nobody has many messages", () => {
	const crowd = ["a", "b", "c", "d", "e"].map((sender) => has(sender, 100, 6 * mebibyte));
	const full = [...crowd, has("f", 900, 2 * mebibyte)];
	assert.deepEqual(decideRoom(crowd, friend), { verdict: "fits" });
	assert.deepEqual(decideRoom(full, friend), { verdict: "give-way", sender: "a" });
	assert.deepEqual(decideRoom([...crowd, has("f", 900, 2 * mebibyte - 100)], friend), { verdict: "fits" });
});

test("whoever has most themselves, or would have, gets no room at others' cost", () => {
	const five = ["a", "b", "c", "d"].map((sender) => has(sender, 999));
	assert.deepEqual(decideRoom([...five, has("x", 5), has("friend", 999)], friend), { verdict: "full" });
	assert.deepEqual(decideRoom([...five, has("e", 6), has("friend", 998)], friend), {
		...{ verdict: "give-way", sender: "a" },
	});
	const many = Array.from({ length: 5_000 }, (_, at) => has(`account${at}`, 1));
	assert.deepEqual(decideRoom(many, friend), { verdict: "give-way", sender: "account0" });
	assert.deepEqual(decideRoom([...many.slice(1), has("friend", 1)], friend), { verdict: "full" });
});
