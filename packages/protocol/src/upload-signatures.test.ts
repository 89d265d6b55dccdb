import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	alice,
	device,
	keyIdOf,
	keys,
	objects,
	resetBody,
	signatureOf,
	signed,
	ssk2ByMsk1,
	utf8,
	verify,
} from "../test/vectors.ts";
import { checkUploadSignatures, encodeBase64, parseDeviceSigningUpload } from "./index.ts";

function outcome(body: unknown, storedMaster?: string): string {
	const parsed = parseDeviceSigningUpload(body, alice);
	assert.ok(parsed.ok, "the body itself is well-formed");
	const checked = checkUploadSignatures(parsed.value, { storedMaster, userId: alice, verify, utf8 });
	return checked.ok ? "ok" : checked.refusal.errcode;
}

const stored = keys.MSK1.publicKey;
const good = signatureOf("SSK2", "MSK2");

/** The reset with these signatures on its self-signing key. */
function withSignatures(signatures: unknown) {
	return { ...resetBody(), self_signing_key: { ...objects.SSK2, signatures } };
}

describe("signatures of an upload", () => {
	test("the reset is accepted, with or without a stored identity", () => {
		assert.equal(outcome(resetBody()), "ok");
		assert.equal(outcome(resetBody(), stored), "ok");
	});

	test("a master key alone is accepted, signed by a device or not", () => {
		assert.equal(outcome({ master_key: objects.MSK2 }, stored), "ok");
		assert.equal(outcome({ master_key: signed("MSK2", "DEV") }), "ok");
	});

	test("without a master key in the body the stored one must have signed", () => {
		assert.equal(outcome({ self_signing_key: signed("SSK1", "MSK1") }, stored), "ok");
		assert.equal(outcome({ user_signing_key: signed("USK1", "MSK1") }, stored), "ok");
		assert.equal(outcome({ user_signing_key: signed("USK2", "MSK2") }, stored), "M_INVALID_SIGNATURE");
	});

	test("with a master key in the body the stored one no longer counts", () => {
		const own = { [keyIdOf("MSK1")]: ssk2ByMsk1 };
		assert.equal(outcome(withSignatures({ [alice]: own }), stored), "M_INVALID_SIGNATURE");
		const swapped = { ...resetBody(), user_signing_key: signed("USK1", "MSK1") };
		assert.equal(outcome(swapped, stored), "M_INVALID_SIGNATURE");
	});

	test("without any master key there is nothing to check against", () => {
		assert.equal(outcome({ self_signing_key: signed("SSK1", "MSK1") }), "M_MISSING_PARAM");
		assert.equal(outcome({}), "M_MISSING_PARAM");
		assert.equal(outcome({}, stored), "ok");
	});

	test("a self-signing key turned into a user-signing one keeps no valid signature", () => {
		const turned = { ...signed("SSK2", "MSK2"), usage: ["user_signing"] };
		assert.equal(outcome({ master_key: objects.MSK2, user_signing_key: turned }), "M_INVALID_SIGNATURE");
	});

	test("an extra member breaks the signature", () => {
		const body = { ...resetBody(), self_signing_key: { ...signed("SSK2", "MSK2"), extra: 1 } };
		assert.equal(outcome(body), "M_INVALID_SIGNATURE");
	});

	test("padding is tolerated in signatures", () => {
		assert.equal(outcome(withSignatures({ [alice]: { [keyIdOf("MSK2")]: `${good}==` } })), "ok");
	});

	const id = keyIdOf("MSK2");
	const refused: readonly (readonly [string, unknown])[] = [
		["missing", {}],
		["the wrong signer's under the right key id", { [alice]: { [id]: ssk2ByMsk1 } }],
		["under another user", { "@bob:example.org": { [id]: good } }],
		["under the device's key id", { [alice]: { [`ed25519:${device}`]: good } }],
		["of 63 bytes", { [alice]: { [id]: good.slice(0, 84) } }],
		["of 65 bytes", { [alice]: { [id]: encodeBase64(new Uint8Array(65)) } }],
		["in url-safe base64", { [alice]: { [id]: good.replaceAll("+", "-").replaceAll("/", "_") } }],
		["with too little padding", { [alice]: { [id]: `${good}=` } }],
		["followed by a newline", { [alice]: { [id]: `${good}\n` } }],
		["empty", { [alice]: { [id]: "" } }],
	];
	for (const [what, signatures] of refused)
		test(`a master key's signature ${what}: M_INVALID_SIGNATURE`, () =>
			assert.equal(outcome(withSignatures(signatures)), "M_INVALID_SIGNATURE"));

	test("no key may carry an ed25519 signature that cannot be one", () => {
		const junk = { [alice]: { [keyIdOf("MSK2")]: good, "ed25519:OTHER": "junk" } };
		assert.equal(outcome(withSignatures(junk)), "M_INVALID_SIGNATURE");
		const master_key = { ...objects.MSK2, signatures: { [alice]: { [`ed25519:${device}`]: "x" } } };
		assert.equal(outcome({ master_key }), "M_INVALID_SIGNATURE");
	});

	test("signatures of other algorithms are left alone", () => {
		const signatures = { [alice]: { [id]: good, "org.example.pq:1": "another alphabet!" } };
		assert.equal(outcome(withSignatures(signatures)), "ok");
	});
});
