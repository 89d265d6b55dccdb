import assert from "node:assert/strict";
import { test } from "node:test";
import { asDeviceId } from "@countersign/protocol";
import { openMemoryWorld, phone } from "../../test/memory-world.ts";
import { accountOf } from "../../test/people.ts";
import { holdSecrets, mostOpeningBytes, openingTypes } from "./secrets.ts";

const [backup, description] = ["m.megolm_backup.v1", "m.secret_storage.key.K1"];
const secret = { encrypted: { K1: { ciphertext: "a" } } };

test("what opens the backup is copied first, whatever it is whose emptying opens a hold", async () => {
	const world = await openMemoryWorld();
	const stored: Record<string, object> = { [backup]: secret, [description]: { mac: "m" } };
	const read = async (type: string) => stored[type] && { ...stored[type] };
	const by = { accountId: accountOf("alice"), deviceId: asDeviceId(phone.device) };
	const emptied = { type: "m.cross_signing.master", before: secret, content: {} };
	await world.storage.write((unit) =>
		holdSecrets(unit, { ...by, ...emptied, now: world.now(), newToken: () => "hold", read }),
	);
	const [hold] = world.memory.holds();
	assert.deepEqual(
		Object.values(hold?.setAside ?? {}).map(({ type, before }) => [type, before]),
		[
			[backup, secret],
			[description, { mac: "m" }],
			["m.cross_signing.master", secret],
		],
	);
});

test("a backup is opened by its key and those that this is encrypted with, four at most, of 64 KiB each", () => {
	assert.deepEqual(openingTypes(secret), [backup, description]);
	const many = Object.fromEntries([1, 2, 3, 4, 5].map((id) => [`K${id}`, {}]));
	assert.deepEqual(openingTypes({ encrypted: many }), [
		backup,
		...[1, 2, 3, 4].map((id) => `m.secret_storage.key.K${id}`),
	]);
	for (const none of [{}, { encrypted: "K1" }, { encrypted: null }, { encrypted: {} }])
		assert.deepEqual(openingTypes(none), []);
	assert.equal(mostOpeningBytes, 65_536);
});
