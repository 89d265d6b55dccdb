import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { encodeBase64 } from "@countersign/protocol";

/**
 * What one device sends another so that it can read a room: a new megolm session, in the form of session sharing.
 * @see https://spec.matrix.org/v1.17/olm-megolm/megolm/#session-sharing-format
 */
export function newRoomKey(roomId: string) {
	const { privateKey, ...session } = newSession();
	const shared = formOf(session, 2);
	return {
		...namesOf(roomId, session),
		session_key: encodeBase64(Buffer.concat([shared, sign(null, shared, privateKey)])),
	};
}

/** The same as apps export it, and keep it in backups: without a signature. */
export function exportedRoomKey(roomId: string) {
	const session = newSession();
	return {
		...namesOf(roomId, session),
		session_key: encodeBase64(formOf(session, 1)),
		sender_key: encodeBase64(randomBytes(32)),
		sender_claimed_keys: {},
		forwarding_curve25519_key_chain: [],
	};
}

interface Session {
	readonly rawKey: Buffer;
	readonly ratchet: Buffer;
}

function newSession() {
	const { privateKey, publicKey } = generateKeyPairSync("ed25519");
	const rawKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
	return { privateKey, rawKey, ratchet: randomBytes(128) };
}

function formOf({ rawKey, ratchet }: Session, version: 1 | 2): Buffer {
	const firstIndex = Buffer.alloc(4);
	return Buffer.concat([Buffer.of(version), firstIndex, ratchet, rawKey]);
}

function namesOf(roomId: string, { rawKey }: Session) {
	return {
		algorithm: "m.megolm.v1.aes-sha2",
		room_id: roomId,
		session_id: encodeBase64(rawKey),
	};
}
