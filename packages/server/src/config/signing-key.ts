import { createPrivateKey } from "node:crypto";

/** Below that an RSA key is refused by who reads what it signs (RFC 7518, 3.3). */
const rsaBits = 2048;

/**
 * With which a private key in PEM (PKCS #8) signs. Undefined: with nothing that services take. Ed25519 is none of these:
 * what it signs would be called by its new name (RFC 9864), of which services that know EdDSA know nothing.
 */
export function signingAlgorithms(pem: string): readonly string[] | undefined {
	let key: ReturnType<typeof createPrivateKey>;
	try {
		key = createPrivateKey(pem);
	} catch {
		return undefined;
	}
	switch (key.asymmetricKeyType) {
		case "rsa":
			return (key.asymmetricKeyDetails?.modulusLength ?? 0) < rsaBits
				? undefined
				: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
		case "ec": {
			const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
			const curves: Readonly<Record<string, string>> = {
				...{ prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" },
			};
			const algorithm = curves[curve];
			return algorithm === undefined ? undefined : [algorithm];
		}
		default:
			return undefined;
	}
}
