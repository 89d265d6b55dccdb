import { createPrivateKey, createPublicKey, sign, verify as verifySignature } from "node:crypto";
import type { Utf8, VerifyEd25519 } from "../src/index.ts";

export const alice = "@alice:example.org";
export const device = "DEVICEAAAA";

/** First byte of each seed of 32 consecutive byte values, and the public key it must give. */
export const keys = {
	DEV: { seed: 0x60, publicKey: "F0VTtFbd38aQjsqxwQH+arIeK6oGF3lbfUOmNIKZP9U" },
	MSK1: { seed: 0x00, publicKey: "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg" },
	SSK1: { seed: 0x20, publicKey: "Kay64UG8yvCyLhqU000LxzYeUm0L/hLIl5S8kyKWbdc" },
	USK1: { seed: 0x40, publicKey: "JUO5L/EJVRFHatyDadtt3JM2ZaEZeN2hQE7hBmypVZ0" },
	MSK2: { seed: 0x80, publicKey: "zRSzf5VulTGU/3+3Oz2B3MVh1hp1OAlLfD4aZD7l86o" },
	SSK2: { seed: 0xa0, publicKey: "T9CZzNR9eJPf6ewkQU7LDZtUICMqrTDZHEZb4zy+ZcQ" },
	USK2: { seed: 0xc0, publicKey: "3eO8zsfzpmoRFfRdcg9NwTXDrnxOItyjj9se/WpJX/g" },
} as const;

export type KeyName = keyof typeof keys;

export const curve25519 = "c2hF1U6H3gnWuxFKpwQsUKSgFb2ZAdGgAm9ZVlM6FRk";

function crossSigning(name: KeyName, usage: string) {
	const { publicKey } = keys[name];
	return { user_id: alice, usage: [usage], keys: { [`ed25519:${publicKey}`]: publicKey } };
}

/** The objects without signatures. */
export const objects = {
	DEV: {
		user_id: alice,
		device_id: device,
		algorithms: ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
		keys: { [`curve25519:${device}`]: curve25519, [`ed25519:${device}`]: keys.DEV.publicKey },
	},
	BAK: { public_key: curve25519 },
	MSK1: crossSigning("MSK1", "master"),
	SSK1: crossSigning("SSK1", "self_signing"),
	USK1: crossSigning("USK1", "user_signing"),
	MSK2: crossSigning("MSK2", "master"),
	SSK2: crossSigning("SSK2", "self_signing"),
	USK2: crossSigning("USK2", "user_signing"),
} as const;

export type ObjectName = keyof typeof objects;

/** Object, signer, signature. */
export const signatures: readonly (readonly [ObjectName, KeyName, string])[] = [
	["DEV", "DEV", "t2/9gv1JWeSwrURcrPo7kvlJsd2zDZCen7EeMe0G46mYXBwG4vgctIMEnJghbP0t7rs2OBeEiH8+O50oaMeGCQ"],
	["MSK1", "DEV", "QYaLHrRtCz2xJ6U/1kJWxq3ZjSQ6Gu33vpq0Day3GH3F5qkG1NkH+RW5hmCpm7zUyEgqr080O8ecbxCIkMd/CA"],
	["SSK1", "MSK1", "5BdzLM7z+0NXwnwpFI7FO6aBgKpT2w8ttYoIYbuT/ZVJn2CwPhTIen3XHSCQO38tsqGmpiAEKA8H8PF69Mm4Dw"],
	["USK1", "MSK1", "yKlGzRg2hBCaohsD6dDlQAX6rvb5bcCeqkA5L5+eArfCHkQ08ilEklhepaPIY0DcpdtPfgwL1HCdknXUbGjGAA"],
	["DEV", "SSK1", "HcVFHPPAwvy8WkwjQaAo67NwSRMSXQ3IQ6t0b6kM2K/oHg0HTMfLwhS0ikIvivT7YLbbvcakSkiqKnX1q7SdAg"],
	["MSK2", "DEV", "jC5Stpjml83buNY55/v3YdcCn17uj8KtwsM++F9wH1weirWtyyxTWQr/+Y214OYWJrT98e3MQ6akqEqyxXCZAg"],
	["SSK2", "MSK2", "7AEYdHtbqCRUe05ecK+obye994rYHkHG+sd/Lu067aSdZOOf/d9DwlwW2rYERad7fJmXrvwSRnuE4ZJgySBqCg"],
	["USK2", "MSK2", "5OSe8/59+VwPgnu0AySWLDBoMnFFwTNNT9kx2Xn7ZcT4Lx9HO3/pbh9kZJGpGDnzm1wFmpGIinNuOFnyCB9ABw"],
	["DEV", "SSK2", "+uLeiqeog9tBjEfszhEVRefvDxpF86e6ULnlpj2JnAARlmZ38El/jweDXia/YQu7MBq+WVd4/jZn5GDGqsmBDA"],
	["BAK", "MSK2", "khx6zThKSex8U3rPvP8wU1KqRAO8Z3RLDWM7cruhYoemXRUp3sPlMUbnQxI4Bb4mdyWVvHvFy4Q1qgufeodTBg"],
];

/** Valid, but by the master key that is being replaced. */
export const ssk2ByMsk1 =
	"LVaAYiqninyouCXxkYGirs8efJUvbpRV3YVWcM3E2+OISOMXybNGliz0sqenE25ZNU4fxbLwpRXOve4CysrODg";

export function signatureOf(object: ObjectName, signer: KeyName): string {
	const found = signatures.find(([name, by]) => name === object && by === signer);
	if (found === undefined) throw new Error(`no signature of ${object} by ${signer}`);
	return found[2];
}

export function keyIdOf(signer: KeyName): string {
	return signer === "DEV" ? `ed25519:${device}` : `ed25519:${keys[signer].publicKey}`;
}

/** The object with the listed signers' signatures of the table. */
export function signed(object: ObjectName, ...signers: KeyName[]) {
	const own = Object.fromEntries(signers.map((signer) => [keyIdOf(signer), signatureOf(object, signer)]));
	return { ...objects[object], signatures: { [alice]: own } };
}

/** The body that replaces set 1 by set 2. */
export function resetBody() {
	return {
		master_key: signed("MSK2", "DEV"),
		self_signing_key: signed("SSK2", "MSK2"),
		user_signing_key: signed("USK2", "MSK2"),
	};
}

export const utf8: Utf8 = (text) => new TextEncoder().encode(text);

export const verify: VerifyEd25519 = (publicKey, message, signature) => {
	const x = Buffer.from(publicKey).toString("base64url");
	const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
	return verifySignature(null, message, key, signature);
};

function privateKeyOf(name: KeyName) {
	const seed = Buffer.from(Array.from({ length: 32 }, (_, at) => keys[name].seed + at));
	const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
	return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

export function signText(name: KeyName, text: string): string {
	return sign(null, utf8(text), privateKeyOf(name)).toString("base64").replaceAll("=", "");
}

export function derivedPublicKey(name: KeyName): string {
	const { x } = createPublicKey(privateKeyOf(name)).export({ format: "jwk" });
	return Buffer.from(x ?? "", "base64url")
		.toString("base64")
		.replaceAll("=", "");
}
