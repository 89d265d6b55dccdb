import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { sha256, utf8, verifyEd25519 } from "./verify.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const raw = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
const message = utf8("message");
const signature = new Uint8Array(sign(null, message, privateKey));

test("a signature holds for its own message and key alone", () => {
	assert.equal(verifyEd25519(raw, message, signature), true);
	assert.equal(verifyEd25519(raw, utf8("Message"), signature), false);
	assert.equal(verifyEd25519(new Uint8Array(32).fill(9), message, signature), false);
	assert.equal(verifyEd25519(raw, message, signature.with(0, (signature[0] ?? 0) ^ 1)), false);
});

test("keys and signatures of the wrong length are no error, they hold for nothing", () => {
	assert.equal(verifyEd25519(raw.subarray(1), message, signature), false);
	assert.equal(verifyEd25519(new Uint8Array([...raw, 0]), message, signature), false);
	assert.equal(verifyEd25519(raw, message, signature.subarray(1)), false);
	assert.equal(verifyEd25519(new Uint8Array(), message, new Uint8Array()), false);
});

test("bytes that are no point of the curve hold for nothing", () => {
	for (const byte of [0x00, 0x01, 0x02, 0x7f, 0xff])
		assert.equal(verifyEd25519(new Uint8Array(32).fill(byte), message, signature), false);
});

test("texts are signed and hashed as their UTF-8", () => {
	assert.deepEqual([...utf8("é")], [0xc3, 0xa9]);
	const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	assert.equal(Buffer.from(sha256(utf8("abc"))).toString("hex"), digest);
});
