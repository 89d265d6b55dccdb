import { decodeRecoveryKey } from "./recovery-key.ts";
import { deriveFromPassphrase, type parseKeyDescription } from "./secret-storage.ts";

/** What a person has to open secret storage: the recovery key as it was written down, or a passphrase. */
export type RecoverySecret =
	| { readonly kind: "recovery-key"; readonly recoveryKey: string }
	| { readonly kind: "passphrase"; readonly passphrase: string };

/** The key that it may be; undefined for a slip of the pen, and where the key was not made from a passphrase. */
export async function secretFor(
	recovery: RecoverySecret,
	described: ReturnType<typeof parseKeyDescription>,
): Promise<string | undefined> {
	if (recovery.kind === "recovery-key") return decodeRecoveryKey(recovery.recoveryKey);
	const info = described?.passphrase;
	return info === undefined ? undefined : deriveFromPassphrase(recovery.passphrase, info);
}
