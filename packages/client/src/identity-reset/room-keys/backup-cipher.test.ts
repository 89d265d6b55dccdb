import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { npmPackage } from "../../../../../tools/requirements.ts";
import { createKeyPair } from "../key-pairs.ts";
import { decryptRoomKey, encryptRoomKey } from "./backup-cipher.ts";

const { skip } = npmPackage("@matrix-org/matrix-sdk-crypto-wasm");
const roomKey = { algorithm: "m.megolm.v1.aes-sha2", session_key: "AQ", forwarding_curve25519_key_chain: [] };

describe("keys in a backup", () => {
	test("are opened by matrix-sdk-crypto, and what that encrypted is opened", { skip }, async () => {
		const wasm = await import("@matrix-org/matrix-sdk-crypto-wasm");
		await wasm.initAsync();
		const backup = await createKeyPair("X25519");
		const theirs = wasm.BackupDecryptionKey.fromBase64(backup.secret);
		assert.equal(theirs.megolmV1PublicKey.publicKeyBase64, backup.publicKey);
		const { ephemeral, mac, ciphertext } = await encryptRoomKey(backup.publicKey, roomKey);
		assert.deepEqual(JSON.parse(theirs.decryptV1(ephemeral, mac, ciphertext)), roomKey);
		const encryption = wasm.PkEncryption.fromKey(new wasm.Curve25519PublicKey(backup.publicKey));
		const made = encryption.encryptString(JSON.stringify(roomKey)).toBase64();
		const data = { ephemeral: made.ephemeralKey, ciphertext: made.ciphertext, mac: made.mac };
		assert.deepEqual(await decryptRoomKey(backup, data), roomKey);
	});

	test("of another backup, damaged or made up, are none", async () => {
		const [backup, other] = [await createKeyPair("X25519"), await createKeyPair("X25519")];
		const data = await encryptRoomKey(backup.publicKey, roomKey);
		assert.deepEqual(await decryptRoomKey(backup, data), roomKey);
		assert.equal(await decryptRoomKey(other, data), undefined);
		const zero = "A".repeat(43);
		for (const bad of [
			...[
				undefined,
				null,
				{},
				{ ...data, ephemeral: 1 },
				{ ...data, ephemeral: zero },
				{ ...data, ephemeral: "AA" },
			],
			...[
				{ ...data, ciphertext: "" },
				{ ...data, ciphertext: "AAAA" },
				{ ...data, ciphertext: data.ciphertext.slice(0, -22) },
			],
		])
			assert.equal(await decryptRoomKey(backup, bad), undefined);
		assert.equal(await decryptRoomKey(backup, await encryptRoomKey(backup.publicKey, [])), undefined);
	});
});
