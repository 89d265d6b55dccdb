import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, identity, parsed, sha256, userId, utf8 } from "../../test/identity.ts";
import { requestDigest, uploadedKeys } from "./binding.ts";

const keys = identity("alice");
const body = bodyOf(keys);
const digest = (upload: object) => requestDigest(parsed(upload), sha256, utf8);

describe("what an approval is bound to", () => {
	test("the same keys have the same digest, whatever else the body holds", () => {
		const expected = digest(body);
		assert.match(expected, /^[0-9a-f]{64}$/);
		assert.equal(digest({ ...body, auth: { session: "x", type: "m.oauth" }, other: 1 }), expected);
	});

	// Computed by another program from the rule alone. A change of them ends every approval that waits.
	test("every set of keys has the digest that it always had", () => {
		const { master_key, self_signing_key, user_signing_key } = body;
		const sets: readonly (readonly [object, string])[] = [
			[body, "210b86eaaba3ab97c27752f725d8ad1c487bc917e3232707c6817b68b2f597f5"],
			[{ master_key }, "2fe83197625e73e4e9ff3c0f538a32842680a1c2d7633a368855f63285fecb75"],
			[{ self_signing_key }, "f9f5fe7a4f58692fbd1d0b01a2c76b5e1678b3519ce8f69e63afbc090f9f18da"],
			[{ user_signing_key }, "761f8b1a94addeb9972059cfed68a2c83aa3aa269e32c90863108324be3e3e3f"],
			[{}, "ab6ddfed5211c4b2c73cfbc904562531da4ebef623fedf90196e2e873f34f3ee"],
		];
		assert.deepEqual(
			sets.map(([upload]) => digest(upload)),
			sets.map(([, expected]) => expected),
		);
	});

	test("signatures are not part of it", () => {
		const { signatures: _, ...unsigned } = body.self_signing_key;
		assert.equal(digest({ ...body, self_signing_key: unsigned }), digest(body));
		assert.equal(digest({ ...body, master_key: { ...body.master_key, unsigned: { age: 1 } } }), digest(body));
	});

	test("any other key, usage or member makes another request", () => {
		const other = bodyOf(identity("other"));
		const different = [
			{ ...body, master_key: other.master_key },
			{ ...body, user_signing_key: other.user_signing_key },
			{ ...body, master_key: { ...body.master_key, extra: "member" } },
		];
		const digests = new Set([body, ...different].map(digest));
		assert.equal(digests.size, different.length + 1);
	});

	test("leaving a key out makes another request", () => {
		const { user_signing_key: _, ...without } = body;
		assert.notEqual(digest(without), digest(body));
		assert.notEqual(digest({ master_key: body.master_key }), digest(without));
	});

	test("the order and spelling of members do not matter, an own __proto__ member does", () => {
		const shuffled = JSON.parse(
			`{"user_signing_key":${JSON.stringify(body.user_signing_key)},"master_key":{"usage":["m\\u0061ster"],"keys":${JSON.stringify(body.master_key.keys)},"user_id":"${userId}"},"self_signing_key":${JSON.stringify(body.self_signing_key)}}`,
		);
		assert.equal(digest(shuffled), digest(body));
		const masterWithProto = JSON.parse(
			JSON.stringify(body.master_key).replace("{", '{"__proto__":{"usage":["master"]},'),
		);
		assert.notEqual(digest({ ...body, master_key: masterWithProto }), digest(body));
	});

	test("what is kept for later is what was uploaded", () => {
		assert.deepEqual(JSON.parse(JSON.stringify(uploadedKeys(parsed(body)))), body);
	});
});
