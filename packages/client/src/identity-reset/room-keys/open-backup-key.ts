import { isRecord, member } from "@countersign/protocol";
import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { type KeyPair, keyPairOf } from "../key-pairs.ts";
import { secretNames } from "../recovery.ts";
import { decryptSecret, parseKeyDescription } from "../secret-storage.ts";
import { type RecoverySecret, secretFor } from "../storage-secret.ts";

/**
 * A secret is encrypted with one key, or with two while one takes the place of the other. More are junk of whoever has a
 * token: each would cost a request, and the time of a passphrase.
 */
const mostKeys = 4;

/**
 * The key of a backup, out of what secret storage kept of it; undefined where the secret opens none of it.
 *
 * @param describedBy what describes a key of secret storage
 */
export async function openBackupKey(
	recovery: RecoverySecret,
	content: unknown,
	describedBy: (keyId: string) => Promise<unknown>,
): Promise<KeyPair | undefined> {
	const encrypted = isRecord(content) ? member(content, "encrypted") : undefined;
	for (const keyId of Object.keys(isRecord(encrypted) ? encrypted : {}).slice(0, mostKeys)) {
		const described = parseKeyDescription(await describedBy(keyId));
		const secret = await secretFor(recovery, described);
		if (secret === undefined) continue;
		const text = await decryptSecret({ keyId, secret }, secretNames.backup, content);
		if (text === undefined) continue;
		const keys = await keyPairOf("X25519", text).catch(() => undefined);
		if (keys !== undefined) return keys;
	}
	return undefined;
}

export function recoveryKeyWrong(why: string): CountersignClientError {
	return new CountersignClientError(clientErrorCode.recoveryKeyWrong, why);
}
