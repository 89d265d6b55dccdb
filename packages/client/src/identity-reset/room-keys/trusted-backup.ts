import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { readBackup } from "../backup.ts";
import type { Caller, HomeserverSession } from "../homeserver.ts";
import type { IdentityCrypto } from "../ports.ts";
import { isSigned } from "../published-keys.ts";

/**
 * The backup in use, if the identity that this app has verified signed it: a homeserver that puts another one in its
 * place would be handed everything.
 */
export async function trustedBackup(
	call: Caller,
	{ session, crypto }: { readonly session: HomeserverSession; readonly crypto: IdentityCrypto },
): Promise<{ readonly version: string; readonly publicKey: string }> {
	const masterKey = await crypto.heldMasterKey();
	const backup = await readBackup(call);
	const isOurs = masterKey !== undefined && (await isSigned(backup?.authData, session.userId, masterKey));
	if (isOurs && backup?.publicKey !== undefined && (await crypto.backupVersion()) === backup.version)
		return { version: backup.version, publicKey: backup.publicKey };
	const message = "this app works with no backup that its identity has signed";
	throw new CountersignClientError(clientErrorCode.identityIncomplete, message);
}
