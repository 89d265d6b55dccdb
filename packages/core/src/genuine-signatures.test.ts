import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keysOf } from "@countersign/protocol";
import { bodyOf, identity, parsed, signedBy, signing, userId } from "../test/identity.ts";
import { withGenuineSignatures } from "./genuine-signatures.ts";
import type { NewKey } from "./ports.ts";

const alice = identity("alice");
const device = identity("device").master;
const devices = new Map([["ed25519:PHONE", device.publicKey]]);
const body = bodyOf(alice);
const { [userId]: byDevice = {} } = signedBy(device, body.master_key).signatures;
const good = Object.values(byDevice)[0] ?? "";

/** The signatures that are left of those put to a key. */
function kept(slot: string, key: object, signatures: unknown, known = devices): unknown {
	const upload = parsed({ ...body, [`${slot}_key`]: { ...key, signatures } });
	const keys: NewKey[] = keysOf(upload).map(({ slot: name, key: { publicKey, signed, object } }) => {
		return { slot: name, publicKey, signed, object };
	});
	const by = { ...signing, userId, devices: known, masterKey: alice.master.publicKey };
	const all = withGenuineSignatures(keys, by);
	assert.deepEqual(
		all.map(({ object: _, ...rest }) => rest),
		keys.map(({ object: _, ...rest }) => rest),
	);
	const { signatures: left, ...members } = all.find((each) => each.slot === slot)?.object ?? {};
	const { signatures: _, ...sent }: { readonly signatures?: unknown } = { ...key };
	assert.deepEqual(members, sent, "every other member is as it was");
	return left;
}

describe("of the signatures over a key, there remain", () => {
	test("over the master key: those of the person's devices that verify", () => {
		const own = { "ed25519:PHONE": good };
		assert.deepEqual(kept("master", body.master_key, { [userId]: own }), { [userId]: own });
		const wrong = { "ed25519:PHONE": "A".repeat(86), "ed25519:OTHER": good };
		assert.equal(kept("master", body.master_key, { [userId]: wrong }), undefined);
		assert.deepEqual(kept("master", body.master_key, { [userId]: { ...wrong, ...own }, "@bob:x": own }), {
			[userId]: own,
		});
		assert.equal(kept("master", body.master_key, { [userId]: own }, new Map()), undefined);
	});

	test("over the others: that of the master key, and no device's", () => {
		const { signatures } = body.self_signing_key;
		const [own] = Object.values(signatures);
		const more = { [userId]: { ...own, "ed25519:PHONE": good } };
		assert.deepEqual(kept("self_signing", body.self_signing_key, more), signatures);
	});

	test("none, where there were none, and every other member as it was", () => {
		assert.equal(kept("master", body.master_key, {}), undefined);
		const upload = parsed({ master_key: { ...body.master_key, extra: 1 } });
		const key = upload.master;
		assert.ok(key !== undefined);
		const by = { ...signing, userId, devices, masterKey: alice.master.publicKey };
		const [stored] = withGenuineSignatures([{ ...key, slot: "master" }], by);
		assert.deepEqual({ ...stored?.object }, { ...body.master_key, extra: 1 });
	});
});
