import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KeyName, ObjectName } from "../test/vectors.ts";
import {
	alice,
	derivedPublicKey,
	device,
	keyIdOf,
	keys,
	objects,
	signatureOf,
	signatures,
	signed,
	signText,
	ssk2ByMsk1,
	utf8,
	verify,
} from "../test/vectors.ts";
import { bytesToSign, checkSignature } from "./index.ts";

const check = (object: Readonly<Record<string, unknown>>, signer: KeyName, keyId = keyIdOf(signer)) =>
	checkSignature({ object, userId: alice, keyId, publicKey: keys[signer].publicKey, verify, utf8 });

describe("the test keys", () => {
	for (const name of Object.keys(keys) as KeyName[])
		test(`${name} derives from its seed`, () => assert.equal(derivedPublicKey(name), keys[name].publicKey));
});

describe("the canonical forms that are signed", () => {
	const crossSigningForm = (name: KeyName, usage: string) => {
		const { publicKey } = keys[name];
		return `{"keys":{"ed25519:${publicKey}":"${publicKey}"},"usage":["${usage}"],"user_id":"@alice:example.org"}`;
	};
	const forms: readonly (readonly [ObjectName, string])[] = [
		["MSK1", crossSigningForm("MSK1", "master")],
		["SSK1", crossSigningForm("SSK1", "self_signing")],
		["USK1", crossSigningForm("USK1", "user_signing")],
		["MSK2", crossSigningForm("MSK2", "master")],
		["SSK2", crossSigningForm("SSK2", "self_signing")],
		["USK2", crossSigningForm("USK2", "user_signing")],
		[
			"DEV",
			'{"algorithms":["m.olm.v1.curve25519-aes-sha2","m.megolm.v1.aes-sha2"],"device_id":"DEVICEAAAA","keys":{"curve25519:DEVICEAAAA":"c2hF1U6H3gnWuxFKpwQsUKSgFb2ZAdGgAm9ZVlM6FRk","ed25519:DEVICEAAAA":"F0VTtFbd38aQjsqxwQH+arIeK6oGF3lbfUOmNIKZP9U"},"user_id":"@alice:example.org"}',
		],
		["BAK", '{"public_key":"c2hF1U6H3gnWuxFKpwQsUKSgFb2ZAdGgAm9ZVlM6FRk"}'],
	];
	for (const [name, form] of forms)
		test(name, () =>
			assert.equal(bytesToSign({ ...objects[name], unsigned: { a: 1 }, signatures: {} }), form),
		);

	test("a sent __proto__ is signed, not swallowed", () => {
		const text = '{"__proto__":{"usage":["master"]},"a":1}';
		assert.equal(bytesToSign(JSON.parse(text)), text);
	});
});

describe("signatures (appendices, Signing JSON)", () => {
	for (const [object, signer, signature] of signatures)
		test(`${object} by ${signer} is reproduced and verifies`, () => {
			assert.equal(signText(signer, bytesToSign(objects[object])), signature);
			assert.ok(check(signed(object, signer), signer));
		});

	test("SSK2 by MSK1 is a true signature, of the wrong signer", () => {
		const entries = { [keyIdOf("MSK1")]: ssk2ByMsk1, [keyIdOf("MSK2")]: ssk2ByMsk1 };
		const object = { ...objects.SSK2, signatures: { [alice]: entries } };
		assert.ok(check(object, "MSK1"));
		assert.equal(check(object, "MSK2"), false);
	});

	test("padding on a signature is tolerated", () => {
		const own = { [keyIdOf("MSK2")]: `${signatureOf("SSK2", "MSK2")}==` };
		assert.ok(check({ ...objects.SSK2, signatures: { [alice]: own } }, "MSK2"));
	});

	const good = signatureOf("SSK2", "MSK2");
	const id = keyIdOf("MSK2");
	const bad: readonly (readonly [string, unknown])[] = [
		["no signatures", undefined],
		["signatures of another type", "x"],
		["another user's signature", { "@bob:example.org": { [id]: good } }],
		["a signature under the device's key id", { [alice]: { [`ed25519:${device}`]: good } }],
		["a signature that is no string", { [alice]: { [id]: [good] } }],
		["url-safe base64", { [alice]: { [id]: good.replace("+", "-").replace("/", "_") } }],
		["63 bytes", { [alice]: { [id]: good.slice(0, 84) } }],
		["nothing", { [alice]: { [id]: "" } }],
		["one bit changed", { [alice]: { [id]: `8${good.slice(1)}` } }],
		["an inherited entry", { [alice]: Object.create({ [id]: good }) }],
	];
	for (const [what, entries] of bad)
		test(`${what}: not signed`, () =>
			assert.equal(check({ ...objects.SSK2, signatures: entries }, "MSK2"), false));

	test("a changed, an added or a __proto__ member breaks the signature", () => {
		const object = signed("SSK2", "MSK2");
		assert.equal(check({ ...object, usage: ["user_signing"] }, "MSK2"), false);
		assert.equal(check({ ...object, extra: true }, "MSK2"), false);
		assert.equal(check(JSON.parse(`{"__proto__":{},${JSON.stringify(object).slice(1)}`), "MSK2"), false);
		assert.ok(check({ ...object, unsigned: { seen: true } }, "MSK2"));
	});

	test("an object without canonical form is not signed by anybody", () => {
		assert.equal(check({ ...signed("SSK2", "MSK2"), at: 1.5 }, "MSK2"), false);
	});

	test("a public key that is not canonical verifies nothing", () => {
		const publicKey = `${keys.MSK2.publicKey}=`;
		const object = signed("SSK2", "MSK2");
		assert.equal(checkSignature({ object, userId: alice, keyId: id, publicKey, verify, utf8 }), false);
	});
});
