import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeyPair } from "../key-pairs.ts";
import { encodeRecoveryKey } from "../recovery-key.ts";
import { encryptSecret } from "../secret-storage.ts";
import { openBackupKey } from "./open-backup-key.ts";

test("four keys of a secret are looked at, however many whoever has a token has written there", async () => {
	const keys = await createKeyPair("X25519");
	const secret = keys.secret;
	const real = await encryptSecret({ key: secret, name: "m.megolm_backup.v1", text: secret });
	const open = async (junk: number) => {
		const names = Array.from({ length: junk }, (_, nth) => `junk${nth}`);
		const encrypted = Object.fromEntries(
			[...names, "real"].map((name) => [name, name === "real" ? real : {}]),
		);
		let asked = 0;
		const described = async () => {
			asked += 1;
			return undefined;
		};
		const recovery = { kind: "recovery-key", recoveryKey: encodeRecoveryKey(secret) } as const;
		return [(await openBackupKey(recovery, { encrypted }, described))?.publicKey, asked];
	};
	assert.deepEqual(await open(3), [keys.publicKey, 4]);
	assert.deepEqual(await open(1_000), [undefined, 4]);
});
