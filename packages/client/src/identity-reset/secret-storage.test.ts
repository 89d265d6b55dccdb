import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { decodeBase64, encodeBase64 } from "@countersign/protocol";
import { npmPackage } from "../../../../tools/requirements.ts";
import { decodeRecoveryKey, encodeRecoveryKey } from "./recovery-key.ts";
import {
	createStorageKey,
	decryptSecret,
	deriveFromPassphrase,
	describeKey,
	encryptSecret,
	isDescribedKey,
	parseKeyDescription,
} from "./secret-storage.ts";

const { skip } = npmPackage("matrix-js-sdk");
const bytesOf = (base64: string) => decodeBase64(base64) ?? assert.fail("no base64");

describe("recovery keys", () => {
	test("are written and read as matrix-js-sdk does it", { skip }, async () => {
		const sdk = await import("matrix-js-sdk/lib/crypto-api/recovery-key.js");
		for (let nth = 0; nth < 20; nth++) {
			const bytes = new Uint8Array(randomBytes(32));
			const written = sdk.encodeRecoveryKey(bytes);
			assert.equal(encodeRecoveryKey(encodeBase64(bytes)), written);
			assert.equal(decodeRecoveryKey(written ?? ""), encodeBase64(bytes));
		}
	});

	test("with a slip of the pen, or of another kind, are none", () => {
		const good = encodeRecoveryKey(encodeBase64(new Uint8Array(32).fill(7)));
		assert.equal(
			decodeRecoveryKey(`  ${good.replaceAll(" ", "")}\n`),
			encodeBase64(new Uint8Array(32).fill(7)),
		);
		const slip = good.slice(0, -1) + (good.endsWith("1") ? "2" : "1");
		for (const bad of ["", "EsT", good.slice(1), slip, `${good}1`, good.replace("E", "0")])
			assert.equal(decodeRecoveryKey(bad), undefined, bad);
	});
});

describe("secret storage", () => {
	const name = "m.cross_signing.master";

	test("is opened by matrix-js-sdk, and opens what that wrote", { skip }, async () => {
		const { default: decryptTheirs } = await import("matrix-js-sdk/lib/utils/decryptAESSecretStorageItem.js");
		const { default: encryptTheirs } = await import("matrix-js-sdk/lib/utils/encryptAESSecretStorageItem.js");
		const { keyId, secret } = await createStorageKey();
		const ours = await encryptSecret({ key: secret, name, text: "a secret" });
		assert.equal(await decryptTheirs(ours, bytesOf(secret), name), "a secret");
		const theirs = await encryptTheirs("another", bytesOf(secret), name);
		const content = { encrypted: { [keyId]: theirs } };
		assert.equal(await decryptSecret({ keyId, secret }, name, content), "another");
	});

	test("describes a key so that matrix-js-sdk knows it again", { skip }, async () => {
		const { calculateKeyCheck } = await import("matrix-js-sdk/lib/secret-storage.js");
		const key = await createStorageKey();
		const described = await describeKey(key);
		const { mac } = await calculateKeyCheck(bytesOf(key.secret), described.iv);
		assert.equal(mac.replace(/=+$/, ""), described.mac);
		assert.ok(await isDescribedKey(key.secret, { iv: described.iv, mac }));
	});

	test("has a key from a passphrase as matrix-js-sdk derives it", { skip }, async () => {
		const { deriveRecoveryKeyFromPassphrase } = await import(
			"matrix-js-sdk/lib/crypto-api/key-passphrase.js"
		);
		const { passphrase, secret } = await createStorageKey("correct horse");
		assert.ok(passphrase !== undefined && passphrase.iterations === 500_000);
		assert.equal(await deriveFromPassphrase("correct horse", passphrase), secret);
		const theirs = await deriveRecoveryKeyFromPassphrase("correct horse", passphrase.salt, 500_000);
		assert.equal(encodeBase64(theirs), secret);
	});

	test("is closed to another key, and to another name", async () => {
		const [key, other] = [await createStorageKey(), await createStorageKey()];
		const content = { encrypted: { [key.keyId]: await encryptSecret({ key: key.secret, name, text: "s" }) } };
		assert.equal(await decryptSecret(key, name, content), "s");
		assert.equal(await decryptSecret({ ...key, secret: other.secret }, name, content), undefined);
		assert.equal(await decryptSecret(key, "m.cross_signing.self_signing", content), undefined);
		assert.equal(await decryptSecret(other, name, content), undefined);
		assert.ok(!(await isDescribedKey(other.secret, await describeKey(key))));
	});

	test("with content of strangers is no key, and costs no time", () => {
		const good = { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv: "aXY", mac: "bWFj" };
		assert.deepEqual(parseKeyDescription(good), { iv: "aXY", mac: "bWFj", passphrase: undefined });
		for (const bad of [null, {}, { ...good, algorithm: "m.other" }, { ...good, iv: 1 }])
			assert.equal(parseKeyDescription(bad), undefined);
		const parsed = (iterations: number) => {
			const passphrase = { algorithm: "m.pbkdf2", salt: "s", iterations };
			return parseKeyDescription({ ...good, passphrase })?.passphrase?.iterations;
		};
		assert.deepEqual([1_000_000, 1_000_001, 1e9].map(parsed), [1_000_000, undefined, undefined]);
	});
});
