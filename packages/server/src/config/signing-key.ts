import { createPrivateKey } from "node:crypto";

/** With which a private key in PEM (PKCS #8) signs. Undefined: it is none that signs. */
export function signingAlgorithms(pem: string): readonly string[] | undefined {
	let key: ReturnType<typeof createPrivateKey>;
	try {
		key = createPrivateKey(pem);
	} catch {
		return undefined;
	}
	switch (key.asymmetricKeyType) {
		case "rsa":
			return ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
		case "ed25519":
			return ["EdDSA"];
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
