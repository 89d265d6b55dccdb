import type { ResetRequest, UploadedKeys } from "@countersign/core";
import { type DeviceId, isRecord, keySlots } from "@countersign/protocol";

/**
 * Whether this device id is a public key that waits for approval. Device ids and cross-signing keys share one name
 * space in signatures: a device named like a key could pass for it.
 * @see https://spec.matrix.org/v1.17/client-server-api/#cross-signing
 */
export function waitsAsKey(deviceId: DeviceId, requests: readonly ResetRequest[]): boolean {
	return requests.some(
		(request) => request.masterKey === deviceId || publicKeys(request.keys).includes(deviceId),
	);
}

function publicKeys(uploaded: UploadedKeys): readonly unknown[] {
	return keySlots.flatMap(({ name }) => {
		const key = uploaded[name];
		return isRecord(key) && isRecord(key.keys) ? Object.values(key.keys) : [];
	});
}
