import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { bytesToSign, encodeBase64 } from "@countersign/protocol";

/** A key that signs under a key id of its own choice. */
export interface Signer {
	readonly keyId: string;
	readonly publicKey: string;
	readonly privateKey: KeyObject;
}

export type Signed = Readonly<Record<string, unknown>>;

/** The same key for the same name at every run. Without a device id the key id is the public key, as for identities. */
export function signer(name: string, deviceId?: string): Signer {
	const known = `${name} ${deviceId ?? ""}`;
	const key = made.get(known) ?? makeSigner(name, deviceId);
	made.set(known, key);
	return key;
}

const made = new Map<string, Signer>();

function makeSigner(name: string, deviceId: string | undefined): Signer {
	const seed = createHash("sha256").update(name).digest();
	const privateKey = createPrivateKey({
		key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
		format: "der",
		type: "pkcs8",
	});
	const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
	const publicKey = encodeBase64(spki.subarray(-32));
	return { keyId: `ed25519:${deviceId ?? publicKey}`, publicKey, privateKey };
}

/** The object with another signature beside those it has. */
export function withSignature(object: Signed, userId: string, by: Signer): Signed {
	const text = bytesToSign(object);
	const signature = encodeBase64(sign(null, Buffer.from(text), by.privateKey));
	const before = (object.signatures ?? {}) as Record<string, Record<string, string>>;
	return {
		...object,
		signatures: { ...before, [userId]: { ...before[userId], [by.keyId]: signature } },
	};
}

/** Only this signature, as clients send it when they add one. */
export function onlySignature(object: Signed, userId: string, by: Signer): Signed {
	const { signatures: _, unsigned: __, ...members } = object;
	return withSignature(members, userId, by);
}

/** `device_keys` as an app uploads them. */
export function deviceKeys(userId: string, deviceId: string, by = signer(deviceId, deviceId)): Signed {
	const curve = createHash("sha256").update(`curve/${by.publicKey}`).digest();
	return withSignature(
		{
			user_id: userId,
			device_id: deviceId,
			algorithms: ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
			keys: { [`curve25519:${deviceId}`]: encodeBase64(curve), [by.keyId]: by.publicKey },
		},
		userId,
		by,
	);
}

/** The three keys of an identity, and the body that uploads them. */
export function identityOf(userId: string, name: string) {
	const master = signer(`${name}/master`);
	const selfSigning = signer(`${name}/self`);
	const userSigning = signer(`${name}/user`);
	const object = (by: Signer, usage: string) => ({
		user_id: userId,
		usage: [usage],
		keys: { [by.keyId]: by.publicKey },
	});
	const body = {
		master_key: object(master, "master"),
		self_signing_key: withSignature(object(selfSigning, "self_signing"), userId, master),
		user_signing_key: withSignature(object(userSigning, "user_signing"), userId, master),
	};
	return { master, selfSigning, userSigning, body };
}
