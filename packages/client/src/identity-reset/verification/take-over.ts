import { CountersignClientError, clientErrorCode } from "../../errors.ts";
import { readBackup } from "../backup.ts";
import { callerFor, postWith } from "../homeserver.ts";
import { keyPairOf } from "../key-pairs.ts";
import { readPublishedKeys } from "../published-keys.ts";
import { secretNames } from "../recovery.ts";
import { verifiedMasterKey, wasmCrypto } from "../wasm-crypto.ts";
import type { VerificationOutcome, Verifying } from "./options.ts";

/** So long does the other device have to vouch for this one, and to hand its secrets over, in milliseconds. */
const handOverMs = 15_000;

/**
 * Waits until everybody sees what the person has confirmed, and takes what the other device hands over: the machine
 * has asked for it.
 */
export async function takeOver(verifying: Verifying, otherDeviceId: string): Promise<VerificationOutcome> {
	const { session, wasm, machine, loop, signal } = verifying;
	const late = AbortSignal.timeout(handOverMs);
	const call = callerFor(session, signal);
	const app = wasmCrypto(wasm, machine);
	const hasBackup = (await readBackup(call)) !== undefined;
	for (;;) {
		const { masterKey, signedDevices } = await readPublishedKeys(call, session);
		const held = masterKey !== undefined && (await app.heldMasterKey()) === masterKey;
		if (held && !signedDevices.includes(session.deviceId)) await app.signDevice(postWith(call));
		const backupVersion = await takeBackup(verifying);
		const isTrusted = [session.deviceId, otherDeviceId].every((id) => signedDevices.includes(id));
		const isProven = masterKey !== undefined && (await verifiedMasterKey(wasm, machine)) === masterKey;
		const isAll = held && (backupVersion !== undefined || !hasBackup);
		if (isTrusted && isProven && (isAll || late.aborted))
			return { masterKey, otherDeviceId, held, backupVersion };
		if (late.aborted) {
			const message = "the devices match, but the identity does not vouch for both";
			throw new CountersignClientError(clientErrorCode.identityIncomplete, message);
		}
		await loop.turn(late);
	}
}

/** The backup in use; where there is none, the one whose key another device has sent, if it is the newest one's. */
async function takeBackup({ session, wasm, machine, signal }: Verifying): Promise<string | undefined> {
	const app = wasmCrypto(wasm, machine);
	const sent = await machine.getSecretsFromInbox(secretNames.backup);
	if (sent.size === 0) return app.backupVersion();
	const backup = await readBackup(callerFor(session, signal));
	for (const secret of sent) {
		const keys = await keyPairOf("X25519", secret).catch(() => undefined);
		if (keys === undefined || backup === undefined || keys.publicKey !== backup.publicKey) continue;
		await app.useBackup({ ...keys, version: backup.version });
		await machine.deleteSecretsFromInbox(secretNames.backup);
		return backup.version;
	}
	return app.backupVersion();
}
