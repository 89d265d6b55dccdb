import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { createSealPair, createUnseal, publicOfSeal, seal } from "./seal.ts";

const { publicKey, privatePem } = createSealPair();
const unseal = createUnseal(privatePem);
assert.ok(unseal);

describe("a sealed first token", () => {
	test("is opened by the private half, for the session that it was sealed for", () => {
		const sealed = seal(publicKey, { owner: "session-1", text: "mct_token" });
		assert.equal(unseal(sealed, "session-1"), "mct_token");
		assert.equal(unseal(sealed, "session-2"), undefined);
		assert.equal(createUnseal(createSealPair().privatePem)?.(sealed, "session-1"), undefined);
	});

	test("never looks the same twice, and cannot be changed in any byte", () => {
		const one = seal(publicKey, { owner: "s", text: "x" });
		assert.notEqual(one, seal(publicKey, { owner: "s", text: "x" }));
		const bytes = Buffer.from(one, "base64url");
		for (let at = 0; at < bytes.length; at += 1) {
			const changed = Buffer.from(bytes);
			changed[at] = (changed[at] ?? 0) ^ 1;
			assert.equal(unseal(changed.toString("base64url"), "s"), undefined, `byte ${at}`);
		}
		for (const text of ["", "AAAA", one.slice(0, -8), `${one}AAAA`])
			assert.equal(unseal(text, "s"), undefined);
	});

	test("has one public half, which the file of the private one tells", () => {
		assert.equal(publicOfSeal(privatePem), publicKey);
		const other = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
		for (const text of ["", "no key", other]) {
			assert.equal(publicOfSeal(text), undefined);
			assert.equal(createUnseal(text), undefined);
		}
	});
});
