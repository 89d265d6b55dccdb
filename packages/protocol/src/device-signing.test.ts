import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { alice, keys, objects, resetBody, signed } from "../test/vectors.ts";
import { bytesToSign, encodeBase64, parseDeviceSigningUpload, parseStrictJson } from "./index.ts";

function parse(body: unknown) {
	const parsed = parseDeviceSigningUpload(body, alice);
	assert.ok(parsed.ok, parsed.ok ? "" : parsed.refusal.error);
	return parsed.value;
}

function refusalOf(body: unknown): string {
	const parsed = parseDeviceSigningUpload(body, alice);
	return parsed.ok ? "accepted" : parsed.refusal.errcode;
}

/** The reset with its self-signing key changed. */
function withSsk(change: Readonly<Record<string, unknown>>) {
	const body = resetBody();
	return { ...body, self_signing_key: { ...body.self_signing_key, ...change } };
}

const entry = (publicKey: string, value = publicKey) => ({ [`ed25519:${publicKey}`]: value });
const ssk2 = keys.SSK2.publicKey;

describe("a device-signing upload", () => {
	test("is read with its keys as sent and the text that is signed", () => {
		const upload = parse(resetBody());
		assert.deepEqual(upload.master?.object, resetBody().master_key);
		assert.equal(upload.master?.publicKey, keys.MSK2.publicKey);
		assert.equal(upload.selfSigning?.signed, bytesToSign(objects.SSK2));
		assert.equal(upload.userSigning?.publicKey, keys.USK2.publicKey);
		assert.deepEqual(upload.auth, {});
	});

	test("may hold any of the keys, or none", () => {
		assert.deepEqual(parse({}), { auth: {} });
		assert.deepEqual(Object.keys(parse({ user_signing_key: signed("USK2", "MSK2") })), [
			"userSigning",
			"auth",
		]);
	});

	test("keeps unknown members of a key, because they are signed", () => {
		const extra = parse(withSsk({ "org.example.note": { a: [1] } })).selfSigning;
		assert.deepEqual(extra?.object["org.example.note"], { a: [1] });
		assert.notEqual(extra?.signed, bytesToSign(objects.SSK2));
	});

	test("keeps a sent __proto__ of a key as a signed member", () => {
		const text = JSON.stringify(resetBody()).replace(
			'"usage":["self_signing"]',
			'"usage":["self_signing"],"__proto__":{"usage":["master"]}',
		);
		const key = parse(JSON.parse(text)).selfSigning;
		assert.ok(key);
		assert.ok(Object.hasOwn(key.object, "__proto__"));
		assert.match(key.signed, /^\{"__proto__":/);
		assert.deepEqual(key.object.usage, ["self_signing"]);
	});

	test("takes no key from __proto__ of the body", () => {
		const body: unknown = JSON.parse(`{"__proto__":${JSON.stringify(resetBody())}}`);
		assert.deepEqual(parse(body), { auth: {} });
	});

	test("ignores unknown members beside the keys", () => {
		assert.deepEqual(parse({ ...resetBody(), "org.example": 1.5, other_key: null }), parse(resetBody()));
	});

	test("cannot be changed by whoever holds the body", () => {
		const usage = ["master"];
		const upload = parse({ master_key: { ...objects.MSK2, usage } });
		usage[0] = "self_signing";
		assert.deepEqual(upload.master?.object.usage, ["master"]);
	});

	test("reads auth as session and type, whatever else it holds", () => {
		const auth = { type: "m.oauth", session: "s", identifier: { user: null } };
		assert.deepEqual(parse({ ...resetBody(), auth }).auth, { type: "m.oauth", session: "s" });
		assert.deepEqual(parse({ auth: null }).auth, {});
	});
});

describe("a device-signing upload is refused", () => {
	const malformed: readonly (readonly [string, unknown])[] = [
		["when it is no object", []],
		["when it is null", null],
		["when it is a text", "{}"],
		["when a key is null", { master_key: null }],
		["when a key is an array", { self_signing_key: [] }],
		["when a key is a text", { user_signing_key: "x" }],
		["without user_id", withSsk({ user_id: 1 })],
		["when usage is a text", withSsk({ usage: "self_signing" })],
		["when usage holds a number", withSsk({ usage: [1] })],
		["when keys is an array", withSsk({ keys: [] })],
		["when a key is a number", withSsk({ keys: { "ed25519:1": 1 } })],
		["when a member is null", withSsk({ extra: null })],
		["when a null hides deep inside", withSsk({ extra: { a: [{ b: [null] }] } })],
		["when signatures is null", withSsk({ signatures: null })],
		["when signatures is flat", withSsk({ signatures: { [alice]: "x" } })],
		["when a signature is a number", withSsk({ signatures: { [alice]: { "ed25519:x": 1 } } })],
		["when a member is a fraction", withSsk({ extra: 0.5 })],
		["when a member is negative zero", withSsk({ extra: -0 })],
		["when a member holds a lone surrogate", withSsk({ extra: "\ud800" })],
		["when a member is too large an integer", withSsk({ extra: 2 ** 53 })],
		["when a key has no canonical form", withSsk({ extra: undefined })],
	];
	for (const [what, body] of malformed) test(what, () => assert.equal(refusalOf(body), "M_BAD_JSON"));

	const invalid: readonly (readonly [string, unknown])[] = [
		["for another person", withSsk({ user_id: "@bob:example.org" })],
		["for the same person in other letters", withSsk({ user_id: "@Alice:example.org" })],
		["when the usage is another slot's", withSsk({ usage: ["user_signing"] })],
		["when there are two usages", withSsk({ usage: ["self_signing", "master"] })],
		["when the usage comes twice", withSsk({ usage: ["self_signing", "self_signing"] })],
		["when there is no usage", withSsk({ usage: [] })],
		["when there is no key", withSsk({ keys: {} })],
		["when there are two keys", withSsk({ keys: { ...entry(ssk2), ...entry(keys.USK1.publicKey) } })],
		["when the key id differs from its value", withSsk({ keys: entry(ssk2, keys.USK1.publicKey) })],
		["when the key id is a name", withSsk({ keys: { "ed25519:main": ssk2 } })],
		["when the key id has no algorithm", withSsk({ keys: { [ssk2]: ssk2 } })],
		["when the algorithm is another", withSsk({ keys: { [`curve25519:${ssk2}`]: ssk2 } })],
		["when the algorithm is in capitals", withSsk({ keys: { [`Ed25519:${ssk2}`]: ssk2 } })],
		["when the key has 31 bytes", withSsk({ keys: entry(encodeBase64(new Uint8Array(31).fill(7))) })],
		["when the key has 33 bytes", withSsk({ keys: entry(encodeBase64(new Uint8Array(33).fill(7))) })],
		["when the key is padded", withSsk({ keys: entry(`${ssk2}=`) })],
		["when the key is url-safe base64", withSsk({ keys: entry(ssk2.replace("+", "-")) })],
		["when the key has another spelling", withSsk({ keys: entry(`${ssk2.slice(0, -1)}R`) })],
		["when one key has two usages", withSsk({ keys: entry(keys.MSK2.publicKey) })],
	];
	for (const [what, body] of invalid) test(what, () => assert.equal(refusalOf(body), "M_INVALID_PARAM"));
});

describe("two keys are the same", () => {
	const { master, selfSigning } = parse(resetBody());
	assert.ok(master && selfSigning);

	test("whatever signatures and unsigned members they carry", () => {
		const bare = parse({ master_key: { unsigned: { a: 1 }, ...objects.MSK2 } }).master;
		assert.equal(bare?.signed, master.signed);
		assert.equal(parse(resetBody()).master?.signed, master.signed);
	});
	test("only if every other member is", () => {
		assert.notEqual(selfSigning.signed, master.signed);
		const extended = parse({ master_key: { ...objects.MSK2, extra: 1 } }).master;
		assert.notEqual(extended?.signed, master.signed);
	});
});

test("no input crashes the parser or passes half-read", () => {
	const slot = fc.oneof(
		fc.anything(),
		fc.record({ user_id: fc.constant(alice), usage: fc.anything(), keys: fc.anything() }),
		fc
			.tuple(fc.constantFrom(objects.MSK2, objects.SSK2), fc.string(), fc.anything())
			.map(([key, name, value]) => ({
				...key,
				[name]: value,
			})),
	);
	const body = fc.oneof(
		fc.anything(),
		fc.record(
			{ master_key: slot, self_signing_key: slot, user_signing_key: slot, auth: fc.anything() },
			{ requiredKeys: [] },
		),
	);
	fc.assert(
		fc.property(body, (input) => {
			const parsed = parseDeviceSigningUpload(input, alice);
			if (!parsed.ok) return assert.match(parsed.refusal.errcode, /^M_(BAD_JSON|INVALID_PARAM)$/);
			const { master, selfSigning } = parsed.value;
			for (const key of [master, selfSigning]) if (key) assert.equal(key.signed, bytesToSign(key.object));
		}),
	);
});

test("a parsed upload, sent again, parses to the same upload", () => {
	const extra = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: "binary" }), fc.maxSafeInteger()));
	fc.assert(
		fc.property(extra, extra, (first, second) => {
			const body = resetBody();
			const upload = parse({
				master_key: { ...first, ...body.master_key },
				self_signing_key: { ...second, ...body.self_signing_key },
			});
			const text = JSON.stringify({
				master_key: upload.master?.object,
				self_signing_key: upload.selfSigning?.object,
			});
			const again = parseStrictJson(text);
			assert.ok(again.ok);
			assert.deepEqual(parse(again.value), upload);
		}),
	);
});
