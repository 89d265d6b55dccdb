import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
	alice,
	curve25519,
	device,
	keys,
	objects,
	signatureOf,
	signed,
	utf8,
	verify,
} from "../test/vectors.ts";
import { checkDeviceKeySignature, parseDeviceKeys, parseOneTimeKeyId } from "./index.ts";

const owner = { userId: alice, deviceId: device };

function outcome(value: unknown): string {
	const parsed = parseDeviceKeys(value, owner);
	if (!parsed.ok) return parsed.refusal.errcode;
	const checked = checkDeviceKeySignature(parsed.value, { verify, utf8 });
	return checked.ok ? "ok" : checked.refusal.errcode;
}

const change = (members: Readonly<Record<string, unknown>>) => ({ ...signed("DEV", "DEV"), ...members });
const withKeys = (members: Readonly<Record<string, unknown>>) =>
	change({ keys: { ...objects.DEV.keys, ...members } });

describe("device keys", () => {
	test("signed by their own device are accepted, further signatures or not", () => {
		assert.equal(outcome(signed("DEV", "DEV")), "ok");
		assert.equal(outcome(signed("DEV", "DEV", "SSK2")), "ok");
		assert.equal(outcome(change({ unsigned: { device_display_name: "Phone" } })), "ok");
	});

	const cases: readonly (readonly [string, unknown, string])[] = [
		["null", null, "M_BAD_JSON"],
		["another user's", change({ user_id: "@bob:example.org" }), "M_BAD_JSON"],
		["another device's", change({ device_id: "DEVICEBBBB" }), "M_BAD_JSON"],
		["with a null member", change({ dehydrated: null }), "M_BAD_JSON"],
		["without algorithms", change({ algorithms: "m.olm" }), "M_BAD_JSON"],
		["with a key that is no text", withKeys({ [`x:${device}`]: 1 }), "M_BAD_JSON"],
		["without signatures", objects.DEV, "M_BAD_JSON"],
		[
			"with keys for another device",
			withKeys({ "ed25519:OTHERDEVICE": keys.DEV.publicKey }),
			"M_INVALID_PARAM",
		],
		["with a key id without colon", withKeys({ [device]: "x" }), "M_INVALID_PARAM"],
		["with a key id without algorithm", withKeys({ [`:${device}`]: "x" }), "M_INVALID_PARAM"],
		[
			"with a padded ed25519 key",
			withKeys({ [`ed25519:${device}`]: `${keys.DEV.publicKey}=` }),
			"M_INVALID_PARAM",
		],
		["with a short curve25519 key", withKeys({ [`curve25519:${device}`]: "AAAA" }), "M_INVALID_PARAM"],
		["without ed25519 key", change({ keys: { [`curve25519:${device}`]: curve25519 } }), "M_INVALID_PARAM"],
		["with an added member", change({ dehydrated: true }), "M_INVALID_SIGNATURE"],
		[
			"with a swapped curve25519 key",
			withKeys({ [`curve25519:${device}`]: keys.USK1.publicKey }),
			"M_INVALID_SIGNATURE",
		],
		["signed by somebody else only", signed("DEV", "SSK2"), "M_INVALID_SIGNATURE"],
		[
			"signed by somebody else under the device's name",
			change({ signatures: { [alice]: { [`ed25519:${device}`]: signatureOf("DEV", "SSK1") } } }),
			"M_INVALID_SIGNATURE",
		],
	];
	for (const [what, value, errcode] of cases)
		test(`${what}: ${errcode}`, () => assert.equal(outcome(value), errcode));

	test("no input crashes the parser", () => {
		const value = fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything()).map(change));
		fc.assert(fc.property(value, (input) => assert.equal(typeof outcome(input), "string")));
	});
});

describe("a one-time key id", () => {
	test("is an algorithm and an id, split at the first colon", () => {
		const value = { algorithm: "signed_curve25519", keyId: "AAAA:BQ/+" };
		assert.deepEqual(parseOneTimeKeyId("signed_curve25519:AAAA:BQ/+"), { ok: true, value });
	});
	for (const id of [
		"",
		"signed_curve25519",
		"signed_curve25519:",
		":AAAA",
		"a b:c",
		"a:b c",
		`a:${"x".repeat(256)}`,
	])
		test(`is not "${id.slice(0, 30)}"`, () => assert.equal(parseOneTimeKeyId(id).ok, false));
});
