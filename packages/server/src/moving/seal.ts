import {
	createCipheriv,
	createDecipheriv,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	hkdfSync,
	type KeyObject,
} from "node:crypto";

/** Keeps these keys apart from every other use of the same pair. */
const label = "countersign first token/1";
const publicBytes = 32;
const tagBytes = 16;
/** Each key seals one text, so that the nonce need not differ. */
const nonce = new Uint8Array(12);

/** A pair of which the public half goes into the data, and the private one into a file of the operator's. */
export function createSealPair(): { readonly publicKey: string; readonly privatePem: string } {
	const { publicKey, privateKey } = generateKeyPairSync("x25519");
	return {
		publicKey: rawOf(publicKey).toString("base64url"),
		privatePem: privateKey.export({ type: "pkcs8", format: "pem" }),
	};
}

/** The public half of what a file holds; undefined where that is no such key. */
export function publicOfSeal(privatePem: string): string | undefined {
	const key = readPrivate(privatePem);
	return key && rawOf(createPublicKey(key)).toString("base64url");
}

/**
 * Seals a text so that only the private half opens it, and only as what belongs to `owner`: X25519 with a pair that is
 * made for this text, HKDF-SHA256 over both public halves, AES-256-GCM.
 */
export function seal(
	publicKey: string,
	{ owner, text }: { readonly owner: string; readonly text: string },
): string {
	const recipient = Buffer.from(publicKey, "base64url");
	const pair = generateKeyPairSync("x25519");
	const sender = rawOf(pair.publicKey);
	const key = keyOf(diffieHellman({ privateKey: pair.privateKey, publicKey: fromRaw(recipient) }), {
		sender,
		recipient,
	});
	const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(owner));
	const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
	return Buffer.concat([sender, sealed, cipher.getAuthTag()]).toString("base64url");
}

/** Opens what was sealed to this private half for this owner; undefined for everything else. */
export function createUnseal(
	privatePem: string,
): ((sealed: string, owner: string) => string | undefined) | undefined {
	const privateKey = readPrivate(privatePem);
	if (privateKey === undefined) return undefined;
	const recipient = rawOf(createPublicKey(privateKey));
	return (sealed, owner) => {
		const bytes = Buffer.from(sealed, "base64url");
		if (bytes.length < publicBytes + tagBytes) return undefined;
		const sender = bytes.subarray(0, publicBytes);
		try {
			const shared = diffieHellman({ privateKey, publicKey: fromRaw(sender) });
			const opener = createDecipheriv("aes-256-gcm", keyOf(shared, { sender, recipient }), nonce)
				.setAAD(Buffer.from(owner))
				.setAuthTag(bytes.subarray(-tagBytes));
			const text = Buffer.concat([opener.update(bytes.subarray(publicBytes, -tagBytes)), opener.final()]);
			return text.toString("utf8");
		} catch {
			return undefined;
		}
	};
}

function keyOf(
	shared: Uint8Array,
	{ sender, recipient }: { readonly sender: Uint8Array; readonly recipient: Uint8Array },
): Uint8Array {
	const info = Buffer.concat([Buffer.from(`${label}\0`), sender, recipient]);
	return new Uint8Array(hkdfSync("sha256", shared, new Uint8Array(), info, 32));
}

function readPrivate(pem: string): KeyObject | undefined {
	try {
		const key = createPrivateKey(pem);
		return key.asymmetricKeyType === "x25519" ? key : undefined;
	} catch {
		return undefined;
	}
}

function rawOf(publicKey: KeyObject): Buffer {
	return Buffer.from(String(publicKey.export({ format: "jwk" }).x), "base64url");
}

function fromRaw(raw: Uint8Array): KeyObject {
	const x = Buffer.from(raw).toString("base64url");
	return createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
}
