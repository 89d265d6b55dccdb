import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { encodeBase64 } from "@countersign/protocol";

/**
 * What one device sends another so that it can read a room: a new megolm session, in the form of session sharing.
 * @see https://spec.matrix.org/v1.17/olm-megolm/megolm/#session-sharing-format
 */
export function newRoomKey(roomId: string) {
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	const rawKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
	const version = 2;
	const firstIndex = Buffer.alloc(4);
	const shared = Buffer.concat([Buffer.of(version), firstIndex, randomBytes(128), rawKey]);
	return {
		algorithm: "m.megolm.v1.aes-sha2",
		room_id: roomId,
		session_id: encodeBase64(rawKey),
		session_key: encodeBase64(Buffer.concat([shared, sign(null, shared, privateKey)])),
	};
}
