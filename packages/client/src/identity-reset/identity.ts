import { keySlots } from "@countersign/protocol";
import { createKeyPair, type KeyPair, withSignature } from "./key-pairs.ts";

/** The three key pairs of a person's identity. */
export interface Identity {
	readonly master: KeyPair;
	readonly selfSigning: KeyPair;
	readonly userSigning: KeyPair;
}

/** Makes an identity, beside whatever identity an app holds. */
export async function createIdentity(): Promise<Identity> {
	const [master, selfSigning, userSigning] = await Promise.all([
		createKeyPair("Ed25519"),
		createKeyPair("Ed25519"),
		createKeyPair("Ed25519"),
	]);
	return { master, selfSigning, userSigning };
}

/**
 * The public halves, signed, as `POST /keys/device_signing/upload` takes them. Equal for equal identities, to the
 * byte: Ed25519 signs the same text the same way, so an approval for them holds after a restart.
 *
 * @see Matrix specification v1.17, Client-Server API, "Cross-signing"
 */
export async function publicKeysOf(identity: Identity, userId: string) {
	const [master, selfSigning, userSigning] = keySlots.map(({ slot, member }) => ({
		user_id: userId,
		usage: [slot],
		keys: { [`ed25519:${identity[member].publicKey}`]: identity[member].publicKey },
	}));
	if (master === undefined || selfSigning === undefined || userSigning === undefined)
		throw new TypeError("an identity has three keys");
	return {
		master_key: master,
		self_signing_key: await withSignature(selfSigning, userId, identity.master),
		user_signing_key: await withSignature(userSigning, userId, identity.master),
	};
}

/** The secret halves in the form crypto libraries take them. @see MSC4108, "secrets bundle" */
export interface SecretsBundle {
	readonly cross_signing: {
		readonly master_key: string;
		readonly self_signing_key: string;
		readonly user_signing_key: string;
	};
}

/** @see SecretsBundle */
export function secretsBundleOf({ master, selfSigning, userSigning }: Identity): SecretsBundle {
	return {
		cross_signing: {
			master_key: master.secret,
			self_signing_key: selfSigning.secret,
			user_signing_key: userSigning.secret,
		},
	};
}
