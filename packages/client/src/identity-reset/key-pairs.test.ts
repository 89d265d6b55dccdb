import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesToSign } from "@countersign/protocol";
import { createIdentity, publicKeysOf } from "./identity.ts";
import { createKeyPair, isSignedBy, keyPairOf } from "./key-pairs.ts";

// RFC 8032 section 7.1, test 1, and RFC 7748 section 6.1, Alice.
const ed25519 = {
	secret: "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
	publicKey: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};
const x25519 = {
	secret: "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo",
	publicKey: "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo",
};

test("a secret has the public key that the RFCs say", async () => {
	assert.deepEqual(await keyPairOf("Ed25519", ed25519.secret), ed25519);
	assert.deepEqual(await keyPairOf("X25519", x25519.secret), x25519);
	await assert.rejects(keyPairOf("Ed25519", "c2hvcnQ"), TypeError);
});

test("an identity of equal secrets is uploaded in equal bytes, so that one approval holds", async () => {
	const identity = await createIdentity();
	const [first, again] = [
		await publicKeysOf(identity, "@a:b"),
		await publicKeysOf(JSON.parse(JSON.stringify(identity)), "@a:b"),
	];
	assert.equal(JSON.stringify(first), JSON.stringify(again));
	const { self_signing_key: key } = first;
	const signature = key.signatures["@a:b"]?.[`ed25519:${identity.master.publicKey}`] ?? "";
	assert.ok(await isSignedBy(identity.master.publicKey, bytesToSign(key), signature));
});

test("nothing but the right signature of the right key is one", async () => {
	const { publicKey } = await createKeyPair("Ed25519");
	for (const [key, signature] of [
		[publicKey, "AA".repeat(43)],
		["AAAA", "A".repeat(86)],
		[`${"/".repeat(42)}8`, "A".repeat(86)],
		[publicKey, "no base64!"],
	] as const)
		assert.equal(await isSignedBy(key, "text", signature), false);
});
